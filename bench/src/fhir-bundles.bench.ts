/** FHIR in: a visit of nineteen resources as a transaction, read alone and taken over HTTP by a real server. All is synthetic. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type OwnServer } from '#apps/backbone/src/verify/own-server.js';
import type { DateTime } from '#domain/dates.js';
import { type FacilityCode, parseFacilityCode } from '#domain/ids.js';
import { readBundle } from '#fhir/reading/read-bundle.js';
import { patientJson, transactionJson, visitEntries } from '#fhir/testing/bundles.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { SeededRandom } from '#station-formats/synthetic/random.js';
import { syntheticPerson } from './matching/synthetic-people.js';
import { quantile, type BenchRow } from './bench-row.js';
import { HttpPoster } from './flow/http-poster.js';

const station = '08Z11' as FacilityCode;
const receivedAt = '2026-11-22T10:00:00+07:00' as DateTime;
const callers = 24;
const contentType = 'application/fhir+json';

/** Person and visit of their own for every number. */
function bundle(number: number): Buffer {
  const { name, birthDate } = syntheticPerson(new SeededRandom(number)).details;
  const patient = patientJson({
    citizen: `0081${String(number).padStart(8, '0')}`,
    name,
    ...(birthDate && { birthDate }),
    phone: `09${String(number).padStart(8, '0')}`,
  });
  const encounter = { identifier: [{ system: 'http://tram.example/luot-kham', value: `LK-${number}` }] };
  return Buffer.from(JSON.stringify(transactionJson(visitEntries(patient, encounter))));
}

export async function fhirBundlesBench(bundles = 3000): Promise<readonly BenchRow[]> {
  return [...readingRows(), ...(await httpRows(bundles))];
}

function readingRows(): readonly BenchRow[] {
  const bodies = Array.from({ length: 200 }, (_, number) => bundle(number));
  const readAll = (): void => {
    for (const body of bodies) readBundle(body, { facility: station, receivedAt });
  };
  readAll();
  readAll();
  const before = process.cpuUsage();
  for (let turn = 0; turn < 3; turn += 1) readAll();
  const { user, system } = process.cpuUsage(before);
  return [
    {
      name: `19-entry transaction (${((bodies[0]?.byteLength ?? 0) / 1024).toFixed(0)} KiB) checked and read`,
      value: (user + system) / 1000 / (3 * bodies.length),
      unit: 'CPU ms',
    },
  ];
}

async function httpRows(bundles: number): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-bench-fhir-'));
  const environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'secrets', 'keys.json') };
  const issuer = new TokenIssuer(openSecrets(environment.SECRETS_FILE));
  const server = await startServer(environment, ['--empty']);
  try {
    return await offered(server, issuer, bundles);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function offered(server: OwnServer, issuer: TokenIssuer, bundles: number): Promise<readonly BenchRow[]> {
  const poster = new HttpPoster(server.origin);
  const facility = parseFacilityCode(station);
  const token = await issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
  const operator = await issuer.issue({ kind: 'operator', hours: 1 });
  const bodies = Array.from({ length: bundles }, (_, number) => bundle(number));
  const warm = Math.floor(bundles / 5);
  const latencies: number[] = [];
  const post = async (body: Buffer, measured: boolean): Promise<void> => {
    const answer = await poster.send('POST', '/intake/messages', token, body, contentType);
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body.slice(0, 300)}`);
    if (measured) latencies.push(answer.milliseconds);
  };
  const all = async (from: number, to: number, measured: boolean): Promise<void> => {
    let next = from;
    const caller = async (): Promise<void> => {
      for (let at = next++; at < to; at = next++) {
        const body = bodies[at];
        if (body) await post(body, measured);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
  };
  await all(0, warm, false);
  const cpuBefore = await cpuSeconds(poster, operator);
  const began = performance.now();
  await all(warm, bundles, true);
  const seconds = (performance.now() - began) / 1000;
  const cpu = (await cpuSeconds(poster, operator)) - cpuBefore;
  poster.close();
  const measured = bundles - warm;
  return [
    { name: `19-entry transactions over HTTP, ${callers} callers`, value: measured / seconds, unit: 'bundles/s' },
    { name: '– answer, p50', value: quantile(latencies, 0.5), unit: 'ms' },
    { name: '– answer, p95', value: quantile(latencies, 0.95), unit: 'ms' },
    { name: '– processor time of the server, views included', value: (cpu * 1000) / measured, unit: 'CPU ms/bundle' },
  ];
}

async function cpuSeconds(poster: HttpPoster, operator: string): Promise<number> {
  const { body } = await poster.send('GET', '/metrics', operator);
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(body)?.[1]);
}
