import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { Order, TypeDefinition } from './definitions/type-definition.js';
import type { FoundRow } from './found-resources.js';
import type { PageKey } from './page-token.js';
import type { Plan } from './planner.js';
import { all, type Sql, sql } from './sql.js';

type KeyRow = Readonly<Record<string, SqlValue>>;

/** Documents that an order along all of them looks at for each row it may look at: most have some rows of most types. */
const documentsForRow = 5;

/** Reads rows of a plan along its order, looking at no more than it may. */
export class RowWalk {
  constructor(private readonly database: ReadDatabase) {}

  /**
   * @param most rows of the index to look at
   * @returns `seenUpTo`: nothing beyond this key was looked at; absent where all was
   */
  async rows(
    plan: Plan,
    branch: Sql,
    after: PageKey | undefined,
    wanted: number,
    most: number,
  ): Promise<{ readonly rows: readonly FoundRow[]; readonly seenUpTo?: PageKey }> {
    const { definition, order, filter, from } = plan;
    const conditions = [branch, ...beyond(plan, after)];
    const documents = plan.narrow ? undefined : await this.#documentsUpTo(plan, after, most * documentsForRow);
    const where = all([...conditions, ...(documents ? [documents.within] : [])]);
    const found = await this.database.query<KeyRow>(
      `select * from (
         select ${keyColumns(order)}, ${definition.number} as number, ${definition.part} as part, case when ${filter.text} then 1 else 0 end as fits
         from ${from} where ${where.text} order by ${ordering(plan)} limit ${most}) w
       where w.fits = 1 limit ${wanted}`,
      [...filter.values, ...where.values],
    );
    const rows = found.map((row) => ({
      number: Number(row['number']),
      part: String(row['part']),
      key: keyOf(definition, order, row),
    }));
    if (rows.length === wanted) return { rows };
    const seenUpTo = (plan.narrow ? undefined : await this.#boundary(plan, where, most)) ?? documents?.upTo;
    return { rows, ...(seenUpTo && { seenUpTo }) };
  }

  /** How many rows fit, and how many of at most `most` + 1 were looked at. */
  async count(plan: Plan, most: number): Promise<{ readonly examined: number; readonly fitting: number }> {
    let examined = 0;
    let fitting = 0;
    const along = plan.narrow ? '' : `order by ${ordering(plan)}`;
    for (const branch of plan.branches) {
      const [row] = await this.database.query<{ readonly examined: SqlValue; readonly matching: SqlValue }>(
        `select count(*) as examined, sum(fits) as matching from (
           select case when ${plan.filter.text} then 1 else 0 end as fits from ${plan.from} where ${branch.text} ${along} limit ${most - examined + 1}) w`,
        [...plan.filter.values, ...branch.values],
      );
      examined += Number(row?.examined ?? 0);
      fitting += Number(row?.matching ?? 0);
      if (examined > most) break;
    }
    return { examined, fitting };
  }

  /** Key of the last row a branch may look at; `undefined` when it looks at all there are. */
  async #boundary(plan: Plan, where: Sql, most: number): Promise<PageKey | undefined> {
    const [row] = await this.database.query<KeyRow>(
      `select ${keyColumns(plan.order)} from ${plan.from} where ${where.text} order by ${ordering(plan)} limit 1 offset ${most - 1}`,
      where.values,
    );
    return row && keyOf(plan.definition, plan.order, row);
  }

  /** Where an order goes along documents of all types, how far: rows of a rare type must not cost a walk through all of them. */
  async #documentsUpTo(
    { definition, order, descending }: Plan,
    after: PageKey | undefined,
    most: number,
  ): Promise<{ readonly within: Sql; readonly upTo: PageKey } | undefined> {
    if (order.alongDocuments === undefined) return undefined;
    const columns = order.alongDocuments === 'd.id' ? ['d.id'] : ['d.updated', 'd.number'];
    const places = columns.map(() => '?').join(', ');
    const down = descending ? ' desc' : '';
    const from = after?.slice(0, columns.length);
    const [row] = await this.database.query<KeyRow>(
      `select ${columns.map((column, index) => `${column} as k${index}`).join(', ')} from document d
       ${from ? `where (${columns.join(', ')}) ${descending ? '<=' : '>='} (${places})` : ''}
       order by ${columns.map((column) => column + down).join(', ')} limit 1 offset ${most - 1}`,
      from ?? [],
    );
    if (!row) return undefined;
    const last = columns.map((column, index) => {
      const value = row[`k${index}`];
      return column === 'd.id' ? String(value) : Number(value);
    });
    const length = keyLength({ definition, order });
    return {
      within: sql(`(${columns.join(', ')}) ${descending ? '>=' : '<='} (${places})`, ...last),
      // All parts of the last document.
      upTo: [...last, ...Array.from({ length: length - last.length }, () => (descending ? '' : '\uffff'))],
    };
  }
}

const isWhole = ({ part }: TypeDefinition): boolean => part === "''";

/** How many values the keys of a plan's rows have. */
export const keyLength = ({ definition, order }: Pick<Plan, 'definition' | 'order'>): number =>
  order.key.length + (isWhole(definition) ? 1 : 0);

export const notOfThisSearch = (): FhirFault =>
  new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this search.' });

function keyColumns(order: Order): string {
  return order.key.map((column, index) => `${column} as k${index}`).join(', ');
}

function ordering({ order, descending }: Plan): string {
  return order.key.map((column) => `${column}${descending ? ' desc' : ''}`).join(', ');
}

/** Every key ends in a part, so that rows of all tables of a type compare; that of a whole document is empty. */
function beyond({ definition, order, descending }: Plan, after: PageKey | undefined): readonly Sql[] {
  if (!after) return [];
  const whole = isWhole(definition);
  if (after.length !== keyLength({ definition, order })) throw notOfThisSearch();
  // Going down, the whole comes after its parts.
  const orSame = whole && descending && after.at(-1) !== '';
  const values = whole ? after.slice(0, -1) : after;
  return [
    sql(
      `(${order.key.join(', ')}) ${descending ? '<' : '>'}${orSame ? '=' : ''} (${order.key.map(() => '?').join(', ')})`,
      ...values,
    ),
  ];
}

const textColumns = new Set(['n.text', 'e.part', 'e.event', 'e.code', 'd.id']);

function keyOf(definition: TypeDefinition, order: Order, row: KeyRow): PageKey {
  const key = order.key.map((column, index) => {
    const value = row[`k${index}`];
    return textColumns.has(column) ? String(value) : Number(value);
  });
  return isWhole(definition) ? [...key, ''] : key;
}

/** Negative when `a` comes before `b`. Text compares by code point, as the index does. */
export function compareKeys(a: PageKey, b: PageKey, descending: boolean): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    const order =
      typeof left === 'string' ? Buffer.compare(Buffer.from(left), Buffer.from(String(right))) : left - Number(right);
    return descending ? -order : order;
  }
  return 0;
}
