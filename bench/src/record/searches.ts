import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import { recordQueries, type RecordQueries } from '#apps/record/src/record-queries.js';
import { searchedType } from '#apps/record/src/search/definitions.js';
import { searchRequest } from '#apps/record/src/search/search-request.js';
import { type BenchRow, quantile } from '../bench-row.js';
import { residentOf } from './many-residents.js';
import type { RecordFile } from './record-file.js';

const rounds = 200;

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

/** Processor time of reads and searches without HTTP, everything made into FHIR. */
export async function searchRows(record: RecordFile): Promise<readonly BenchRow[]> {
  const database = new SqliteReadDatabase(record.path);
  try {
    const queries = recordQueries(database, { readStream: async () => [] }, new FacilityRegister(), {
      sealingKey: new Uint8Array(32),
    });
    const rows: BenchRow[] = [...(await readById(queries, record.residents))];
    for (const [type, query] of searches) rows.push(...(await timed(queries, record.residents, type, query)));
    return rows;
  } finally {
    await database.close();
  }
}

async function readById({ reader }: RecordQueries, residents: number): Promise<readonly BenchRow[]> {
  const times = await timesOf(residents, async (index) => {
    await reader.read('Patient', residentOf(index), { kind: 'everybody' });
  });
  const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
  return [
    { name: 'read by id (processor time)', value: 1000 / mean, unit: 'reads/s' },
    { name: 'read by id, p99 (processor time)', value: quantile(times, 0.99), unit: 'ms' },
  ];
}

async function timed(
  queries: RecordQueries,
  residents: number,
  type: string,
  query: string,
): Promise<readonly BenchRow[]> {
  const searched = searchedType(type);
  if (!searched) throw new Error(`no ${type}`);
  const times = await timesOf(residents, async (index) => {
    const asked = query
      .replace('RESIDENT', residentOf(index))
      .replace('NUMBER', (8_000_000_000 + index).toString().padStart(12, '0'));
    const request = searchRequest(searched, new URLSearchParams(asked), false, queries.pages);
    await queries.search.bundle(request, { kind: 'everybody' }, 'http://localhost/fhir');
  });
  const name = `${type}?${query}`;
  return [
    { name: `${name.slice(0, 70)}, median`, value: quantile(times, 0.5), unit: 'ms' },
    { name: `${name.slice(0, 70)}, p99`, value: quantile(times, 0.99), unit: 'ms' },
  ];
}

/** Milliseconds of processor time of each round, of residents all over the file. */
async function timesOf(residents: number, work: (resident: number) => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = process.cpuUsage();
    await work((round * 7_919) % residents);
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1000);
  }
  return times;
}
