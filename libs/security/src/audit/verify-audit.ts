import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { beforeFirst, entryRow, residentRows, type Seal, sealOf } from './audit-rows.js';

export interface VerifiedAudit {
  readonly entries: number;
  /** The last seal: kept elsewhere, it shows later that nothing was cut off the end. */
  readonly head: Seal;
  /** First entry at which the trail is not as it was written; absent when it is whole. */
  readonly brokenAt?: number;
}

interface EntryRow {
  readonly seq: SqlValue;
  readonly body: string;
}

const sealsAtOnce = 500;

/**
 * Follows the chain from the first entry: every seal, every entry, and every row by which entries are found.
 * @param key of {@link sealKeyOf}
 */
export async function verifyAudit(database: ReadDatabase, key: Uint8Array): Promise<VerifiedAudit> {
  let head = beforeFirst;
  for (;;) {
    const seals = await database.query<{ readonly last: SqlValue; readonly digest: string }>(
      `select last, digest from audit_seal where last > ? order by last limit ${sealsAtOnce}`,
      [head.last],
    );
    for (const row of seals) {
      const seal = { last: Number(row.last), digest: row.digest };
      const broken = await brokenBetween(database, head, seal, key);
      if (broken !== undefined) return { entries: head.last, head, brokenAt: broken };
      head = seal;
    }
    if (seals.length < sealsAtOnce) break;
  }
  const [beyond] = await database.query('select 1 from audit_entry where seq > ? limit 1', [head.last]);
  const [stray] = await database.query('select 1 from audit_resident where seq > ? limit 1', [head.last]);
  return { entries: head.last, head, ...((beyond ?? stray) && { brokenAt: head.last + 1 }) };
}

async function brokenBetween(
  database: ReadDatabase,
  previous: Seal,
  seal: Seal,
  key: Uint8Array,
): Promise<number | undefined> {
  const between = [previous.last, seal.last];
  const entries = await database.query<EntryRow & Readonly<Record<string, SqlValue>>>(
    `select seq, recorded, facility, holder, action, interaction, outcome, body from audit_entry
     where seq > ? and seq <= ? order by seq`,
    between,
  );
  const bodies = entries.map(({ body }) => body);
  if (entries.length !== seal.last - previous.last || sealOf(bodies, previous, key).digest !== seal.digest)
    return previous.last + 1;
  const found = await database.query<{
    readonly resident: string;
    readonly recorded: SqlValue;
    readonly seq: SqlValue;
  }>('select resident, recorded, seq from audit_resident where seq > ? and seq <= ?', between);
  const findable = new Set(
    found.map(({ resident, recorded, seq }) => `${resident} ${Number(recorded)} ${Number(seq)}`),
  );
  for (const [index, { body, ...columns }] of entries.entries()) {
    const seq = previous.last + 1 + index;
    const written = entryRow(seq, body);
    const stored = [...Object.values(columns), body];
    const residents = residentRows(seq, body).map((row) => row.join(' '));
    if (stored.some((value, column) => String(value) !== String(written[column]))) return seq;
    if (residents.some((row) => !findable.delete(row))) return seq;
  }
  return findable.size > 0 ? previous.last + 1 : undefined;
}
