import type { ReadDatabase } from '#projections/projection.js';
import type { Visibility } from '../access/visibility.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { type FoundResource, FoundResources, type FoundRow } from './found-resources.js';
import type { PageKey } from './page-token.js';
import { type Plan, Planner, sortedOrder } from './planner.js';
import { compareKeys, keyLength, notOfThisSearch, RowWalk } from './row-walk.js';
import { type SearchLimits, tooManyToCount, tooManyToSort, usualLimits, wouldScan } from './search-limits.js';
import type { SearchRequest } from './search-request.js';
import { afterKey, compareSorted, sortedKey } from './sorting.js';

export interface FoundPage {
  readonly found: readonly FoundResource[];
  /** Where the next page begins; absent at the end. A page may hold fewer rows than asked for, and still have a next. */
  readonly next?: PageKey;
}

/** What a search asks, without how its answer is to be. */
export type Wanted = Pick<SearchRequest, 'searched' | 'criteria' | 'compartment' | 'sort' | 'count' | 'after'>;

/** Rows of the plans in the order they share. */
interface Step {
  readonly rows: readonly (FoundRow & { readonly plan: Plan })[];
  /** Where to go on; absent at the end. */
  readonly next?: PageKey;
  /** Ended at how much may be looked at, not at how many were wanted. */
  readonly cut: boolean;
}

/** Most rows whose resources are asked at once what no column tells. */
const mostAtOnce = 500;

/** Finds resources: along indexes where columns tell, asking the resources themselves where they do not, never more than the limits. */
export class RecordSearch {
  readonly #planner: Planner;
  readonly #walk: RowWalk;

  constructor(
    database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
    private readonly limits: SearchLimits = usualLimits,
  ) {
    this.#planner = new Planner(database, documents, this, limits);
    this.#walk = new RowWalk(database);
  }

  /** @throws FhirFault 400 when it would look at too many rows */
  async page(wanted: Wanted, visibility: Visibility): Promise<FoundPage> {
    const plans = await this.#planner.plans(wanted, visibility);
    const resources = new FoundResources(this.documents, this.reader, visibility);
    const { each, order } = plans;
    const [begun, ...after] = wanted.after ?? [];
    if (begun !== undefined && begun !== order) throw notOfThisSearch();
    const rest = { ...wanted, ...(wanted.after && { after }) };
    const { found, next } = await (order === sortedOrder
      ? this.#sorted(rest, each, resources)
      : this.#inOrder(rest, each, resources));
    return { found, ...(next && { next: [order, ...next] }) };
  }

  /** @throws FhirFault 400 when counting would look at too many rows */
  async total(wanted: Wanted, visibility: Visibility): Promise<number> {
    const { each } = await this.#planner.plans({ ...wanted, sort: [] }, visibility);
    const resources = new FoundResources(this.documents, this.reader, visibility);
    let total = 0;
    let left = this.limits.counted;
    for (const plan of each) {
      if (plan.matchers.length > 0) {
        const found = await this.#all(plan, resources, this.limits.checked);
        if (!found) throw tooManyToCount(wanted.searched);
        total += found.length;
        continue;
      }
      const counted = await this.#walk.count(plan, left);
      left -= counted.examined;
      total += counted.fitting;
      if (left < 0) throw tooManyToCount(wanted.searched);
    }
    return total;
  }

  /** All that a search finds; `undefined` when they are more than `most`, or finding them would be too costly. */
  async everything(
    wanted: Pick<Wanted, 'searched' | 'criteria'>,
    visibility: Visibility,
    most: number,
    sources: 'all' | 'self-described' = 'all',
  ): Promise<readonly ServedResource[] | undefined> {
    const resources = new FoundResources(this.documents, this.reader, visibility);
    const { each } = await this.#planner.plans({ ...wanted, count: most }, visibility);
    const found: FoundResource[] = [];
    for (const plan of each) {
      if (sources === 'self-described' && plan.definition.superset !== true) continue;
      // Where columns tell, counting shows the sooner that there are too many.
      if (plan.matchers.length === 0 && (await this.#walk.count(plan, most * 4)).fitting > most) return undefined;
      const more = await this.#all(plan, resources, most - found.length);
      if (!more) return undefined;
      found.push(...more);
    }
    return found.map(({ resource }) => resource);
  }

  /** Along the indexes, page by page. */
  async #inOrder(wanted: Wanted, plans: readonly Plan[], resources: FoundResources): Promise<FoundPage> {
    const found: FoundResource[] = [];
    const checks = plans.some((plan) => plan.matchers.length > 0);
    const stretches = stretchesOf(plans);
    let at = stretches.findIndex(([plan]) => plan && wanted.after?.length === keyLength(plan));
    if (wanted.after && at < 0) throw notOfThisSearch();
    at = Math.max(at, 0);
    let after = wanted.after;
    let left = this.limits.checked;
    let atOnce = wanted.count + 1;
    for (;;) {
      const step = await this.#step(stretches[at] ?? [], after, checks ? Math.min(atOnce, left) : wanted.count + 1);
      // Few of these were what is asked: more of the next are looked at together.
      atOnce = Math.min(atOnce * 2, mostAtOnce);
      found.push(...(await this.#fitting(step.rows, resources)));
      if (found.length > wanted.count) {
        const page = found.slice(0, wanted.count);
        const last = page.at(-1);
        return { found: page, ...(last && { next: last.row.key }) };
      }
      if (!step.next && at + 1 === stretches.length) return { found };
      if (!step.next) {
        at += 1;
        after = undefined;
        continue;
      }
      after = step.next;
      left -= step.rows.length;
      if (step.cut || left <= 0 || !checks) {
        // Rows left out since they were read make a page short, not a search costly.
        if ((step.cut || checks) && plans[0]?.scans === true) throw wouldScan(wanted.searched);
        return { found, next: after };
      }
    }
  }

  /** In an order that no index carries. */
  async #sorted(wanted: Wanted, plans: readonly Plan[], resources: FoundResources): Promise<FoundPage> {
    const { sort = [], searched, after, count } = wanted;
    const all: FoundResource[] = [];
    for (const plan of plans) {
      const found = await this.#all(plan, resources, this.limits.sorted - all.length);
      if (!found) throw tooManyToSort(searched, this.limits.sorted);
      all.push(...found);
    }
    const keyed = all
      .map(({ row, resource }) => ({ row: { ...row, key: sortedKey(searched, sort, resource) }, resource }))
      .toSorted((a, b) => compareSorted(sort, a.row.key, b.row.key));
    const rest = after ? keyed.filter(({ row }) => afterKey(sort, row.key, after)) : keyed;
    const page = rest.slice(0, count);
    const last = page.at(-1);
    return { found: page, ...(rest.length > page.length && last && { next: last.row.key }) };
  }

  /** Every resource of a plan; `undefined` when there are more than `most`, or more rows than may be looked at. */
  async #all(plan: Plan, resources: FoundResources, most: number): Promise<readonly FoundResource[] | undefined> {
    const found: FoundResource[] = [];
    let after: PageKey | undefined;
    let left = Math.max(this.limits.checked, most);
    let looked = 0;
    do {
      const step = await this.#step([plan], after, Math.min(500, left));
      found.push(...(await this.#fitting(step.rows, resources)));
      left -= step.rows.length;
      looked += step.cut ? this.limits.examined : step.rows.length;
      if (found.length > most || (step.next && (left <= 0 || looked > this.limits.counted))) return undefined;
      after = step.next;
    } while (after);
    return found;
  }

  async #step(plans: readonly Plan[], after: PageKey | undefined, wanted: number): Promise<Step> {
    const rows: (FoundRow & { readonly plan: Plan })[] = [];
    let seenUpTo: PageKey | undefined;
    let descending = false;
    for (const plan of plans) {
      ({ descending } = plan);
      const most = plan.narrow
        ? this.limits.counted
        : Math.ceil(this.limits.examined / Math.max(1, plan.branches.length));
      for (const branch of plan.branches) {
        const part = await this.#walk.rows(plan, branch, after, wanted, most);
        rows.push(...part.rows.map((row) => ({ ...row, plan })));
        if (part.seenUpTo && (!seenUpTo || compareKeys(part.seenUpTo, seenUpTo, descending) < 0))
          seenUpTo = part.seenUpTo;
      }
    }
    const inOrder = rows
      .filter((row) => !seenUpTo || compareKeys(row.key, seenUpTo, descending) <= 0)
      .toSorted((a, b) => compareKeys(a.key, b.key, descending));
    const taken = inOrder.slice(0, wanted);
    const full = taken.length === wanted;
    const next = full ? taken.at(-1)?.key : seenUpTo;
    return { rows: taken, cut: !full && seenUpTo !== undefined, ...(next && { next }) };
  }

  /** Those that are what their plan asks for. */
  async #fitting(rows: Step['rows'], resources: FoundResources): Promise<readonly FoundResource[]> {
    const fitting = new Map<FoundRow, FoundResource>();
    for (const [plan, own] of Map.groupBy(rows, (row) => row.plan)) {
      for (const one of await resources.of(plan.definition, own)) {
        if (plan.matchers.every((matches) => matches(one.resource))) fitting.set(one.row, one);
      }
    }
    return rows.flatMap((row) => fitting.get(row) ?? []);
  }
}

/** Plans whose keys compare are walked together; what was sent of a type whose own rows have other keys comes after these. */
function stretchesOf(plans: readonly Plan[]): readonly (readonly Plan[])[] {
  return [...Map.groupBy(plans, keyLength).values()];
}
