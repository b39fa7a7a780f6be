import type { ReadDatabase } from '#projections/projection.js';

/** Where the audit trail is kept. Entries are added, never changed. */
export interface AuditStore {
  /** All of them or none; on the disk when it resolves. Bodies are JSON of audit entries. */
  append(bodies: readonly string[]): Promise<void>;
  /** Tables of `audit-rows.ts`; sees whole commits. */
  readonly database: ReadDatabase;
  close(): Promise<void>;
}
