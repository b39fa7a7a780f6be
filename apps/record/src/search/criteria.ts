/** Asked criteria as SQL: by the columns of a type's table where they can tell, by the resources themselves where they cannot. */
import { facilityCodeSystem } from '#fhir/systems.js';
import { documentIdOf, partOf } from '#fhir/resource-ids.js';
import { compartmentParameters } from '#fhir/search-parameters/compartments.js';
import { propertyOf } from '#fhir/search-parameters/elements-at.js';
import { type SearchParameter, searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { facilityStream } from '#domain/streams.js';
import { parseFacilityCode } from '#domain/ids.js';
import { streamName } from '#event-store/event-store.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { phoneSystem } from '../projection/patient-rows.js';
import { indexedWords, longestIndexed } from '../projection/self-described-rows.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import {
  dates,
  facilities,
  facilityNumbers,
  fixed,
  icd10Below,
  lastUpdated,
  personNames,
  tokenOn,
  tokens,
} from './column-criteria.js';
import { type Criterion, nothing } from './criterion.js';
import type { IndexedParameter, TypeDefinition } from './definitions/type-definition.js';
import { digitsOf } from './matching/element-values.js';
import { folded, type Matcher, matcherOf } from './matching/matcher.js';
import { amounts, codeAmounts, componentCodes } from './observation-criteria.js';
import { quantityValue, referenceId, referenceValue, tokenValue, unescaped } from './parameter-values.js';
import type { AskedCriterion, Compartment } from './search-request.js';
import { all, any, oneOf, type Sql, sql } from './sql.js';

type AskedValues = Extract<AskedCriterion, { readonly kind: 'values' }>;

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

function keptToken(name: string, kind: SearchParameter['kind'], value: string): string | undefined {
  const code = kind === 'token' ? tokenValue(name, value).code : unescaped(value);
  return code?.slice(0, longestIndexed);
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
