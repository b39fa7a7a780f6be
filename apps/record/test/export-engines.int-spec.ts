/**
 * Exports on both engines: what they hold is what reads under the same rights answer, all of one moment, whatever is written and however
 * often the work on it is broken off meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '#deploy/local/src/test-database.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityEvent } from '#domain/facilities/facility-events.js';
import type { ResidentId } from '#domain/ids.js';
import { sensitiveClasses } from '#domain/sensitive-classes.js';
import { residentStream } from '#domain/streams.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { createLogger } from '#platform/logging.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import { mayUse } from '#security/smart-scopes.js';
import type { Visibility } from '../src/access/visibility.js';
import type { ExportAsked, ExportJob } from '../src/export/export-job.js';
import { type ExportPace, runExport } from '../src/export/export-run.js';
import { Exports } from '../src/export/exports.js';
import { NotToBeWorkedOn } from '../src/export/store/export-store.js';
import { openWorkplace } from '../src/export/store/open-workplace.js';
import { PostgresStore } from '../src/export/store/postgres-store.js';
import { FhirFault } from '../src/http/fhir-fault.js';
import { eventTypes } from '../src/reading/event-resources.js';
import { RecordReader } from '../src/reading/record-reader.js';
import { StoredDocuments } from '../src/reading/stored-documents.js';
import { Random } from './differential/random.js';
import { randomRecord } from './differential/random-record.js';
import { embeddedWorld, type ExportWorld, postgresWorld } from './export-worlds.js';
import { day, EventLog, facility, visitContent } from './recorded-events.js';

const database: TestDatabase | undefined = await testDatabase('exports in PostgreSQL');
afterAll(() => database?.stop());

type Open = (events: readonly RecordedEvent[]) => Promise<ExportWorld>;
const engines: readonly (readonly [name: string, open: Open])[] = [
  ['embedded', embeddedWorld],
  ...(database
    ? [['PostgreSQL', (events) => postgresWorld(database.url, events)] as const satisfies [string, Open]]
    : []),
];

const visibilities: readonly Visibility[] = [
  { kind: 'everybody', classes: sensitiveClasses },
  { kind: 'everybody', classes: [] },
  { kind: 'facility', facility: '08Z11', own: '08Z11', classes: [] },
  { kind: 'facility', facility: '08Z01', own: '08Z01', classes: ['hiv'] },
  {
    kind: 'facility',
    facility: '08Z12',
    own: '08Z12',
    classes: [],
    smart: [{ context: 'system', resource: 'Observation', interactions: ['r', 's'] }],
  },
];

const jobOf = (visibility: Visibility, asked: Partial<ExportAsked> = {}): ExportJob => ({
  id: randomUUID(),
  createdAt: Date.now(),
  request: 'http://x/fhir/$export',
  asked: { level: { kind: 'system' }, ...asked },
  visibility,
  by: {
    kind: 'hospital',
    actor: 'hospital:08Z01',
    holder: 'hospital:08Z01/1',
    purpose: 'TREAT',
    route: 'GET',
    request: 'r',
  },
});

/** What stays to be said of the record once it has begun: consent is withdrawn, records turn out to be one person's. */
function saidLater(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const log = new EventLog();
  log.resume(events);
  const residents = events
    .filter(({ type }) => type === 'ResidentRegistered')
    .map(({ data }) => (data as { readonly resident: ResidentId }).resident);
  const [first, second, third, fourth] = residents as [ResidentId, ResidentId, ResidentId, ResidentId];
  const takenBy = facility('08Z11');
  const statedOn = day('2026-11-02');
  log.record(
    residentStream(first),
    { type: 'ConsentWithdrawn', data: { resident: first, statedOn, takenBy } },
    '08Z11',
  );
  log.record(
    residentStream(second),
    { type: 'ConsentWithdrawn', data: { resident: second, to: facility('08Z01'), statedOn, takenBy } },
    '08Z11',
  );
  const link = randomUUID();
  log.record(
    residentStream(third),
    { type: 'ResidentsMerged', data: { resident: third, joined: fourth, link, reason: 'trùng' } },
    '08Z11',
  );
  log.record(
    residentStream(fourth),
    { type: 'ResidentJoined', data: { resident: fourth, into: third, link, reason: 'trùng' } },
    '08Z11',
  );
  return log.events.slice(events.length);
}

/** Everything there is, asked for one by one as a caller would. */
async function everyRead(
  world: ExportWorld,
  facilities: FacilityRegister,
  visibility: Visibility,
): Promise<readonly string[]> {
  const documents = new StoredDocuments(world.database);
  const reader = new RecordReader(world.database, documents, facilities);
  const rows = await world.database.query<{ readonly number: number }>('select number from document');
  const events = await world.database.query<{ readonly event: string }>('select event from touch');
  const stored = await documents.byNumbers(rows.map(({ number }) => number));
  const names = [
    ...stored
      .flatMap((one) => reader.resources(one, { classes: sensitiveClasses, regardless: true }))
      .map(({ resourceType, id }) => [resourceType, id ?? ''] as const),
    ...events.flatMap(({ event }) => eventTypes.map((type) => [type, event] as const)),
  ];
  const lines: string[] = [];
  for (const [type, id] of names) {
    if (!mayUse(visibility, type, 'r')) continue;
    try {
      lines.push(JSON.stringify(await reader.read(type, id, visibility)));
    } catch (error) {
      if (!(error instanceof FhirFault)) throw error;
    }
  }
  return lines.toSorted();
}

async function linesOf(world: ExportWorld, id: string): Promise<readonly string[]> {
  const stored = await world.store.find(id);
  const lines: string[] = [];
  for (const { name, bytes, lines: count } of stored?.state.files ?? []) {
    const pieces: Uint8Array[] = [];
    for await (const piece of world.store.read(id, name, 0, bytes)) pieces.push(piece);
    const found = Buffer.concat(pieces).toString().split('\n').slice(0, -1);
    expect(found).toHaveLength(count);
    lines.push(...found);
  }
  return lines.toSorted();
}

async function work(
  world: ExportWorld,
  id: string,
  disclose: (residents: readonly string[]) => Promise<void>,
  pace?: ExportPace,
): Promise<void> {
  const place = await openWorkplace(id, world.workplace);
  try {
    await runExport(place, { events: { readStream: async () => [] }, disclose }, pace);
  } finally {
    await place.close();
  }
}

describe.each(engines)('an export, %s', (engine, open) => {
  it.each(engine === 'embedded' ? [1, 2, 3] : [7])(
    'holds what reads answer, of the moment it was begun, though it is broken off and written to (%i)',
    async (seed) => {
      const random = new Random(seed);
      const events = randomRecord(seed, random);
      const later = saidLater(events);
      const facilities = new FacilityRegister();
      for (const event of events)
        if (event.stream.startsWith('facility-')) facilities.apply(event as FacilityEvent & RecordedEvent);
      const world = await open([...events, ...later.slice(0, 2)]);
      try {
        await world.apply(later.slice(2));
        const more = new EventLog();
        more.resume([...events, ...later]);
        for (const visibility of visibilities) {
          const expected = await everyRead(world, facilities, visibility);
          const job = jobOf(visibility);
          await world.store.create(job);
          const told: string[] = [];
          let turns = 0;
          const disturb = async (residents: readonly string[]): Promise<void> => {
            turns += 1;
            if (turns % 3 === 0) throw new Error('broken off');
            if (turns % 3 === 1) {
              const resident = more.resident('Người Đến Sau', '08Z11');
              more.visit(resident, visitContent('08Z11', `N${more.events.length}`, '2026-09-05T08:00:00+07:00'));
              await world.apply(more.events.slice(-2));
            }
            told.push(...residents);
          };
          const pace = { documentsAtOnce: 7, checkpointMs: 0 };
          while ((await world.store.find(job.id))?.state.status !== 'complete') {
            await work(world, job.id, disturb, pace).catch((error: unknown) =>
              expect(String(error)).toContain('broken off'),
            );
          }
          const lines = await linesOf(world, job.id);
          expect(lines).toEqual(expected);
          const named = new Set(
            lines.join('').match(/(?<=Patient\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=")/g),
          );
          expect([...named].filter((one) => !told.includes(one))).toEqual([]);
          await world.store.remove(job.id);
          expect([await world.store.find(job.id), await world.store.all()]).toEqual([undefined, []]);
        }
      } finally {
        await world.close();
      }
    },
    120_000,
  );

  it('goes on where a killed process has stopped: no line is missing, none is there twice', async () => {
    const log = new EventLog();
    for (let count = 0; count < 1_500; count += 1) {
      const resident = log.resident(`Người Số ${count}`, '08Z11');
      log.visit(
        resident,
        visitContent('08Z11', `E${count}`, '2026-09-05T08:00:00+07:00', {
          diagnoses: [{ code: 'I10', role: 'main' }],
          vitals: { systolic: 151, diastolic: 90 },
        }),
      );
    }
    const world = await open(log.events);
    try {
      const [visibility] = visibilities as [Visibility];
      const whole = jobOf(visibility);
      await world.store.create(whole);
      await work(world, whole.id, async () => undefined);
      const expected = await linesOf(world, whole.id);
      expect(expected.length).toBeGreaterThan(8_000);

      const killed = jobOf(visibility);
      await world.store.create(killed);
      const reached: number[] = [];
      for (let kills = 0; kills < 6; kills += 1) {
        const child = exportProcess(killed.id, world);
        const before = (await world.store.find(killed.id))?.state.done ?? 0;
        // Somewhere in the middle of what comes after the next checkpoint.
        for (;;) {
          const state = (await world.store.find(killed.id))?.state;
          if (child.exitCode !== null || (state && state.done > before) || state?.status === 'complete') break;
          await sleep(3);
        }
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        reached.push((await world.store.find(killed.id))?.state.done ?? 0);
      }
      expect(reached.toSorted((a, b) => a - b)).toEqual(reached);
      expect(new Set(reached).size).toBeGreaterThan(2);
      const child = exportProcess(killed.id, world);
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(0);
      expect((await world.store.find(killed.id))?.state).toMatchObject({
        status: 'complete',
        done: 4_500,
        total: 4_500,
      });
      expect(await linesOf(world, killed.id)).toEqual(expected);
    } finally {
      await world.close();
    }
  }, 180_000);
});

function exportProcess(id: string, { workplace }: ExportWorld): ChildProcess {
  const program = fileURLToPath(new URL('./export-process.js', import.meta.url));
  return spawn(process.execPath, ['--no-warnings', program, id, JSON.stringify(workplace)], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

const onPostgres = database ? describe : describe.skip;
onPostgres('an export among replicas', () => {
  let world: ExportWorld;
  beforeAll(async () => {
    const log = new EventLog();
    log.resident('Nông Văn An', '08Z11');
    world = await postgresWorld(database?.url ?? '', log.events);
  });
  afterAll(() => world.close());

  it('is worked on by one, and by another when that one is gone; none goes on with what was cancelled', async () => {
    const job = jobOf({ kind: 'everybody' });
    await world.store.create(job);
    const first = await openWorkplace(job.id, world.workplace);
    await expect(openWorkplace(job.id, world.workplace)).rejects.toThrow(NotToBeWorkedOn);
    await first.close();
    const second = await openWorkplace(job.id, world.workplace);
    await world.store.remove(job.id);
    await expect(second.checkpoint(second.stored.state)).rejects.toThrow(NotToBeWorkedOn);
    await second.close();
    await expect(openWorkplace(job.id, world.workplace)).rejects.toThrow(NotToBeWorkedOn);
  });

  it('is accepted by one, made by the other when that one stops, and fetched from either', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'replicas-'));
    const trail = new AuditTrail(await openSqliteAuditStore(join(folder, 'audit.sqlite'), new Uint8Array(32)));
    const replica = (): Exports =>
      new Exports({
        store: new PostgresStore(database?.url ?? ''),
        workplace: async () => world.workplace,
        events: { readStream: async () => [] },
        trail,
        logger: createLogger({ logLevel: 'silent' }),
        keepMs: 60_000,
      });
    const [first, second] = [replica(), replica()];
    const job = jobOf({ kind: 'everybody' });
    await first.start(job);
    await first.onApplicationShutdown();
    for (let asked = 0; (await second.find(job.id))?.state.status !== 'complete' && asked < 600; asked += 1)
      await sleep(50);
    const third = replica();
    for (const one of [second, third]) {
      const stored = await one.find(job.id);
      expect(stored?.state.status).toBe('complete');
      const file = stored?.state.files.find(({ type }) => type === 'Patient');
      const pieces: Uint8Array[] = [];
      for await (const piece of one.read(job.id, file?.name ?? '', 10, file?.bytes ?? 0)) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toContain('Nông Văn An');
    }
    await Promise.all([second.onApplicationShutdown(), third.onApplicationShutdown()]);
    await trail.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
});
