/** Asked criteria as SQL: what a row must satisfy, and by which index the rows can be found. */
import { facilityCodeSystem } from '#fhir/systems.js';
import { foldName } from '#domain/residents/names.js';
import { documentIdOf, partOf } from '#fhir/resource-ids.js';
import { facilityStream } from '#domain/streams.js';
import { parseFacilityCode } from '#domain/ids.js';
import { streamName } from '#event-store/event-store.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { longStaySeconds } from '../projection/index-rows.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { anyDate, dateFilter } from './date-filters.js';
import type { Parameter, TokenColumn, TypeDefinition } from './definitions.js';
import {
  type DateValue,
  dateValue,
  instantValue,
  invalidValue,
  referenceId,
  type TokenValue,
  tokenValue,
  unescaped,
} from './parameter-values.js';
import type { AskedCriterion, SearchRequest } from './search-request.js';
import { all, any, never, oneOf, type Sql, sql } from './sql.js';

export interface Criterion {
  /** Holds for exactly the rows that are wanted. */
  readonly filter: Sql;
  /** Finds the few rows there can be (one resident's, one document's) by an index. */
  readonly narrow?: Sql;
  /** Finds the rows by an index in key order, one condition for each alternative. */
  readonly drive?: { readonly kind: 'code' | 'facility' | 'name'; readonly alternatives: readonly Sql[] };
  /** Bounds of an order's first column that follow from it. */
  readonly bounds?: Bounds;
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

const day = 86_400;
/** Vietnamese midnight is 17:00 UTC. */
const midnight = 17 * 3_600;

export class CriteriaCompiler {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
  ) {}

  async compile(request: SearchRequest): Promise<readonly Criterion[]> {
    const { definition } = request;
    const compiled: Criterion[] = [];
    for (const asked of request.criteria) compiled.push(await this.#criterion(definition, asked));
    for (const ids of request.ids) compiled.push(await this.#byIds(definition, ids));
    for (const values of request.lastUpdated) compiled.push(lastUpdated(definition, values));
    return compiled;
  }

  async #criterion(definition: TypeDefinition, { name, parameter, values }: AskedCriterion): Promise<Criterion> {
    switch (parameter.kind) {
      case 'token':
        return tokens(name, parameter, values);
      case 'fixed':
        return {
          filter: values.some((value) => sameToken(tokenValue(name, value), parameter.system, parameter.code))
            ? all([])
            : never,
        };
      case 'date':
        return dates(name, parameter, values);
      case 'patient':
        return this.#documentsNamed(name, values, 'Patient', ['resident'], definition.resident ?? 'e.number');
      case 'encounter':
        return this.#documentsNamed(name, values, 'Encounter', ['visit', 'screening'], 'e.number');
      case 'focus':
        return this.#documentsNamed(name, values, 'ServiceRequest', ['referral'], 'e.number');
      case 'target':
        return this.#targets(name, values);
      case 'facility':
        return facilities(name, parameter, values);
      case 'person-name':
        return personNames(name, parameter, values);
      case 'person-identifier':
        return this.#personIdentifiers(name, values);
      case 'phone':
        return phones(name, values);
      case 'kept-identifier':
        return keptIdentifiers(name, values);
      case 'facility-number':
        return facilityNumbers(name, parameter, values);
      case 'facility-code':
        return {
          filter: any(
            values.map((value) => tokenOn(tokenValue(name, value), { code: 'e.code', system: facilityCodeSystem })),
          ),
        };
      case 'facility-name':
        return { filter: any(values.map((value) => sql(`(' ' || e.name) like ?`, `% ${folded(name, value)}%`))) };
      default:
        return parameter satisfies never;
    }
  }

  async #documentsNamed(
    name: string,
    values: readonly string[],
    type: string,
    kinds: readonly string[],
    column: string,
  ): Promise<Criterion> {
    const numbers: number[] = [];
    for (const value of values) {
      const id = referenceId(name, value, type);
      const found = id === undefined ? undefined : await this.documents.numberOf(id);
      // A merged record's number stands for its person: what it was told is searched by the record that goes on.
      if (found && kinds.includes(found.kind))
        numbers.push(found.kind === 'resident' ? (found.resident ?? found.number) : found.number);
    }
    const filter = oneOf(column, numbers);
    return { filter, narrow: filter };
  }

  async #targets(name: string, values: readonly string[]): Promise<Criterion> {
    const numbers: number[] = [];
    for (const value of values) {
      const written = unescaped(value);
      const type = /([A-Z][A-Za-z]+)\/[^/]+$/.exec(written)?.[1];
      if (type === undefined) throw invalidValue(name, 'phải là Type/id', 'must be Type/id');
      const id = referenceId(name, value, type);
      const document = id === undefined ? undefined : documentOf(type, id);
      const found = document === undefined ? undefined : await this.documents.numberOf(document);
      if (found) numbers.push(found.number);
    }
    const events = await this.#eventsBesides(numbers);
    const filter =
      events.length === 0
        ? oneOf('e.document', numbers)
        : any([oneOf('e.document', numbers), oneOf('e.event', events)]);
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

  async #personIdentifiers(name: string, values: readonly string[]): Promise<Criterion> {
    const numbers = new Set<number>();
    for (const value of values) {
      const { system, code } = tokenValue(name, value);
      if (code === undefined) throw invalidValue(name, 'thiếu số', 'a number is needed after the system');
      const condition = all([sql('i.value = ?', code), ...(system === undefined ? [] : [sql('i.system = ?', system)])]);
      const found = await this.database.query<{ readonly number: SqlValue }>(
        `select i.number as number from patient_identifier i where ${condition.text}
         union all select m.survivor from patient_identifier i join merged m on m.number = i.number where ${condition.text}
         limit ${mostSameNumber}`,
        [...condition.values, ...condition.values],
      );
      for (const row of found) numbers.add(Number(row.number));
    }
    const filter = oneOf('e.number', [...numbers]);
    return { filter, narrow: filter };
  }

  async #byIds(definition: TypeDefinition, ids: readonly string[]): Promise<Criterion> {
    if (definition.table === 'touch') {
      const filter = oneOf('e.event', ids);
      return { filter, narrow: filter };
    }
    const wanted: Sql[] = [];
    for (const id of ids) {
      const { part } = isOfFacility(definition.type) ? { part: '' } : partOf(id);
      const document = documentOf(definition.type, id);
      const found = document === undefined ? undefined : await this.documents.numberOf(document);
      if (found && (definition.part !== "''" || part === '')) {
        wanted.push(
          definition.part === "''"
            ? sql('e.number = ?', found.number)
            : sql('(e.number = ? and e.part = ?)', found.number, part),
        );
      }
    }
    const filter = any(wanted);
    return { filter, narrow: filter };
  }
}

/** A programme of many years has hundreds of visits. */
const mostBesides = 2_000;

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

function dates(name: string, parameter: Extract<Parameter, { kind: 'date' }>, values: readonly string[]): Criterion {
  const read = values.map((value) =>
    parameter.milliseconds === true ? instantValue(name, value) : dateValue(name, value),
  );
  const filter = anyDate(
    read.map((value) => dateFilter(parameter.starts, parameter.ends, value, longestBefore(parameter, value))),
  );
  const latest = Math.min(...read.map((value) => value.ends));
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
function longestBefore(parameter: Extract<Parameter, { kind: 'date' }>, value: DateValue): number {
  if (parameter.milliseconds === true) return 0;
  if (parameter.partial === true) return 366 * day;
  return parameter.longStays !== true && value.ends % day === midnight ? 0 : longStaySeconds;
}

function tokens(name: string, parameter: Extract<Parameter, { kind: 'token' }>, values: readonly string[]): Criterion {
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
  return system === '' ? never : all([byCode, sql(`${column.system.column} = ?`, system)]);
}

function sameToken(value: TokenValue, system: string, code: string): boolean {
  return (value.code === undefined || value.code === code) && (value.system === undefined || value.system === system);
}

function facilities(
  name: string,
  parameter: Extract<Parameter, { kind: 'facility' }>,
  values: readonly string[],
): Criterion {
  const codes = values.map((value) => referenceId(name, value, 'Organization')).filter((code) => code !== undefined);
  const each = codes.map((code) => sql(`${parameter.column} = ?`, code));
  return parameter.indexed === true
    ? { filter: any(each), drive: { kind: 'facility', alternatives: each } }
    : { filter: any(each) };
}

/** Words may begin anywhere in the name but follow each other as in it; the last may be a beginning. */
function personNames(
  name: string,
  parameter: Extract<Parameter, { kind: 'person-name' }>,
  values: readonly string[],
): Criterion {
  const where = { any: undefined, family: 'position = 0', given: 'position > 0' }[parameter.words];
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
  return {
    filter: any(ranges.map(has)),
    drive: {
      kind: 'name',
      alternatives: ranges.map((words) => {
        const first = on('n', words);
        // A name may match at several of its words: it counts at the first.
        const earlier = on('m', words);
        return all([
          first,
          sql(
            `not exists (select 1 from patient_name m where m.number = n.number and m.position < n.position and ${earlier.text})`,
            ...earlier.values,
          ),
        ]);
      }),
    },
  };
}

function folded(name: string, value: string): string {
  const words = foldName(unescaped(value));
  if (words === '') throw invalidValue(name, 'trống', 'empty');
  return words;
}

function phones(name: string, values: readonly string[]): Criterion {
  const numbers = values
    .map((value) => (tokenValue(name, value).code ?? '').replace(/\D/g, ''))
    .filter((digits) => digits !== '');
  const filter = oneOf('e.phone', numbers);
  return { filter, narrow: filter };
}

function keptIdentifiers(name: string, values: readonly string[]): Criterion {
  const filter = any(
    values.map((value) => {
      const { system, code } = tokenValue(name, value);
      if (code === undefined) throw invalidValue(name, 'thiếu số', 'a number is needed after the system');
      const bySystem = system === undefined ? [] : [sql('k.system = ?', system)];
      const { text, values: bound } = all([sql('k.value = ?', code), ...bySystem]);
      return sql(`(e.number, e.part) in (select k.number, k.part from kept_identifier k where ${text})`, ...bound);
    }),
  );
  return { filter, narrow: filter };
}

function facilityNumbers(
  name: string,
  parameter: Extract<Parameter, { kind: 'facility-number' }>,
  values: readonly string[],
): Criterion {
  const each = values.map((value) => {
    const { system, code } = tokenValue(name, value);
    if (code === undefined) throw invalidValue(name, 'thiếu số', 'a number is needed after the system');
    if (system === undefined) return sql(`${parameter.column} = ?`, code);
    if (!system.startsWith(parameter.system)) return never;
    return all([
      sql(`${parameter.column} = ?`, code),
      sql(`${parameter.facility} = ?`, system.slice(parameter.system.length)),
    ]);
  });
  const filter = any(each);
  return { filter, narrow: filter };
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
