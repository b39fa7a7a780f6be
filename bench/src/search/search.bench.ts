import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import { createProjection } from '#apps/record/src/projection/health-record.projection.js';
import { recordQueries, type RecordQueries } from '#apps/record/src/record-queries.js';
import { searchedType } from '#apps/record/src/search/definitions.js';
import { searchRequest } from '#apps/record/src/search/search-request.js';
import type { BenchRow } from '../bench-row.js';
import { eventsOf, residentOf, resourcesOfEach } from './many-residents.js';

/** `BENCH_RESIDENTS=1000000` for a province; what is built is thrown away. */
const residents = Number(process.env['BENCH_RESIDENTS'] ?? 20_000);
const residentsAtOnce = 2_000;
const rounds = 50;

/** Some resident's number stands for RESIDENT, their national id for NUMBER. */
const searches: readonly (readonly [type: string, query: string])[] = [
  ['Observation', 'patient=RESIDENT&code=85354-9&date=ge2024'],
  ['Observation', 'patient=RESIDENT&code=GLU&value-quantity=gt5&_sort=-date'],
  ['Patient', 'identifier=NUMBER'],
  ['Patient', 'name=nguyễn văn bình&gender=male&_count=20'],
  ['Condition', 'code=I10&recorded-date=2025-03&_count=20'],
  ['Observation', 'code-value-quantity=GLU$gt13&_count=20'],
  ['Condition', 'code=I10&patient.gender=female&_count=20'],
  ['Patient', '_has:Condition:patient:code=E11.9&name=chau&_count=20'],
  ['Encounter', 'patient=RESIDENT&_revinclude=Observation:encounter&_revinclude=Condition:encounter'],
];

/** Processor time of searches of the record, everything made into FHIR. */
export async function searchBench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'search-bench-'));
  try {
    const projection = await createProjection(undefined);
    const view = ViewFile.open(folder, projection, 'bench');
    const begun = process.cpuUsage();
    for (let next = 0; next < residents; next += residentsAtOnce) {
      const events = eventsOf(next, Math.min(residents, next + residentsAtOnce));
      await view.transaction(events.at(-1)?.position ?? 0, (rows) => projection.apply(events, rows));
    }
    // Indexes that only readers need are made at the end.
    view.settle();
    const building = secondsSince(begun);
    view.close();
    const database = new SqliteReadDatabase(view.path);
    const queries = recordQueries(database, { readStream: async () => [] }, new FacilityRegister(), {
      sealingKey: new Uint8Array(32),
    });
    const resources = residents * resourcesOfEach;
    const rows: BenchRow[] = [
      { name: 'resources in the view', value: resources, unit: 'resources' },
      { name: 'size of the view', value: statSync(view.path).size / resources, unit: 'bytes a resource' },
      { name: 'built, without an event store (processor time)', value: (residents * 2) / building, unit: 'events/s' },
      ...(await readById(queries)),
    ];
    for (const [type, query] of searches) rows.push(...(await timed(queries, type, query)));
    await database.close();
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readById({ reader }: RecordQueries): Promise<readonly BenchRow[]> {
  const times = await timesOf(async (index) => {
    await reader.read('Patient', residentOf(index), { kind: 'everybody' });
  });
  const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
  return [
    { name: 'read by id (processor time)', value: 1000 / mean, unit: 'reads/s' },
    { name: 'read by id, p99 (processor time)', value: percentile(times, 0.99), unit: 'ms' },
  ];
}

async function timed(queries: RecordQueries, type: string, query: string): Promise<readonly BenchRow[]> {
  const searched = searchedType(type);
  if (!searched) throw new Error(`no ${type}`);
  const times = await timesOf(async (index) => {
    const asked = query
      .replace('RESIDENT', residentOf(index))
      .replace('NUMBER', (8_000_000_000 + index).toString().padStart(12, '0'));
    const request = searchRequest(searched, new URLSearchParams(asked), false, queries.pages);
    await queries.search.bundle(request, { kind: 'everybody' }, 'http://localhost/fhir');
  });
  const name = `${type}?${query}`;
  return [
    { name: `${name.slice(0, 70)}, median`, value: percentile(times, 0.5), unit: 'ms' },
    { name: `${name.slice(0, 70)}, p99`, value: percentile(times, 0.99), unit: 'ms' },
  ];
}

/** Milliseconds of processor time of each round, of residents all over the file. */
async function timesOf(work: (resident: number) => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = process.cpuUsage();
    await work((round * 7_919) % residents);
    times.push(secondsSince(begun) * 1000);
  }
  return times;
}

function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000_000;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
}
