/** The service that keeps exports: what has had its time goes, what cannot be made is given up. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '#platform/logging.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import type { ExportJob, StoredExport } from '../src/export/export-job.js';
import { Exports } from '../src/export/exports.js';
import { embeddedWorld, type ExportWorld } from './export-worlds.js';
import { EventLog } from './recorded-events.js';

let folder: string;
let world: ExportWorld;
let trail: AuditTrail;
let logged: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'exports-service-'));
  const log = new EventLog();
  log.resident('Nông Văn An', '08Z11');
  world = await embeddedWorld(log.events);
  trail = new AuditTrail(await openSqliteAuditStore(join(folder, 'audit.sqlite'), new Uint8Array(32)));
  logged = [];
});
afterEach(async () => {
  await trail.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const exportsOf = (keepMs: number, workplace = world.workplace, audited = trail): Exports =>
  new Exports({
    store: world.store,
    workplace: async () => workplace,
    events: { readStream: async () => [] },
    trail: audited,
    logger: createLogger({ logLevel: 'info' }, { write: (line) => void logged.push(line) }),
    keepMs,
  });

const job = (): ExportJob => ({
  id: randomUUID(),
  createdAt: Date.now(),
  request: 'http://x/fhir/$export',
  asked: { level: { kind: 'system' } },
  visibility: { kind: 'everybody' },
  by: { kind: 'hospital', actor: 'a', holder: 'h', purpose: 'TREAT', route: 'GET', request: 'r' },
});

async function until(exports: Exports, id: string, met: (stored: StoredExport | undefined) => boolean): Promise<void> {
  for (let asked = 0; asked < 1_000; asked += 1) {
    if (met(await exports.find(id))) return;
    await sleep(20);
  }
  throw new Error('It does not come to that');
}

describe('exports', () => {
  it('go when they have expired, with all their files', async () => {
    const kept = exportsOf(60_000);
    const one = job();
    await kept.start(one);
    await until(kept, one.id, (stored) => stored?.state.status === 'complete');
    await kept.onApplicationShutdown();
    const { folder: exports } = world.workplace as { readonly folder: string };
    expect(existsSync(join(exports, one.id, 'Patient.1.ndjson'))).toBe(true);
    // What a crash has left of one that was being removed.
    writeFileSync(join(exports, one.id, 'left'), '');
    const expiring = exportsOf(0);
    await until(expiring, one.id, (stored) => stored === undefined);
    for (let asked = 0; existsSync(join(exports, one.id)) && asked < 500; asked += 1) await sleep(20);
    expect(existsSync(join(exports, one.id))).toBe(false);
    await expiring.onApplicationShutdown();
  });

  it('are given up when they fail again and again without coming any further; others are made meanwhile', async () => {
    const { folder: exports } = world.workplace as { readonly folder: string };
    const broken = exportsOf(60_000, { engine: 'embedded', folder: exports, viewFile: join(folder, 'no-such-file') });
    const one = job();
    await broken.start(one);
    for (let again = 0; again < 6; again += 1) {
      const other = job();
      await broken.start(other);
      await until(broken, other.id, (stored) => (stored?.state.attempts ?? 0) > 0);
    }
    await until(broken, one.id, (stored) => stored?.state.status === 'failed');
    expect((await broken.find(one.id))?.state).toMatchObject({ failure: 'fault', files: [] });
    expect(logged.join('')).toContain('an export has failed and is tried again');
    await broken.onApplicationShutdown();
  }, 60_000);

  it('show nobody whom the trail does not have', async () => {
    const refusing = { record: async () => Promise.reject(new Error('full')) } as unknown as AuditTrail;
    const exports = exportsOf(60_000, world.workplace, refusing);
    const one = job();
    await exports.start(one);
    await until(exports, one.id, (stored) => (stored?.state.attempts ?? 0) > 0);
    await sleep(500);
    expect((await exports.find(one.id))?.state).toMatchObject({ status: 'running', files: [] });
    await exports.onApplicationShutdown();
  });
});
