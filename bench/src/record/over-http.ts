import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BenchRow, quantile } from '../bench-row.js';
import { HttpPoster } from '../flow/http-poster.js';
import { processesMs } from '../processor-time.js';
import { longRecordEvery, residentOf } from './many-residents.js';
import type { RecordFile } from './record-file.js';

const callers = 32;

interface Asked {
  readonly name: string;
  /** Of some round. */
  readonly path: (round: number) => string;
  readonly requests: number;
}

/**
 * What a client of the record's own service sees, audit trail and all. Once as fast as its callers can, once at half of that rate.
 * The client runs on the same cores: what the server's processor time allows is said beside.
 */
export async function overHttpRows({ path, residents }: RecordFile): Promise<readonly BenchRow[]> {
  const somebody = (round: number): string => residentOf((round * 7_919) % residents);
  const long = (round: number): string =>
    residentOf((round % Math.max(1, Math.floor(residents / longRecordEvery))) * longRecordEvery + longRecordEvery - 1);
  const questions: readonly Asked[] = [
    { name: 'read by id', path: (round) => `/fhir/Patient/${somebody(round)}`, requests: 20_000 },
    {
      name: 'search by patient, code and date',
      path: (round) => `/fhir/Observation?patient=${somebody(round)}&code=85354-9&date=ge2024`,
      requests: 4_000,
    },
    {
      name: '$everything, 200 resources',
      path: (round) => `/fhir/Patient/${long(round)}/$everything?_count=200`,
      requests: 400,
    },
  ];
  const { process: server, origin, token } = await startServer(path);
  const client = new HttpPoster(origin);
  try {
    const rows: BenchRow[] = [];
    for (const asked of questions) {
      // What has run some thousand times is compiled, and its pages are at hand.
      await asFastAsCanBe(client, token, { ...asked, requests: Math.ceil(asked.requests / 4) });
      const before = processesMs(server.pid ?? 0);
      const rate = await asFastAsCanBe(client, token, asked);
      const cost = (processesMs(server.pid ?? 0) - before) / asked.requests;
      const waits = await atRate(client, token, asked, rate / 2);
      rows.push(
        { name: `${asked.name} over HTTP, ${callers} callers`, value: rate, unit: 'requests/s' },
        { name: '– processor time of the server', value: cost, unit: 'ms a request' },
        { name: '– answer at half that rate, p50', value: quantile(waits, 0.5), unit: 'ms' },
        { name: '– answer at half that rate, p99', value: quantile(waits, 0.99), unit: 'ms' },
      );
    }
    return rows;
  } finally {
    client.close();
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

async function startServer(
  file: string,
): Promise<{ readonly process: ChildProcess; readonly origin: string; readonly token: string }> {
  const program = fileURLToPath(new URL('./record-server.js', import.meta.url));
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, ...(JSON.parse(line) as { origin: string; token: string }) };
  throw new Error('The server of the record has not started');
}

/** Requests a second. */
async function asFastAsCanBe(client: HttpPoster, token: string, { path, requests }: Asked): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const caller = async (): Promise<void> => {
    for (let round = next++; round < requests; round = next++) await ask(client, token, path(round));
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (requests / (performance.now() - begun)) * 1000;
}

/** Milliseconds from when each request was due. */
async function atRate(
  client: HttpPoster,
  token: string,
  { path, requests }: Asked,
  perSecond: number,
): Promise<readonly number[]> {
  const begun = performance.now();
  const waits: Promise<number>[] = [];
  for (let round = 0; round < requests; round += 1) {
    const due = begun + (round / perSecond) * 1000;
    if (due - performance.now() > 1) await sleep(due - performance.now());
    waits.push(ask(client, token, path(round)).then(() => performance.now() - due));
  }
  return Promise.all(waits);
}

async function ask(client: HttpPoster, token: string, path: string): Promise<void> {
  const { status } = await client.send('GET', path, token);
  if (status !== 200) throw new Error(`${path}: ${status}`);
}
