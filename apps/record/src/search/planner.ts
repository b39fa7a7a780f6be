import { typesAboutNobody } from '#fhir/kept-types.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { rowFilter } from '../access/row-filter.js';
import type { Visibility } from '../access/visibility.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { CriteriaCompiler } from './criteria.js';
import { type Criterion, nothing } from './criterion.js';
import type { Order, TypeDefinition } from './definitions/type-definition.js';
import { Links } from './links.js';
import type { Matcher } from './matching/matcher.js';
import type { RecordSearch, Wanted } from './record-search.js';
import { keyLength } from './row-walk.js';
import type { SearchLimits } from './search-limits.js';
import type { AskedCriterion } from './search-request.js';
import { all, any, never, oneOf, type Sql, sql } from './sql.js';

/** How the rows of one table are found. */
export interface Plan {
  readonly definition: TypeDefinition;
  readonly order: Order;
  readonly descending: boolean;
  readonly from: string;
  readonly filter: Sql;
  /** Rows of one branch are of no other. */
  readonly branches: readonly Sql[];
  /** The branches find few rows: all are looked at. */
  readonly narrow: boolean;
  /** Nothing that was asked says where in the order to look. */
  readonly scans: boolean;
  /** What no column tells: all must hold for the resource. */
  readonly matchers: readonly Matcher[];
}

/** Plans of all tables that hold rows of a type, in one order, or to be sorted when all is found. */
export interface Plans {
  readonly each: readonly Plan[];
  /** What the keys of the results are of: an order, or {@link sortedOrder}. */
  readonly order: string;
}

/** Of results that are sorted when all are found. */
export const sortedOrder = 'sorted';

interface Compiled {
  readonly definition: TypeDefinition;
  readonly criteria: readonly Criterion[];
}

export class Planner {
  readonly #compiler: CriteriaCompiler;
  readonly #links: Links;

  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    search: RecordSearch,
    private readonly limits: SearchLimits,
  ) {
    this.#compiler = new CriteriaCompiler(database, documents);
    this.#links = new Links(this, this.#compiler, search, limits);
  }

  async plans(wanted: Wanted, visibility: Visibility): Promise<Plans> {
    const { sources } = wanted.searched;
    const compiled: Compiled[] = [];
    for (const definition of sources) {
      if (definition !== sources[0] && !(await this.hasRows(definition))) continue;
      compiled.push({ definition, criteria: await this.#compile(definition, wanted, visibility) });
    }
    const definitions = compiled.map(({ definition }) => definition);
    const sort = wanted.sort ?? [];
    const [first] = sort;
    const byIndex =
      sort.length === 1 &&
      definitions.every(({ orders }) => {
        const order = Object.hasOwn(orders, first?.name ?? '') ? orders[first?.name ?? ''] : undefined;
        return order !== undefined && order.partial !== true;
      }) &&
      sameKeys(definitions, first?.name ?? '');
    // A search goes on as it was begun, whatever has been written since.
    const begunSorted = wanted.after === undefined ? undefined : wanted.after[0] === sortedOrder;
    const sorted =
      sort.length > 0 && (!byIndex || (begunSorted ?? (await this.#betterFound(compiled, first?.name ?? ''))));
    const common = (name: string): boolean => definitions.every(({ orders }) => Object.hasOwn(orders, name));
    const [own] = compiled;
    const walked = first && !sorted ? first : undefined;
    const begun = wanted.after?.[0];
    const name =
      walked?.name ??
      (!sorted && typeof begun === 'string' && definitions.some(({ orders }) => Object.hasOwn(orders, begun))
        ? begun
        : own
          ? preferredOrder(own, common)
          : 'natural');
    const descending = walked?.descending ?? descendingOf(own?.definition, name);
    const each: Plan[] = [];
    for (const one of compiled) each.push(await this.#plan(one, name, descending, wanted, visibility));
    return { each, order: sorted ? sortedOrder : name };
  }

  /** Whether a code, a facility or a name finds so few rows that they are rather found by it, and sorted, than looked for along an order. */
  async #betterFound(compiled: readonly Compiled[], order: string): Promise<boolean> {
    let found = 0;
    for (const { definition, criteria } of compiled) {
      if (criteria.some(({ narrow }) => narrow !== undefined)) continue;
      const driver = criteria.find(({ drive }) => drive)?.drive;
      if (!driver || drives(driver.kind, order, definition)) return false;
      const from = driver.kind === 'name' ? 'patient_name n' : `${definition.table} e`;
      for (const branch of driver.alternatives) {
        const [row] = await this.database.query<{ readonly found: SqlValue }>(
          `select count(*) as found from (select 1 from ${from} where ${branch.text} limit ${this.limits.sorted + 1}) few`,
          branch.values,
        );
        found += Number(row?.found ?? 0);
        if (found > this.limits.sorted) return false;
      }
    }
    return found > 0;
  }

  /** Whether a table holds any row of the type. */
  async hasRows({ table, only }: TypeDefinition): Promise<boolean> {
    const found = await this.database.query(
      `select 1 from ${table} e where ${only?.text ?? '1 = 1'} limit 1`,
      only?.values ?? [],
    );
    return found.length > 0;
  }

  async criterion(definition: TypeDefinition, asked: AskedCriterion, visibility: Visibility): Promise<Criterion> {
    switch (asked.kind) {
      case 'values':
        return this.#compiler.values(definition, asked);
      case 'chain':
        return this.#links.chain(definition, asked, visibility);
      case 'has':
        return this.#links.has(definition, asked, visibility);
      default:
        return asked satisfies never;
    }
  }

  /** What every row must satisfy besides what is asked: that it is of the type, and the caller's to find by that. */
  always(definition: TypeDefinition, visibility: Visibility, asked: readonly AskedCriterion[]): readonly Sql[] {
    const { only } = definition;
    const permitted = rowFilter(
      definition,
      visibility,
      asked.map((one) => (one.kind === 'has' ? '_has' : one.parameter.name)),
    );
    return [...(only ? [sql(only.text, ...only.values)] : []), ...(permitted ? [permitted] : [])];
  }

  async #compile(definition: TypeDefinition, wanted: Wanted, visibility: Visibility): Promise<readonly Criterion[]> {
    const criteria: Criterion[] = [];
    for (const asked of wanted.criteria) criteria.push(await this.criterion(definition, asked, visibility));
    if (wanted.compartment) criteria.push(await this.#compiler.compartment(definition, wanted.compartment));
    const own = await this.#ownOnly(definition, visibility);
    if (own) criteria.push(own);
    return criteria;
  }

  async #plan(
    { definition, criteria }: Compiled,
    name: string,
    descending: boolean,
    wanted: Wanted,
    visibility: Visibility,
  ): Promise<Plan> {
    const order = definition.orders[name] ?? definition.keyOrder;
    const matchers = criteria.flatMap(({ matcher }) => matcher ?? []);
    const filter = all([...this.always(definition, visibility, wanted.criteria), ...criteria.map((one) => one.filter)]);
    const plan = { definition, order, descending, filter, matchers };
    const on = order.on === undefined ? [] : [sql(order.on)];
    const narrow = criteria.flatMap((one) => one.narrow ?? []);
    // In the order of names a person stands as often as the name has words: only the name asked for tells which counts.
    if (narrow.length > 0 && name !== 'name')
      return {
        ...plan,
        from: order.narrowFrom ?? order.from,
        branches: [all([...on, ...narrow])],
        narrow: true,
        scans: false,
      };

    const driver = criteria.find((one) => one.drive && drives(one.drive.kind, name, definition))?.drive;
    const type =
      definition.superset === true && definition.only ? [sql(definition.only.text, ...definition.only.values)] : [];
    const bounded = await this.#bounded(order, criteria, driver ? disjoint(driver.alternatives) : [all([])]);
    const branches = bounded.branches.map((branch) => all([...on, ...type, branch]));
    const residents = driver && driver.kind !== 'facility' ? await this.#fewResidents(visibility) : undefined;
    if (residents !== undefined && definition.resident !== undefined) {
      // Resident by resident: a code is rare among all residents, or common, but few are theirs.
      const of = name === 'name' ? 'n.number' : definition.resident;
      const theirs = sql(`c.facility = ? and ${of} = c.resident`, residents);
      return {
        ...plan,
        from: `concern c cross join ${order.from}`,
        branches: branches.map((branch) => all([theirs, branch])),
        narrow: true,
        scans: false,
      };
    }
    const scans = driver === undefined && !bounded.bound && criteria.length > 0;
    return { ...plan, from: order.from, branches, narrow: false, scans };
  }

  /** Branches within the bounds that criteria set to the first column of the order, and for their exceptions branches of their own. */
  async #bounded(
    order: Order,
    criteria: readonly Criterion[],
    branches: readonly Sql[],
  ): Promise<{ readonly branches: readonly Sql[]; readonly bound: boolean }> {
    const [column] = order.key;
    let within = branches;
    let bound = false;
    for (const { bounds } of criteria) {
      if (bounds?.column !== column) continue;
      const { from, before, exceptions } = bounds;
      if (from === undefined && before === undefined) continue;
      bound = true;
      const usual = all([
        ...(from === undefined ? [] : [sql(`${column} >= ?`, from)]),
        ...(before === undefined ? [] : [sql(`${column} < ?`, before)]),
      ]);
      const numbers = exceptions ? await this.#numbers(exceptions) : [];
      const besides = numbers.length > 0 ? [oneOf('e.number', numbers)] : [];
      within = within.flatMap((branch) => [usual, ...besides].map((one) => all([branch, one])));
    }
    return { branches: within, bound };
  }

  async #numbers(select: Sql): Promise<readonly number[]> {
    const rows = await this.database.query<{ readonly number: SqlValue }>(select.text, select.values);
    return rows.map((row) => Number(row.number));
  }

  /** A resident reads their own record, and nobody else's. */
  async #ownOnly(definition: TypeDefinition, visibility: Visibility): Promise<Criterion | undefined> {
    if (visibility.kind !== 'resident' || definition.resident === undefined) return undefined;
    const own = await this.documents.numberOf(visibility.resident);
    if (own?.kind !== 'resident') return nothing;
    const theirs = await this.#compiler.rowsOf(definition, [own.resident ?? own.number]);
    // What is about nobody is everybody's to read.
    return definition.superset === true && typesAboutNobody.some((type) => type === definition.type)
      ? { filter: any([theirs.filter, sql(`${definition.resident} is null`)]) }
      : theirs;
  }

  async #fewResidents(visibility: Visibility): Promise<string | undefined> {
    if (visibility.kind !== 'facility') return undefined;
    const [row] = await this.database.query<{ readonly residents: SqlValue }>(
      `select count(*) as residents from (select 1 from concern where facility = ? limit ${this.limits.fewResidents + 1}) few`,
      [visibility.facility],
    );
    return Number(row?.residents ?? 0) <= this.limits.fewResidents ? visibility.facility : undefined;
  }
}

/** Whether the tables' rows can be put in one order as they are read: that of events and that of what was sent have other keys. */
function sameKeys(definitions: readonly TypeDefinition[], name: string): boolean {
  const lengths = definitions.map((definition) =>
    keyLength({ definition, order: definition.orders[name] ?? definition.keyOrder }),
  );
  return new Set(lengths).size <= 1;
}

/** The order whose index the criteria make good use of. */
function preferredOrder({ definition, criteria }: Compiled, common: (name: string) => boolean): string {
  const byDefault = definition.defaultOrder.name;
  if (criteria.some((one) => one.narrow !== undefined)) return byDefault;
  if (criteria.some((one) => one.drive?.kind === 'name')) return 'name';
  if (criteria.some((one) => one.drive && drives(one.drive.kind, byDefault, definition))) return byDefault;
  const bounded = criteria.flatMap((one) =>
    one.bounds && (one.bounds.from !== undefined || one.bounds.before !== undefined) ? [one.bounds.column] : [],
  );
  const onKey = (name: string): boolean => bounded.includes(definition.orders[name]?.key[0] ?? '') && common(name);
  if (onKey(byDefault)) return byDefault;
  return Object.keys(definition.orders).find(onKey) ?? byDefault;
}

function descendingOf(definition: TypeDefinition | undefined, name: string): boolean {
  return name === definition?.defaultOrder.name ? definition.defaultOrder.descending : name === '_lastUpdated';
}

/** Indexes by code and by facility go on by the default date, that by name by name. */
function drives(kind: NonNullable<Criterion['drive']>['kind'], order: string, definition: TypeDefinition): boolean {
  return kind === 'name' ? order === 'name' : order === definition.defaultOrder.name;
}

/** Each alternative without the rows of those before it. */
function disjoint(alternatives: readonly Sql[]): readonly Sql[] {
  if (alternatives.length === 0) return [never];
  return alternatives.map((one, index) => {
    const earlier = any(alternatives.slice(0, index));
    return index === 0
      ? one
      : all([one, { text: `case when ${earlier.text} then 1 else 0 end = 0`, values: earlier.values }]);
  });
}
