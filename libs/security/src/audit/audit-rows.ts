/**
 * Tables of the audit trail, the same on both engines. Entries are numbered without a gap in the order in which they became
 * durable; each commit closes with a seal: a keyed digest of its entries and of the seal before. Who has the database but not
 * the key cannot change, drop or put in an entry without breaking the chain.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { SqlValue, TableColumns } from '#projections/projection.js';
import { type AuditEntry, breakGlass, outcomeOf } from './audit-entry.js';

export const entryTable: TableColumns = {
  name: 'audit_entry',
  columns: ['seq', 'recorded', 'facility', 'holder', 'action', 'interaction', 'outcome', 'body'],
};
/** By whom an entry can be found: the residents whose data were shown. */
export const residentTable: TableColumns = { name: 'audit_resident', columns: ['resident', 'recorded', 'seq'] };
export const sealTable: TableColumns = { name: 'audit_seal', columns: ['last', 'digest'] };

export const auditTables: readonly string[] = [
  `create table if not exists audit_entry (
    seq bigint primary key, recorded bigint not null, facility text, holder text not null, action text not null,
    interaction text not null, outcome integer not null, body text not null)`,
  'create index if not exists audit_entry_recorded on audit_entry (recorded, seq)',
  'create index if not exists audit_entry_facility on audit_entry (facility, recorded, seq)',
  `create index if not exists audit_entry_emergency on audit_entry (recorded, seq) where interaction = '${breakGlass}'`,
  'create table if not exists audit_resident (resident text not null, recorded bigint not null, seq bigint not null)',
  'create unique index if not exists audit_resident_of on audit_resident (resident, recorded, seq)',
  'create table if not exists audit_seal (last bigint primary key, digest text not null)',
];

/** Last entry of a commit, and the digest that closes it. */
export interface Seal {
  readonly last: number;
  readonly digest: string;
}

export const beforeFirst: Seal = { last: 0, digest: '' };

/** Rows of one commit, by table. */
export interface SealedRows {
  readonly entries: readonly (readonly SqlValue[])[];
  readonly residents: readonly (readonly SqlValue[])[];
  readonly seal: Seal;
}

/** Key of the seals, made from the installation's (HKDF, RFC 5869). */
export function sealKeyOf(sealingKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', sealingKey, '', 'audit-seals', 32));
}

export function sealedRows(bodies: readonly string[], previous: Seal, key: Uint8Array): SealedRows {
  const entries = bodies.map((body, index) => entryRow(previous.last + 1 + index, body));
  const residents = bodies.flatMap((body, index) => residentRows(previous.last + 1 + index, body));
  return { entries, residents, seal: sealOf(bodies, previous, key) };
}

export function sealOf(bodies: readonly string[], previous: Seal, key: Uint8Array): Seal {
  const mac = createHmac('sha256', key).update(`${previous.last} ${previous.digest}`);
  // JSON holds no line ends of its own.
  for (const body of bodies) mac.update('\n').update(body);
  return { last: previous.last + bodies.length, digest: mac.digest('base64url') };
}

/** In the order of {@link entryTable}. */
export function entryRow(seq: number, body: string): readonly SqlValue[] {
  const entry = JSON.parse(body) as AuditEntry;
  const { recorded, facility, holder, action, interaction } = entry;
  return [seq, recorded, facility ?? null, holder, action, interaction, outcomeOf(entry), body];
}

/** In the order of {@link residentTable}. */
export function residentRows(seq: number, body: string): readonly (readonly SqlValue[])[] {
  const { recorded, residents } = JSON.parse(body) as AuditEntry;
  return [...new Set(residents)].map((resident) => [resident, recorded, seq]);
}
