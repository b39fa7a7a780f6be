/** Criteria that the columns of a type's table answer. Pure. */
import { parseFacilityCode } from '#domain/ids.js';
import { icd10Systems } from '#fhir/reading/read-condition.js';
import { icd10Span } from '#fhir/terminology/icd10.js';
import { longStaySeconds } from '../projection/index-rows.js';
import { endless } from '../projection/seconds.js';
import type { Criterion } from './criterion.js';
import { anyDate, dateFilter } from './date-filters.js';
import type { IndexedParameter, TokenColumn, TypeDefinition } from './definitions/type-definition.js';
import { folded } from './matching/matcher.js';
import {
  type DateValue,
  dateValue,
  instantValue,
  referenceId,
  type TokenValue,
  tokenValue,
} from './parameter-values.js';
import { all, any, never, oneOf, type Sql, sql } from './sql.js';

const day = 86_400;
/** Vietnamese midnight is 17:00 UTC. */
const midnight = 17 * 3_600;

export function fixed(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'fixed' }>,
  values: readonly string[],
): Criterion {
  const same = values.some((value) => sameToken(tokenValue(name, value), parameter.system, parameter.code));
  return { filter: same ? all([]) : never };
}

/** ICD-10 is its own hierarchy: E11.9 is below E11, and below E10-E14. */
export function icd10Below(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'token' }>,
  values: readonly string[],
): Criterion {
  const each = values.flatMap((value) => {
    const { system, code } = tokenValue(name, value);
    const systems = icd10Systems.filter((one) => system === undefined || one === system);
    if (code === undefined || systems.length === 0) return [];
    const { from, before } = icd10Span(code);
    return parameter.columns.flatMap((column) =>
      typeof column.system === 'string'
        ? []
        : [
            all([
              sql(`${column.code} >= ?`, from),
              sql(`${column.code} < ?`, before),
              oneOf(column.system.column, systems),
            ]),
          ],
    );
  });
  return { filter: any(each) };
}

export function dates(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'date' }>,
  values: readonly string[],
): Criterion {
  const read = values.map((value) =>
    parameter.milliseconds === true ? instantValue(name, value) : dateValue(name, value),
  );
  const filter = anyDate(
    read.map((value) => dateFilter(parameter.starts, parameter.ends, value, longestBefore(parameter, value))),
  );
  const latest = Math.min(...read.map(({ prefix, starts, ends }) => (prefix === 'ap' ? starts : ends)));
  return {
    filter: filter.exact,
    bounds: {
      column: parameter.starts,
      ...(filter.from !== undefined && { from: filter.from }),
      ...(filter.before !== undefined && { before: filter.before }),
      ...(parameter.longStays === true &&
        filter.from !== undefined && {
          exceptions: sql(
            'select s.number as number from encounter_entry s where s.stays_until is not null and s.stays_until > ? and s.starts < ?',
            latest,
            filter.from,
          ),
        }),
    },
  };
}

/** How long before the end of a search value a row can have started that ends after it. A day ends at midnight, a time within its second. */
function longestBefore(parameter: Extract<IndexedParameter, { kind: 'date' }>, value: DateValue): number {
  if (parameter.milliseconds === true) return 0;
  if (parameter.partial === true) return 366 * day;
  if (parameter.endless === true) return 2 * endless;
  return parameter.longStays !== true && value.ends % day === midnight ? 0 : longStaySeconds;
}

export function tokens(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'token' }>,
  values: readonly string[],
): Criterion {
  const read = values.map((value) => tokenValue(name, value));
  const each = read
    .flatMap((value) => parameter.columns.map((column) => tokenOn(value, column)))
    .filter((one) => one !== never);
  const filter = any(each);
  const drivable = parameter.indexed === true && read.every((value) => value.code !== undefined);
  return drivable ? { filter, drive: { kind: 'code', alternatives: each } } : { filter };
}

export function tokenOn({ system, code }: TokenValue, column: TokenColumn): Sql {
  const byCode = code === undefined ? sql(`${column.code} is not null`) : sql(`${column.code} = ?`, code);
  if (system === undefined) return byCode;
  if (typeof column.system === 'string') return column.system === system ? byCode : never;
  return all([
    byCode,
    system === '' ? sql(`${column.system.column} is null`) : sql(`${column.system.column} = ?`, system),
  ]);
}

function sameToken(value: TokenValue, system: string, code: string): boolean {
  return (value.code === undefined || value.code === code) && (value.system === undefined || value.system === system);
}

export function facilities(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'facility' }>,
  values: readonly string[],
): Criterion | undefined {
  const codes = values.map((value) => referenceId(name, value, 'Organization')).filter((code) => code !== undefined);
  const all = codes.length === values.length && codes.every((code) => parseFacilityCode(code) !== undefined);
  if (parameter.besides === true && !all) return undefined;
  const each = codes.map((code) => sql(`${parameter.column} = ?`, code));
  return parameter.indexed === true
    ? { filter: any(each), drive: { kind: 'facility', alternatives: each } }
    : { filter: any(each) };
}

/** Words may begin anywhere in the name but follow each other as in it; the last may be a beginning. */
export function personNames(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'person-name' }>,
  values: readonly string[],
): Criterion {
  const where = { any: undefined, family: 'position = 0', given: 'position = 1' }[parameter.words];
  const ranges = values.map((value) => folded(name, value));
  const on = (alias: string, words: string): Sql =>
    all([
      sql(`${alias}.text >= ?`, words),
      sql(`${alias}.text < ?`, `${words}\uffff`),
      ...(where === undefined ? [] : [sql(`${alias}.${where}`)]),
    ]);
  const has = (words: string): Sql => {
    const range = on('f', words);
    return sql(`exists (select 1 from patient_name f where f.number = e.number and ${range.text})`, ...range.values);
  };
  const among = (alias: string): Sql => any(ranges.map((words) => on(alias, words)));
  // A name may match at several of its words: it counts at the first.
  const earlier = among('m');
  const first = sql(
    `not exists (select 1 from patient_name m where m.number = n.number and (m.text < n.text or (m.text = n.text and m.position < n.position)) and ${earlier.text})`,
    ...earlier.values,
  );
  return {
    filter: any(ranges.map(has)),
    drive: { kind: 'name', alternatives: ranges.map((words) => all([on('n', words), first])) },
  };
}

export function facilityNumbers(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'facility-number' }>,
  values: readonly string[],
): Criterion {
  let numbered = true;
  const each = values.map((value) => {
    const { system, code } = tokenValue(name, value);
    numbered &&= code !== undefined;
    const number = code === undefined ? sql(`${parameter.column} is not null`) : sql(`${parameter.column} = ?`, code);
    if (system === undefined) return number;
    if (!system.startsWith(parameter.system)) return never;
    return all([number, sql(`${parameter.facility} = ?`, system.slice(parameter.system.length))]);
  });
  const filter = any(each);
  return numbered ? { filter, narrow: filter } : { filter };
}

export function lastUpdated(definition: TypeDefinition, values: readonly string[]): Criterion {
  const column = definition.updated;
  const filter = anyDate(
    values.map((value) => dateFilter(column, `(${column} + 1)`, instantValue('_lastUpdated', value), 1)),
  );
  return {
    filter: filter.exact,
    bounds: {
      column: definition.updatedOrder.key[0],
      ...(filter.from !== undefined && { from: filter.from }),
      ...(filter.before !== undefined && { before: filter.before }),
    },
  };
}
