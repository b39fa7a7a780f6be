import type { ResidentId } from '#domain/ids.js';
import type { ReviewReason } from '#domain/residents/matching/match-review.js';
import type { Contradiction, FieldWeight } from '#domain/residents/matching/weigh.js';
import type { View } from '#projections/view-host.js';
import type { SqlValue } from '#projections/projection.js';

export type ReviewStatus = 'open' | 'dismissed' | 'merged';

export interface ReviewItem {
  readonly id: string;
  readonly residents: readonly [ResidentId, ResidentId];
  readonly status: ReviewStatus;
  readonly reason: ReviewReason;
  /** Bits: see the weights of matching. */
  readonly weight: number;
  readonly fields: readonly FieldWeight[];
  readonly contradictions: readonly Contradiction[];
  readonly changedAt: string;
  /** The record that goes on; given when merged. */
  readonly survivor?: ResidentId;
}

export interface SeenAt {
  readonly facility: string;
  readonly visits: number;
}

interface Row {
  readonly id: string;
  readonly one: ResidentId;
  readonly other: ResidentId;
  readonly status: ReviewStatus;
  readonly reason: ReviewReason;
  readonly weight: number;
  readonly fields: string;
  readonly contradictions: string;
  readonly changed_at: string;
  readonly position: SqlValue;
  readonly survivor: ResidentId | null;
}

const columns = `r.id, r.one, r.other, r.status, r.reason, r.weight, r.fields, r.contradictions, r.changed_at, r.position,
  (select m.resident from merged m where (m.joined = r.one and m.resident = r.other) or (m.joined = r.other and m.resident = r.one)) as survivor`;
const concerned = `exists (select 1 from resident_facility f where f.facility = ? and f.resident in (r.one, r.other))`;

/** Reads of the pairs in the view `resident-index`, each bounded. */
export class ReviewReader {
  constructor(private readonly view: View) {}

  /** Newest first. @param facility only pairs of which it knows one; absent: all */
  async page(
    status: ReviewStatus,
    facility: string | undefined,
    before: number | undefined,
    limit: number,
  ): Promise<{ readonly items: readonly ReviewItem[]; readonly next?: number }> {
    const rows = await this.view.database.query<Row>(
      `select ${columns} from review r where r.status = ? ${before === undefined ? '' : 'and r.position < ?'}
       ${facility === undefined ? '' : `and ${concerned}`} order by r.position desc limit ?`,
      [status, ...(before === undefined ? [] : [before]), ...(facility === undefined ? [] : [facility]), limit],
    );
    const items: ReviewItem[] = [];
    for (const row of rows) if (status !== 'open' || !(await this.#areOne(row.one, row.other))) items.push(itemOf(row));
    const last = rows.at(-1);
    return { items, ...(rows.length === limit && last && { next: Number(last.position) }) };
  }

  /** `undefined` when there is none, or the facility knows neither of the two. */
  async find(id: string, facility: string | undefined): Promise<ReviewItem | undefined> {
    const [row] = await this.view.database.query<Row>(
      `select ${columns} from review r where r.id = ? ${facility === undefined ? '' : `and ${concerned}`}`,
      [id, ...(facility === undefined ? [] : [facility])],
    );
    return row && itemOf(row);
  }

  /** Where a record was told of, and how many visits stand there. */
  async seenAt(resident: ResidentId): Promise<readonly SeenAt[]> {
    const rows = await this.view.database.query<{ readonly facility: string; readonly visits: SqlValue }>(
      'select facility, visits from resident_facility where resident = ? order by visits desc, facility limit 50',
      [resident],
    );
    return rows.map(({ facility, visits }) => ({ facility, visits: Number(visits) }));
  }

  async survivorOf(resident: ResidentId): Promise<ResidentId> {
    let survivor = resident;
    for (;;) {
      const [row] = await this.view.database.query<{ readonly resident: ResidentId }>(
        'select resident from merged where joined = ?',
        [survivor],
      );
      if (!row) return survivor;
      survivor = row.resident;
    }
  }

  /** The view has what was written up to there, or two seconds have passed. */
  async upTo(position: number): Promise<void> {
    await this.view.waitFor(position, 2_000);
  }

  async #areOne(a: ResidentId, b: ResidentId): Promise<boolean> {
    return (await this.survivorOf(a)) === (await this.survivorOf(b));
  }
}

function itemOf(row: Row): ReviewItem {
  return {
    id: row.id,
    residents: [row.one, row.other],
    status: row.status,
    reason: row.reason,
    weight: row.weight,
    fields: JSON.parse(row.fields) as readonly FieldWeight[],
    contradictions: JSON.parse(row.contradictions) as readonly Contradiction[],
    changedAt: row.changed_at,
    ...(row.survivor !== null && { survivor: row.survivor }),
  };
}
