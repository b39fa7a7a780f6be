/** Criteria of observations: codes of their own and of components, amounts. Pure. */
import { bloodPressure } from '#fhir/encounters/vital-signs.js';
import { codeSystems } from '#fhir/systems.js';
import { tokens } from './column-criteria.js';
import type { Criterion } from './criterion.js';
import type { IndexedParameter } from './definitions/type-definition.js';
import { compositeParts, type QuantityValue, quantityValue, tokenValue } from './parameter-values.js';
import { all, any, type Sql, sql } from './sql.js';

/** Columns of the codes of an observation. */
const observationCodes: Extract<IndexedParameter, { kind: 'token' }> = {
  kind: 'token',
  columns: [
    { code: 'e.code', system: { column: 'e.system' } },
    { code: 'e.other_code', system: { column: 'e.other_system' } },
  ],
  indexed: true,
};

/** Of what has a table, blood pressure alone has components: they are found by the panel. */
export function componentCodes(name: string, own: boolean, values: readonly string[]): Criterion {
  const components = [bloodPressure.systolic.loinc, bloodPressure.diastolic.loinc];
  const panel = `${codeSystems.loinc}|${bloodPressure.panel.loinc}`;
  const asked = values.flatMap((value) => {
    const { system, code } = tokenValue(name, value);
    const fits =
      (system === undefined || system === codeSystems.loinc) &&
      (code === undefined || components.some((one) => one === code));
    return [...(own ? [value] : []), ...(fits ? [panel] : [])];
  });
  return tokens(name, observationCodes, [...new Set(asked)]);
}

/** `code$quantity`. */
export function codeAmounts(name: string, by: string, values: readonly string[]): Criterion {
  const parts = values.map((value) => compositeParts(name, value, 2));
  const codes = parts.map(([code = '']) => code);
  const filter = any(parts.map(([, quantity = '']) => amounts(quantityValue(name, quantity))));
  const byCode =
    by === 'code' ? tokens(name, observationCodes, codes) : componentCodes(name, by === 'combo-code', codes);
  return { ...byCode, filter: all([byCode.filter, filter]) };
}

/** What the lowest and highest number of a row must be, if it is in the unit asked for; other units are for the resource to tell. */
export function amounts({ prefix, value, low, high, unit }: QuantityValue): Sql {
  const within = {
    eq: all([sql('e.high >= ?', low), sql('e.low <= ?', high)]),
    ap: all([sql('e.high >= ?', low), sql('e.low <= ?', high)]),
    ne: sql('e.low is not null'),
    gt: sql('e.high > ?', value),
    sa: sql('e.high > ?', value),
    ge: sql('e.high >= ?', value),
    lt: sql('e.low < ?', value),
    eb: sql('e.low < ?', value),
    le: sql('e.low <= ?', value),
  }[prefix];
  if (unit === undefined) return within;
  return any([all([sql('e.low is not null'), sql('(e.unit is null or e.unit <> ?)', unit)]), within]);
}
