import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '#security/audit/audit-entry.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import type { AuditStore } from '#security/audit/audit-store.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { verifyAudit } from '#security/audit/verify-audit.js';

export const key = new Uint8Array(32).fill(7);
export const [an, binh] = ['00000000-0000-8000-8000-00000000000a', '00000000-0000-8000-8000-00000000000b'] as const;

export function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    recorded: 1_000,
    kind: 'station',
    actor: 'station:08Z11',
    holder: 'station:08Z11/1',
    facility: '08Z11',
    purpose: 'TREAT',
    action: 'R',
    interaction: 'read',
    route: 'GET /fhir/:type/:id',
    residents: [an],
    status: 200,
    request: 'r',
    ...change,
  };
}

export interface AuditEngine {
  open(): Promise<AuditStore>;
  /** Runs a statement as somebody with the whole database in hands, past whatever stands in the way. */
  tamper(statement: string): Promise<void>;
  remove(): Promise<void>;
}

/** What every engine of the audit trail must honour. */
export function auditStoreContract(newEngine: () => Promise<AuditEngine>): void {
  let engine: AuditEngine;
  let store: AuditStore;
  beforeEach(async () => {
    engine = await newEngine();
    store = await engine.open();
  });
  afterEach(async () => {
    await store.close();
    await engine.remove();
  });
  const bodies = (...entries: readonly AuditEntry[]): string[] => entries.map((one) => JSON.stringify(one));
  const found = async (...question: Parameters<AuditReader['page']>): Promise<readonly number[]> =>
    (await new AuditReader(store.database).page(...question)).found.map(({ seq }) => seq);

  it('numbers entries without a gap and finds them by resident, facility, time and the rest, newest first', async () => {
    await store.append(bodies(entry(), entry({ recorded: 2_000, residents: [an, binh], facility: '08Z12' })));
    await store.append(bodies(entry({ recorded: 3_000, residents: [], action: 'E', status: 404, holder: 'x' })));
    expect(await found({}, 10)).toEqual([3, 2, 1]);
    expect(await found({ residents: [an] }, 10)).toEqual([2, 1]);
    expect(await found({ residents: [an, binh] }, 10)).toEqual([2, 1]);
    expect(await found({ residents: [binh], facilities: ['08Z11'] }, 10)).toEqual([]);
    expect(await found({ facilities: ['08Z11'] }, 10)).toEqual([3, 1]);
    expect(await found({ from: 2_000, before: 3_000 }, 10)).toEqual([2]);
    expect(await found({ actions: ['E'] }, 10)).toEqual([3]);
    expect(await found({ outcomes: [4] }, 10)).toEqual([3]);
    expect(await found({ holders: ['x'] }, 10)).toEqual([3]);
    expect(await found({ residents: [] }, 10)).toEqual([]);
    await store.append(bodies(entry({ recorded: 4_000, interaction: 'break-glass' })));
    expect(await found({ emergencies: true }, 10)).toEqual([4]);
    expect(await found({ emergencies: false }, 10)).toEqual([3, 2, 1]);
    expect(await new AuditReader(store.database).count({ residents: [an] })).toBe(3);
  });

  it('goes on from page to page without a gap or a repeat, however many entries share a moment', async () => {
    await store.append(bodies(...Array.from({ length: 25 }, (_, n) => entry({ recorded: 1_000 + (n >> 3) }))));
    const seen: number[] = [];
    let after: { recorded: number; seq: number } | undefined;
    do {
      const page = await new AuditReader(store.database).page({ residents: [an] }, 4, after);
      seen.push(...page.found.map(({ seq }) => seq));
      after = page.next;
    } while (after);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => 25 - n));
  });

  it('keeps what was written when it is opened again, and goes on with the same chain', async () => {
    await store.append(bodies(entry()));
    await store.close();
    store = await engine.open();
    await store.append(bodies(entry()));
    expect(await verifyAudit(store.database, key)).toMatchObject({ entries: 2 });
    expect((await verifyAudit(store.database, key)).brokenAt).toBeUndefined();
  });

  it('is one chain for replicas that write at the same time', async () => {
    const other = await engine.open();
    const [one, two] = [new AuditTrail(store), new AuditTrail(other)] as const;
    await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? one : two).record(entry({ recorded: n }))));
    const verified = await verifyAudit(store.database, key);
    expect([verified.entries, verified.brokenAt]).toEqual([200, undefined]);
    await other.close();
  });

  it('refuses changes', async () => {
    await store.append(bodies(entry()));
    for (const statement of [
      "update audit_entry set body = '{}'",
      'delete from audit_entry',
      'delete from audit_resident',
      'delete from audit_seal',
    ]) {
      await expect(store.database.query(statement)).rejects.toThrow();
    }
    expect(await found({}, 10)).toEqual([1]);
  });

  describe('shows that it was tampered with when', () => {
    beforeEach(async () => {
      for (let n = 0; n < 4; n += 1) await store.append(bodies(entry({ recorded: n }), entry({ residents: [binh] })));
    });
    it.each([
      ['an entry was changed', "update audit_entry set body = replace(body, '08Z11', '08Z12') where seq = 3", 3],
      ['an entry was taken out', 'delete from audit_entry where seq = 4', 3],
      [
        'an entry was put in',
        'insert into audit_entry select 99, recorded, facility, holder, action, interaction, outcome, body from audit_entry where seq = 1',
        9,
      ],
      ['a commit was cut out of the middle', 'delete from audit_seal where last = 4', 3],
      ['a resident can no longer find an entry', 'delete from audit_resident where seq = 5', 5],
      ['an entry was moved to another time', 'update audit_entry set recorded = 77 where seq = 7', 7],
    ])('%s', async (_, statement, brokenAt) => {
      expect((await verifyAudit(store.database, key)).brokenAt).toBeUndefined();
      await engine.tamper(statement);
      expect((await verifyAudit(store.database, key)).brokenAt).toBe(brokenAt);
    });

    it('the seals were made with another key', async () => {
      expect((await verifyAudit(store.database, new Uint8Array(32))).brokenAt).toBe(1);
    });
  });
}
