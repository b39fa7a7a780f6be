/** Asked criteria as SQL: what a row must satisfy, and by which index the rows can be found. */
import { bloodPressure } from '#fhir/encounters/vital-signs.js';
import { codeSystems, facilityCodeSystem } from '#fhir/systems.js';
import { foldName } from '#domain/residents/names.js';
import { documentIdOf, partOf } from '#fhir/resource-ids.js';
import { icd10Systems } from '#fhir/reading/read-condition.js';
import { compartmentParameters } from '#fhir/search-parameters/compartments.js';
import { propertyOf } from '#fhir/search-parameters/elements-at.js';
import { type SearchParameter, searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { facilityStream } from '#domain/streams.js';
import { parseFacilityCode } from '#domain/ids.js';
import { streamName } from '#event-store/event-store.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { longStaySeconds } from '../projection/index-rows.js';
import { phoneSystem } from '../projection/patient-rows.js';
import { indexedWords, longestIndexed } from '../projection/self-described-rows.js';
import { endless } from '../projection/seconds.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { anyDate, dateFilter } from './date-filters.js';
import type { IndexedParameter, TokenColumn, TypeDefinition } from './definitions/type-definition.js';
import { digitsOf } from './matching/element-values.js';
import { type Matcher, matcherOf } from './matching/matcher.js';
import {
  compositeParts,
  type DateValue,
  dateValue,
  instantValue,
  invalidValue,
  type QuantityValue,
  quantityValue,
  referenceId,
  referenceValue,
  type TokenValue,
  tokenValue,
  unescaped,
} from './parameter-values.js';
import type { AskedCriterion, Compartment } from './search-request.js';
import { all, any, never, oneOf, type Sql, sql } from './sql.js';

export interface Criterion {
  /** Holds for all rows that are wanted, and without a {@link matcher} for no others. */
  readonly filter: Sql;
  /** Finds the few rows there can be (one resident's, one document's) by an index. */
  readonly narrow?: Sql;
  /** Finds the rows by an index in key order, one condition for each alternative. */
  readonly drive?: { readonly kind: 'code' | 'facility' | 'name'; readonly alternatives: readonly Sql[] };
  /** Bounds of an order's first column that follow from it. */
  readonly bounds?: Bounds;
  /** What the columns cannot tell is told from the resource. */
  readonly matcher?: Matcher;
}

export interface Bounds {
  readonly column: string;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly before?: number;
  /** Selects the numbers of the rows before `from` that may fit nevertheless; they are few. */
  readonly exceptions?: Sql;
}

type AskedValues = Extract<AskedCriterion, { readonly kind: 'values' }>;

const day = 86_400;
/** Vietnamese midnight is 17:00 UTC. */
const midnight = 17 * 3_600;
/** A value that more resources have than this does not make a search narrow. */
const fewKept = 1_000;

export class CriteriaCompiler {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
  ) {}

  /** By the columns of the table where they can tell, by the resources where they cannot. */
  async values(definition: TypeDefinition, asked: AskedValues): Promise<Criterion> {
    const { parameter, modifier, values } = asked;
    const { name } = parameter;
    if (name === '_id') return this.byIds(definition, values);
    if (name === '_lastUpdated') return lastUpdated(definition, values);
    const indexed = Object.hasOwn(definition.parameters, name) ? definition.parameters[name] : undefined;
    const byColumns = indexed && (await this.#byColumns(definition, indexed, asked));
    if (byColumns && definition.superset !== true && !asksResource.has(indexed?.kind)) return byColumns;
    const told = parameter.kind === 'reference' ? await this.#byResidentsOf(definition, asked) : undefined;
    return {
      ...(byColumns ?? told ?? { filter: all([]) }),
      matcher: matcherOf(parameter, modifier, await this.#withSurvivors(definition, asked)),
    };
  }

  /** What refers to a resident, or an encounter, by a parameter of R4's definition of their compartments. */
  async compartment(definition: TypeDefinition, compartment: Compartment): Promise<Criterion> {
    const within = await this.#ofWhom(definition, compartment);
    // Referrals are the person's, and what was told of somebody has its Provenance: R4 leaves them out, or names the Patient alone.
    const whole = definition.part === 'e.event' ? definition.type === 'Provenance' : definition.superset !== true;
    const { type, id } = compartment;
    if (whole && (type === 'Patient' ? definition.type !== 'Patient' : definition.part === 'e.event')) return within;
    const matchers: Matcher[] = [];
    for (const name of compartmentParameters(type, definition.type)) {
      const parameter = searchParametersOf(definition.type).get(name);
      const values = [`${type}/${id}`];
      if (parameter)
        matchers.push(
          matcherOf(parameter, undefined, await this.#withSurvivors(definition, { kind: 'values', parameter, values })),
        );
    }
    const itself: Matcher = (resource) => definition.type === type && propertyOf(resource, 'id') === id;
    return { ...within, matcher: (resource) => itself(resource) || matchers.some((matches) => matches(resource)) };
  }

  /** The few rows among which a compartment's are. */
  async #ofWhom(definition: TypeDefinition, { type, id }: Compartment): Promise<Criterion> {
    const { resident } = definition;
    if (resident === undefined) return nothing;
    if (type === 'Patient') {
      const found = await this.documents.numberOf(id);
      return found?.kind === 'resident' ? this.rowsOf(definition, [found.resident ?? found.number]) : nothing;
    }
    const document = documentOf(type, id);
    const found = document === undefined ? undefined : await this.documents.numberOf(document);
    if (found === undefined) return nothing;
    if (definition.superset === true)
      return found.resident === undefined ? nothing : this.rowsOf(definition, [found.resident]);
    const filter = oneOf(definition.number, [found.number]);
    return { filter, narrow: filter };
  }

  /** Rows of residents; of Patients, those whose records are one person's. */
  async rowsOf({ type, resident = 'e.number' }: TypeDefinition, residents: readonly number[]): Promise<Criterion> {
    let numbers = residents;
    if (type === 'Patient') {
      const { text, values } = oneOf('survivor', residents);
      const joined = await this.database.query<{ readonly number: SqlValue }>(
        `select number from merged where ${text}`,
        values,
      );
      numbers = [...residents, ...joined.map(({ number }) => Number(number))];
    }
    const filter = oneOf(resident, [...new Set(numbers)]);
    return { filter, narrow: filter };
  }

  /** @returns `undefined` where the columns say nothing, or not with this modifier */
  async #byColumns(
    definition: TypeDefinition,
    indexed: IndexedParameter,
    { parameter: { name, kind }, modifier, values }: AskedValues,
  ): Promise<Criterion | undefined> {
    if (modifier === 'not' && (indexed.kind === 'token' || indexed.kind === 'fixed')) {
      const { text, values: bound } =
        indexed.kind === 'token' ? tokens(name, indexed, values).filter : fixed(name, indexed, values).filter;
      return { filter: sql(`case when ${text} then 0 else 1 end = 1`, ...bound) };
    }
    if (modifier === 'below' && indexed.kind === 'token') return icd10Below(name, indexed, values);
    // A reference of the type that all of them have, by its type.
    const own = { patient: 'Patient', encounter: 'Encounter', focus: 'ServiceRequest', facility: 'Organization' };
    if (modifier !== undefined && !(indexed.kind in own && own[indexed.kind as keyof typeof own] === modifier))
      return kind === 'reference' &&
        modifier !== 'identifier' &&
        modifier !== 'missing' &&
        indexed.kind in own &&
        definition.superset !== true
        ? nothing
        : undefined;
    switch (indexed.kind) {
      case 'token':
        return tokens(name, indexed, values);
      case 'fixed':
        return fixed(name, indexed, values);
      case 'date':
        return dates(name, indexed, values);
      case 'patient':
        return this.#documentsNamed(name, values, 'Patient', ['resident'], definition.resident ?? 'e.number');
      case 'encounter':
        return this.#documentsNamed(name, values, 'Encounter', ['visit', 'screening'], 'e.number');
      case 'focus':
        return this.#documentsNamed(name, values, 'ServiceRequest', ['referral'], 'e.number');
      case 'target':
        return this.#targets(name, values);
      case 'facility':
        return facilities(name, indexed, values);
      case 'person-name':
        return indexed.words !== 'any' && values.some((value) => folded(name, value).includes(' '))
          ? undefined
          : personNames(name, indexed, values);
      case 'person-identifier':
        return this.#personIdentifiers(name, values);
      case 'phone':
        return this.#phones(name, values);
      case 'facility-number':
        return facilityNumbers(name, indexed, values);
      case 'facility-code':
        return {
          filter: any(
            values.map((value) => tokenOn(tokenValue(name, value), { code: 'e.code', system: facilityCodeSystem })),
          ),
        };
      case 'facility-name':
        return { filter: any(values.map((value) => sql(`(' ' || e.name) like ?`, `% ${folded(name, value)}%`))) };
      case 'amount':
        return { filter: any(values.map((value) => amounts(quantityValue(name, value)))) };
      case 'component-code':
        return componentCodes(name, indexed.own, values);
      case 'code-amount':
        return codeAmounts(name, indexed.code, values);
      case 'kept-value':
        return this.#keptValues(definition, name, kind, values);
      default:
        return indexed satisfies never;
    }
  }

  /** What refers to a resident's resource is the same resident's: what the resources themselves must tell, few must be asked. */
  async #byResidentsOf(
    definition: TypeDefinition,
    { parameter: { name }, modifier, values }: AskedValues,
  ): Promise<Criterion | undefined> {
    if (definition.resident === undefined || modifier === 'identifier' || modifier === 'missing') return undefined;
    const residents = new Set<number>();
    for (const value of values) {
      const { type, id } = referenceValue(name, value);
      const document = id === undefined ? undefined : documentOf(modifier ?? type ?? '', id);
      const found = document === undefined ? undefined : await this.documents.numberOf(document);
      if (found?.resident === undefined) return undefined;
      residents.add(found.resident);
    }
    return this.rowsOf(definition, [...residents]);
  }

  /** References to a record that is part of another are read as references to that other. */
  async #withSurvivors(
    { type: of }: TypeDefinition,
    { parameter, modifier, values }: AskedValues,
  ): Promise<readonly string[]> {
    // A Patient's links tell the records of one person apart, and Provenance what was told of which.
    if (
      of === 'Patient' ||
      of === 'Provenance' ||
      parameter.kind !== 'reference' ||
      modifier === 'identifier' ||
      modifier === 'missing'
    )
      return values;
    const survivors: string[] = [];
    for (const value of values) {
      const { type, id } = /\|/.test(value) ? {} : referenceValue(parameter.name, value);
      if (id === undefined || (type ?? 'Patient') !== 'Patient') continue;
      const found = await this.documents.numberOf(id);
      if (found?.kind !== 'resident' || found.resident === undefined || found.resident === found.number) continue;
      const [survivor] = await this.documents.byNumbers([found.resident]);
      if (survivor) survivors.push(`Patient/${survivor.id}`);
    }
    return [...values, ...survivors];
  }

  async #documentsNamed(
    name: string,
    values: readonly string[],
    type: string,
    kinds: readonly string[],
    column: string,
  ): Promise<Criterion> {
    const ids = values.map((value) => referenceId(name, value, type)).filter((id) => id !== undefined);
    const found = await this.documents.numbersOf(ids);
    // A merged record's number stands for its person: what it was told is searched by the record that goes on.
    const numbers = found.flatMap((one) =>
      kinds.includes(one.kind) ? [one.kind === 'resident' ? (one.resident ?? one.number) : one.number] : [],
    );
    const filter = oneOf(column, [...new Set(numbers)]);
    return { filter, narrow: filter };
  }

  async #targets(name: string, values: readonly string[]): Promise<Criterion> {
    const numbers: number[] = [];
    for (const value of values) {
      const { type, id } = referenceValue(name, value);
      const document = id === undefined ? undefined : documentOf(type ?? typeOfBare(id), id);
      const found = document === undefined ? undefined : await this.documents.numberOf(document);
      if (found) numbers.push(found.number);
    }
    const events = await this.#eventsBesides(numbers);
    const own = oneOf('e.document', numbers);
    const filter = events.length === 0 ? own : any([own, oneOf('e.event', events)]);
    return { filter, narrow: filter };
  }

  /** Events that touched documents besides those of their own streams. */
  async #eventsBesides(numbers: readonly number[]): Promise<readonly string[]> {
    if (numbers.length === 0) return [];
    const { text, values } = oneOf('document', numbers);
    const rows = await this.database.query<{ readonly event: string }>(
      `select event from touch_besides where ${text} limit ${mostBesides}`,
      values,
    );
    return rows.map(({ event }) => event);
  }

  async #personIdentifiers(name: string, values: readonly string[]): Promise<Criterion | undefined> {
    const numbers = new Set<number>();
    for (const value of values) {
      const { system, code } = tokenValue(name, value);
      if (code === undefined) return undefined;
      const condition = all([
        sql('i.value = ?', code),
        ...(system === undefined ? [sql('i.system <> ?', phoneSystem)] : [sql('i.system = ?', system)]),
      ]);
      for (const number of await this.#persons(condition)) numbers.add(number);
    }
    const filter = oneOf('e.number', [...numbers]);
    return { filter, narrow: filter };
  }

  async #phones(name: string, values: readonly string[]): Promise<Criterion | undefined> {
    const numbers = new Set<number>();
    for (const value of values) {
      const { system, code } = tokenValue(name, value);
      if (code === undefined || (system !== undefined && system !== 'phone')) return undefined;
      const digits = digitsOf(code);
      if (digits === '') continue;
      for (const number of await this.#persons(all([sql('i.value = ?', digits), sql('i.system = ?', phoneSystem)])))
        numbers.add(number);
    }
    const filter = oneOf('e.number', [...numbers]);
    return { filter, narrow: filter };
  }

  async #persons(condition: Sql): Promise<readonly number[]> {
    const found = await this.database.query<{ readonly number: SqlValue }>(
      `select i.number as number from patient_identifier i where ${condition.text}
       union all select m.survivor from patient_identifier i join merged m on m.number = i.number where ${condition.text}
       limit ${mostSameNumber}`,
      [...condition.values, ...condition.values],
    );
    return found.map((row) => Number(row.number));
  }

  /** Documents with one of the values; where these are many, every row of the type may be one. */
  async #keptValues(
    { type }: TypeDefinition,
    name: string,
    kind: SearchParameter['kind'],
    values: readonly string[],
  ): Promise<Criterion | undefined> {
    const numbers = new Set<number>();
    for (const value of values) {
      const words = kind === 'string' ? indexedWords(unescaped(value)) : keptToken(name, kind, value);
      if (words === undefined || words === '') return undefined;
      const on =
        kind === 'string' ? sql('x.value >= ? and x.value < ?', words, `${words}\uffff`) : sql('x.value = ?', words);
      const found = await this.database.query<{ readonly number: SqlValue }>(
        `select x.number as number from kept_value x where x.type = ? and x.parameter = ? and ${on.text} limit ${fewKept + 1}`,
        [type, name, ...on.values],
      );
      if (found.length > fewKept) return undefined;
      for (const row of found) numbers.add(Number(row.number));
    }
    if (numbers.size > fewKept) return undefined;
    const filter = oneOf('e.number', [...numbers]);
    return { filter, narrow: filter };
  }

  async byIds(definition: TypeDefinition, ids: readonly string[]): Promise<Criterion> {
    if (definition.part === 'e.event') {
      const filter = oneOf('e.event', ids);
      return { filter, narrow: filter };
    }
    const named = ids.flatMap((id) => {
      const document = documentOf(definition.type, id);
      const { part } = isOfFacility(definition.type) ? { part: '' } : partOf(id);
      return document === undefined ? [] : [{ document, part }];
    });
    const found = new Map(
      (await this.documents.numbersOf(named.map(({ document }) => document))).map((one) => [one.id, one.number]),
    );
    const whole = definition.part === "''";
    const wanted = named.flatMap(({ document, part }) => {
      const number = found.get(document);
      return number === undefined || (whole && part !== '') ? [] : [{ number, part }];
    });
    const narrow = oneOf('e.number', [...new Set(wanted.map(({ number }) => number))]);
    if (whole) return { filter: narrow, narrow };
    const exact = any(wanted.map(({ number, part }) => sql('(e.number = ? and e.part = ?)', number, part)));
    return { filter: exact, narrow };
  }
}

/** A programme of many years has hundreds of visits. */
const mostBesides = 2_000;

/** Where the columns only leave out what cannot be. */
const asksResource: ReadonlySet<IndexedParameter['kind'] | undefined> = new Set(['amount', 'code-amount', 'target']);

/** Of ids alone, those of facilities are known by their form. */
const typeOfBare = (id: string): string => (parseFacilityCode(id) === undefined ? '' : 'Organization');

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
function componentCodes(name: string, own: boolean, values: readonly string[]): Criterion {
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
function codeAmounts(name: string, by: string, values: readonly string[]): Criterion {
  const parts = values.map((value) => compositeParts(name, value, 2));
  const codes = parts.map(([code = '']) => code);
  const filter = any(parts.map(([, quantity = '']) => amounts(quantityValue(name, quantity))));
  const byCode =
    by === 'code' ? tokens(name, observationCodes, codes) : componentCodes(name, by === 'combo-code', codes);
  return { ...byCode, filter: all([byCode.filter, filter]) };
}

/** What the lowest and highest number of a row must be, if it is in the unit asked for; other units are for the resource to tell. */
function amounts({ prefix, value, low, high, unit }: QuantityValue): Sql {
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

export const nothing: Criterion = { filter: never, narrow: never };

function keptToken(name: string, kind: SearchParameter['kind'], value: string): string | undefined {
  const code = kind === 'token' ? tokenValue(name, value).code : unescaped(value);
  return code?.slice(0, longestIndexed);
}

function fixed(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'fixed' }>,
  values: readonly string[],
): Criterion {
  const same = values.some((value) => sameToken(tokenValue(name, value), parameter.system, parameter.code));
  return { filter: same ? all([]) : never };
}

/** ICD-10 is its own hierarchy: E11.9 is below E11. */
function icd10Below(
  name: string,
  parameter: Extract<IndexedParameter, { kind: 'token' }>,
  values: readonly string[],
): Criterion {
  const each = values.flatMap((value) => {
    const { system, code } = tokenValue(name, value);
    const systems = icd10Systems.filter((one) => system === undefined || one === system);
    if (code === undefined || systems.length === 0) return [];
    return parameter.columns.flatMap((column) =>
      typeof column.system === 'string'
        ? []
        : [
            all([
              sql(`${column.code} >= ?`, code),
              sql(`${column.code} < ?`, `${code}\uffff`),
              oneOf(column.system.column, systems),
            ]),
          ],
    );
  });
  return { filter: any(each) };
}

/** More people than this do not bear the same number. */
const mostSameNumber = 200;

/** Resources of a facility bear its code. */
const isOfFacility = (type: string): boolean => type === 'Organization' || type === 'Location';

/** Id of the document that a resource is of. */
export function documentOf(type: string, id: string): string | undefined {
  if (!isOfFacility(type)) return partOf(id).document;
  const code = parseFacilityCode(id);
  if (code === undefined) return partOf(id).document;
  const { category, key } = facilityStream(code);
  return documentIdOf(streamName(category, key));
}

function dates(
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

function tokens(
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

function tokenOn({ system, code }: TokenValue, column: TokenColumn): Sql {
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

function facilities(
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
function personNames(
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

function folded(name: string, value: string): string {
  const words = foldName(unescaped(value));
  if (words === '') throw invalidValue(name, 'trống', 'empty');
  return words;
}

function facilityNumbers(
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

function lastUpdated(definition: TypeDefinition, values: readonly string[]): Criterion {
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
