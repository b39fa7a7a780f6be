import type { RecordedEvent } from '#event-store/event-store.js';
import { BulkInsert } from '#projections/bulk-statements.js';
import type { Projection, SqlValue } from '#projections/projection.js';
import type { MessageEvent } from '../intake/receipt.js';

const writeReceipts = new BulkInsert(
  { name: 'receipt', columns: ['id', 'facility', 'position', 'received_at', 'body'] },
  'on conflict (id) do update set position = excluded.position, body = excluded.body',
);

/** Receipts by facility and time, for a station that wants to know where it stands. */
export function createProjection(): Projection {
  return {
    name: 'receipts',
    version: 3,
    filter: { categories: ['message'], types: ['MessageAccepted', 'MessageRefused'] },
    schema: [
      `create table receipt (
         id text primary key, facility text not null, position bigint not null, received_at text not null, body text not null
       )`,
      'create index receipt_by_facility on receipt (facility, position)',
      'create index receipt_by_time on receipt (facility, received_at, position)',
    ],
    appliesBy: [],
    async apply(events: readonly RecordedEvent[], view) {
      const receipts = new Map<string, readonly SqlValue[]>();
      for (const event of events) {
        const { receipt } = (event as unknown as MessageEvent).data;
        const { id } = receipt;
        const [, facility = receipt.facility, , receivedAt = receipt.receivedAt] = receipts.get(id) ?? [];
        receipts.set(id, [id, facility, event.position, receivedAt, JSON.stringify(receipt)]);
      }
      await writeReceipts.run(view, [...receipts.values()]);
    },
  };
}
