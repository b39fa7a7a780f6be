import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { ChangeKind } from '../subscription-events.js';

/** One event of a subscription, by its number. */
export interface Notice {
  readonly number: number;
  /** Id of the event of the log. */
  readonly event: string;
  readonly recordedAt: string;
  readonly type: string;
  readonly id: string;
  readonly change: ChangeKind;
}

interface Row {
  readonly number: SqlValue;
  readonly event: string;
  readonly recorded: string;
  readonly type: string;
  readonly resource: string;
  readonly change: ChangeKind;
}

/** In order, from one number to another, both inclusive. */
export async function noticesOf(
  view: ReadDatabase,
  subscription: string,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<readonly Notice[]> {
  const rows = await view.query<Row>(
    `select number, event, recorded, type, resource, change from notice
     where subscription = ? and number >= ? and number <= ? order by number limit ${limit}`,
    [subscription, from, to],
  );
  return rows.map(({ number, event, recorded, type, resource, change }) => ({
    number: Number(number),
    event,
    recordedAt: recorded,
    type,
    id: resource,
    change,
  }));
}

/** Number of the newest event that can be read; 0 where there is none. */
export async function newestNotice(view: ReadDatabase, subscription: string): Promise<number> {
  const [row] = await view.query<Pick<Row, 'number'>>(
    'select number from notice where subscription = ? order by number desc limit 1',
    [subscription],
  );
  return Number(row?.number ?? 0);
}
