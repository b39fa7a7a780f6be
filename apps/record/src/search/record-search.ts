import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { rowFilter } from '../access/row-filter.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { CriteriaCompiler, type Criterion } from './criteria.js';
import type { Order, TypeDefinition } from './definitions.js';
import type { PageKey } from './page-token.js';
import type { SearchRequest } from './search-request.js';
import { all, any, never, oneOf, type Sql, sql } from './sql.js';

/** Which resource a row stands for. */
export interface FoundRow {
  readonly number: number;
  /** Empty for the whole document; the event for Provenance. */
  readonly part: string;
  readonly key: PageKey;
}

export interface FoundPage {
  readonly rows: readonly FoundRow[];
  /** Where the next page begins; absent at the end. A page may hold fewer rows than asked for, and still have a next. */
  readonly next?: PageKey;
}

/** How much work one search may be. */
export interface SearchLimits {
  /** Most rows of an index one page looks at: what no index finds is passed over, page by page. */
  readonly examined: number;
  /** Most rows a total looks at. */
  readonly counted: number;
  /** A facility concerned with no more residents than this is searched resident by resident. */
  readonly fewResidents: number;
}

const usualLimits: SearchLimits = { examined: 10_000, counted: 100_000, fewResidents: 5_000 };

/** How the rows of one search are found. */
interface Plan {
  readonly order: Order;
  readonly descending: boolean;
  readonly from: string;
  readonly filter: Sql;
  /** Rows of one branch are of no other. */
  readonly branches: readonly Sql[];
  /** The branches find few rows: all are looked at. */
  readonly narrow: boolean;
}

export class RecordSearch {
  readonly #compiler: CriteriaCompiler;

  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly limits: SearchLimits = usualLimits,
  ) {
    this.#compiler = new CriteriaCompiler(database, documents);
  }

  async page(request: SearchRequest, visibility: Visibility): Promise<FoundPage> {
    const plan = await this.#plan(request, visibility);
    const { order, descending, narrow } = plan;
    if (request.after && request.after.length !== order.key.length) {
      throw new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this search.' });
    }
    const rows: FoundRow[] = [];
    let seenUpTo: PageKey | undefined;
    const examined = narrow ? this.limits.counted : Math.ceil(this.limits.examined / Math.max(1, plan.branches.length));
    for (const branch of plan.branches) {
      const conditions = [branch, ...(request.after ? [beyond(order, descending, request.after)] : [])];
      const found = await this.#rows(plan, request.definition, conditions, examined, request.count + 1);
      rows.push(...found);
      if (narrow || found.length > request.count) continue;
      const boundary = await this.#boundary(plan, conditions, examined);
      if (boundary && (!seenUpTo || compareKeys(boundary, seenUpTo, descending) < 0)) seenUpTo = boundary;
    }
    const inOrder = rows
      .filter((row) => !seenUpTo || compareKeys(row.key, seenUpTo, descending) <= 0)
      .toSorted((a, b) => compareKeys(a.key, b.key, descending));
    const page = inOrder.slice(0, request.count);
    const next = inOrder.length > page.length ? page.at(-1)?.key : seenUpTo;
    return { rows: page, ...(next && { next }) };
  }

  /** @throws FhirFault 400 when counting would look at too many rows */
  async total(request: SearchRequest, visibility: Visibility): Promise<number> {
    const plan = await this.#plan(request, visibility);
    let total = 0;
    let examined = 0;
    for (const branch of plan.branches) {
      const where = all([...(plan.order.on === undefined ? [] : [sql(plan.order.on)]), branch]);
      const [row] = await this.database.query<{ readonly examined: SqlValue; readonly matching: SqlValue }>(
        `select count(*) as examined, sum(fits) as matching from (
           select case when ${plan.filter.text} then 1 else 0 end as fits from ${plan.from} where ${where.text} limit ${this.limits.counted + 1}) w`,
        [...plan.filter.values, ...where.values],
      );
      examined += Number(row?.examined ?? 0);
      total += Number(row?.matching ?? 0);
      if (examined > this.limits.counted) {
        throw new FhirFault(400, 'too-costly', {
          vi: `Đếm kết quả này phải xét hơn ${this.limits.counted} dòng; hãy thu hẹp tìm kiếm.`,
          en: `Counting this would look at more than ${this.limits.counted} rows; narrow the search.`,
        });
      }
    }
    return total;
  }

  async #plan(request: SearchRequest, visibility: Visibility): Promise<Plan> {
    const { definition } = request;
    const compiled = [...(await this.#compiler.compile(request))];
    const own = await this.#ownOnly(definition, visibility);
    if (own) compiled.push(own);
    const permitted = rowFilter(
      definition,
      visibility,
      request.criteria.map(({ name }) => name),
    );
    const only = definition.only ? [sql(`${definition.only.column} = ?`, definition.only.value)] : [];
    const filter = all([...only, ...compiled.map((one) => one.filter), ...(permitted ? [permitted] : [])]);
    const narrow = compiled.filter((one) => one.narrow !== undefined);
    if (narrow.length > 0) {
      const { name, descending } = request.sort ?? definition.defaultOrder;
      const order = definition.orders[name] ?? definition.keyOrder;
      const branch = all(narrow.map((one) => one.narrow ?? never));
      return { order, descending, from: order.narrowFrom ?? order.from, filter, branches: [branch], narrow: true };
    }
    return this.#walk(request, visibility, compiled, filter);
  }

  /** Along an index in the order of the search, passing over what does not fit. */
  async #walk(
    request: SearchRequest,
    visibility: Visibility,
    compiled: readonly Criterion[],
    filter: Sql,
  ): Promise<Plan> {
    const { definition, sort } = request;
    const name = sort?.name ?? preferredOrder(definition, compiled);
    const order = definition.orders[name] ?? definition.keyOrder;
    const descending =
      sort?.descending ??
      (name === definition.defaultOrder.name ? definition.defaultOrder.descending : name === '_lastUpdated');
    const driver = compiled.find((one) => one.drive && drives(one.drive.kind, name, definition))?.drive;
    const branches = await this.#bounded(order, compiled, driver ? disjoint(driver.alternatives) : [all([])]);
    const plan = { order, descending, from: order.from, filter, narrow: false };
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
      };
    }
    return { ...plan, branches };
  }

  /** Branches within the bounds that criteria set to the first column of the order, and for their exceptions branches of their own. */
  async #bounded(order: Order, compiled: readonly Criterion[], branches: readonly Sql[]): Promise<readonly Sql[]> {
    const [column] = order.key;
    let within = branches;
    for (const { bounds } of compiled) {
      if (bounds?.column !== column) continue;
      const { from, before, exceptions } = bounds;
      const usual = all([
        ...(from === undefined ? [] : [sql(`${column} >= ?`, from)]),
        ...(before === undefined ? [] : [sql(`${column} < ?`, before)]),
      ]);
      const numbers = exceptions ? await this.#numbers(exceptions) : [];
      const besides = numbers.length > 0 ? [oneOf('e.number', numbers)] : [];
      within = within.flatMap((branch) => [usual, ...besides].map((one) => all([branch, one])));
    }
    return within;
  }

  async #numbers(select: Sql): Promise<readonly number[]> {
    const rows = await this.database.query<{ readonly number: SqlValue }>(select.text, select.values);
    return rows.map((row) => Number(row.number));
  }

  /** A resident reads their own record and nobody else's. */
  async #ownOnly(definition: TypeDefinition, visibility: Visibility): Promise<Criterion | undefined> {
    if (visibility.kind !== 'resident' || definition.resident === undefined) return undefined;
    const own = await this.documents.numberOf(visibility.resident);
    const column = definition.resident;
    const filter =
      own?.kind === 'resident'
        ? oneOf(column, [
            ...new Set(column === 'e.number' ? [own.number, own.resident ?? own.number] : [own.resident ?? own.number]),
          ])
        : never;
    return { filter, narrow: filter };
  }

  async #fewResidents(visibility: Visibility): Promise<string | undefined> {
    if (visibility.kind !== 'facility') return undefined;
    const [row] = await this.database.query<{ readonly residents: SqlValue }>(
      `select count(*) as residents from (select 1 from concern where facility = ? limit ${this.limits.fewResidents + 1}) few`,
      [visibility.facility],
    );
    return Number(row?.residents ?? 0) <= this.limits.fewResidents ? visibility.facility : undefined;
  }

  async #rows(
    plan: Plan,
    definition: TypeDefinition,
    conditions: readonly Sql[],
    examined: number,
    wanted: number,
  ): Promise<readonly FoundRow[]> {
    const { order, filter } = plan;
    const where = all([...(order.on === undefined ? [] : [sql(order.on)]), ...conditions]);
    const keys = order.key.map((column, index) => `${column} as k${index}`).join(', ');
    const rows = await this.database.query<Readonly<Record<string, SqlValue>>>(
      `select * from (
         select ${keys}, ${definition.number} as number, ${definition.part} as part, case when ${filter.text} then 1 else 0 end as fits
         from ${plan.from} where ${where.text} order by ${ordering(plan)} limit ${examined}) w
       where w.fits = 1 limit ${wanted}`,
      [...filter.values, ...where.values],
    );
    return rows.map((row) => ({ number: Number(row['number']), part: String(row['part']), key: keyOf(order, row) }));
  }

  /** Key of the last row a branch may look at; `undefined` when it looks at all there are. */
  async #boundary(plan: Plan, conditions: readonly Sql[], examined: number): Promise<PageKey | undefined> {
    const { order } = plan;
    const where = all([...(order.on === undefined ? [] : [sql(order.on)]), ...conditions]);
    const keys = order.key.map((column, index) => `${column} as k${index}`).join(', ');
    const [row] = await this.database.query<Readonly<Record<string, SqlValue>>>(
      `select ${keys} from ${plan.from} where ${where.text} order by ${ordering(plan)} limit 1 offset ${examined - 1}`,
      where.values,
    );
    return row && keyOf(order, row);
  }
}

function ordering({ order, descending }: Plan): string {
  return order.key.map((column) => `${column}${descending ? ' desc' : ''}`).join(', ');
}

function beyond(order: Order, descending: boolean, after: PageKey): Sql {
  return sql(`(${order.key.join(', ')}) ${descending ? '<' : '>'} (${order.key.map(() => '?').join(', ')})`, ...after);
}

/** The order whose index the criteria make good use of. */
function preferredOrder(definition: TypeDefinition, compiled: readonly Criterion[]): string {
  const byDefault = definition.defaultOrder.name;
  if (compiled.some((one) => one.drive?.kind === 'name')) return 'name';
  if (compiled.some((one) => one.drive && drives(one.drive.kind, byDefault, definition))) return byDefault;
  const bounded = compiled.flatMap((one) =>
    one.bounds && (one.bounds.from !== undefined || one.bounds.before !== undefined) ? [one.bounds.column] : [],
  );
  const onKey = (name: string): boolean => bounded.includes(definition.orders[name]?.key[0] ?? '');
  if (onKey(byDefault)) return byDefault;
  return Object.keys(definition.orders).find(onKey) ?? byDefault;
}

/** Indexes by code and by facility go on by the default date, that by name by name. */
function drives(kind: NonNullable<Criterion['drive']>['kind'], order: string, definition: TypeDefinition): boolean {
  return kind === 'name' ? order === 'name' : order === definition.defaultOrder.name;
}

/** Each alternative without the rows of those before it. */
function disjoint(alternatives: readonly Sql[]): readonly Sql[] {
  return alternatives.map((one, index) => {
    const earlier = any(alternatives.slice(0, index));
    return index === 0
      ? one
      : all([one, { text: `case when ${earlier.text} then 1 else 0 end = 0`, values: earlier.values }]);
  });
}

const textColumns = new Set(['n.text', 'e.part', 'e.event']);

function keyOf(order: Order, row: Readonly<Record<string, SqlValue>>): PageKey {
  return order.key.map((column, index) => {
    const value = row[`k${index}`];
    return textColumns.has(column) ? String(value) : Number(value);
  });
}

/** Negative when `a` comes before `b`. Text compares by code point, as the index does. */
function compareKeys(a: PageKey, b: PageKey, descending: boolean): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    const order =
      typeof left === 'string' ? Buffer.compare(Buffer.from(left), Buffer.from(String(right))) : left - Number(right);
    return descending ? -order : order;
  }
  return 0;
}
