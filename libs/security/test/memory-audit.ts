import type { AuditEntry } from '#security/audit/audit-entry.js';
import type { AuditStore } from '#security/audit/audit-store.js';
import { AuditTrail } from '#security/audit/audit-trail.js';

/** An audit trail in memory, for suites in which it is not the matter. */
export function memoryAudit(): { readonly trail: AuditTrail; readonly entries: AuditEntry[] } {
  const entries: AuditEntry[] = [];
  const store: AuditStore = {
    append: async (bodies) => void entries.push(...bodies.map((body) => JSON.parse(body) as AuditEntry)),
    database: { query: async () => [], close: async () => undefined },
    close: async () => undefined,
  };
  return { trail: new AuditTrail(store), entries };
}
