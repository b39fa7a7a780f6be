import type { EnvelopeRecord } from './envelope/envelope-record.js';
import { readEnvelope, type EnvelopeHeader } from './envelope/read-envelope.js';
import { readOpened, type ReadingLimits } from './open-message.js';
import type { Fault } from './station-message.js';

/** The rows of one HOSO: table → rows of field name → text, non-empty fields only. */
export interface RecordRows {
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  readonly faults: readonly Fault[];
}

export interface EnvelopeRows extends EnvelopeHeader {
  readonly records: readonly RecordRows[];
}

/**
 * The envelope as tables and rows, with the faults of single values, before any of it is understood. For tools that look at
 * messages as they were sent.
 *
 * @throws UnreadableMessage as {@link readStationMessage} does.
 */
export function readEnvelopeRows(bytes: Uint8Array, limits: Partial<ReadingLimits> = {}): EnvelopeRows {
  return readOpened(bytes, limits, ({ scanner, budget }) => {
    const records: RecordRows[] = [];
    const header = readEnvelope(scanner, budget, (record) => records.push(rowsOf(record)));
    return { ...header, records };
  });
}

const rowsOf = (record: EnvelopeRecord): RecordRows => ({
  tables: Object.fromEntries(
    [...record.tables.values()].map((table) => [table.name, table.rows.map((row) => row.toRecord())]),
  ),
  faults: record.faults.toArray(),
});
