/**
 * The whole flow from outside: a real server process, envelopes over HTTP, the record and the province's figures as a client
 * sees them. The client runs on the same cores as the server; all messages are synthetic.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type OwnServer } from '#apps/backbone/src/verify/own-server.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import { parseFacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import type { CallerKind } from '#security/caller.js';
import { syntheticWorld, type SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';
import { quantile, type BenchRow } from '../bench-row.js';
import { HttpPoster } from './http-poster.js';

/** Messages per second offered while delays are measured, as a share of what was sustained. */
const restedShare = 0.5;
const callers = 48;
const delaySamples = 60;

interface Views {
  readonly position: number;
  readonly views: readonly { readonly position: number }[];
}

interface Bench {
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly issuer: TokenIssuer;
  readonly tokens: Map<string, string>;
}

/** @param residents of the synthetic province; about seven messages come of each */
export async function flowBench(residents = 1200): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-bench-'));
  const world = syntheticWorld({ seed: 1, residents, from: '2026-03-01', to: '2026-10-31', era: '2026', untidy: true });
  const facilitiesFile = join(folder, 'facilities.tsv');
  writeFileSync(facilitiesFile, world.facilitiesTsv);
  const environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'secrets', 'keys.json') };
  const bench: Bench = {
    environment,
    folder,
    issuer: new TokenIssuer(openSecrets(environment.SECRETS_FILE)),
    tokens: new Map(),
  };
  const parameters = ['--empty', '--facilities', facilitiesFile];
  try {
    const envelopes = world.files.filter((file) => file.kind === 'qd4750');
    const forRate = envelopes.slice(0, Math.floor(envelopes.length * 0.75));
    const forDelay = envelopes.slice(forRate.length);
    const first = await startServer(environment, parameters);
    const rows = [...(await intakeRows(bench, first, forRate))];
    const rate = rows[0]?.value ?? 100;
    rows.push(...(await delayRows(bench, first, forDelay, rate * restedShare)));
    rows.push(...(await memoryRows(bench, first)));
    await first.stop();
    rows.push(...(await rebuildRows(bench, parameters)));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function intakeRows(
  bench: Bench,
  server: OwnServer,
  files: readonly SyntheticFile[],
): Promise<readonly BenchRow[]> {
  const poster = new HttpPoster(server.origin);
  await Promise.all([...new Set(files.map((file) => file.sender))].map((sender) => tokenOf(bench, 'station', sender)));
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  const caller = async (): Promise<void> => {
    for (let file = files[next++]; file; file = files[next++]) {
      const answer = await poster.send(
        'POST',
        '/intake/messages',
        await tokenOf(bench, 'station', file.sender),
        file.bytes,
      );
      if (answer.status >= 300) throw new Error(`${file.name}: ${answer.status} ${answer.body.slice(0, 200)}`);
      latencies.push(answer.milliseconds);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const rate = (files.length / (performance.now() - began)) * 1000;
  await caughtUp(bench, poster);
  const untilSeen = (files.length / (performance.now() - began)) * 1000;
  poster.close();
  return [
    { name: `intake of QĐ 4750 envelopes over HTTP, ${callers} callers`, value: rate, unit: 'messages/s' },
    { name: '– until every view shows them', value: untilSeen, unit: 'messages/s' },
    { name: '– answer, p50', value: quantile(latencies, 0.5), unit: 'ms' },
    { name: '– answer, p99', value: quantile(latencies, 0.99), unit: 'ms' },
  ];
}

/** Posts at a steady pace; of some messages it is watched when the record and the figures show them. */
async function delayRows(
  bench: Bench,
  server: OwnServer,
  files: readonly SyntheticFile[],
  perSecond: number,
): Promise<readonly BenchRow[]> {
  const poster = new HttpPoster(server.origin);
  const clinician = await tokenOf(bench, 'clinician');
  const operator = await tokenOf(bench, 'operator');
  const following = new AbortController();
  const waitingForFigure: { readonly position: number; readonly seen: (at: number) => void }[] = [];
  const followed = poster.follow('/statistics/live', await tokenOf(bench, 'province'), following.signal, (line) => {
    if (!line.startsWith('id: ')) return;
    const position = Number(line.slice(4));
    const now = performance.now();
    for (const waiting of waitingForFigure.filter((one) => one.position <= position)) {
      waitingForFigure.splice(waitingForFigure.indexOf(waiting), 1);
      waiting.seen(now);
    }
  });
  const record: number[] = [];
  const figure: number[] = [];
  const answers: number[] = [];
  const every = Math.max(1, Math.floor(files.length / delaySamples));

  const watch = async (body: string): Promise<void> => {
    const answered = performance.now();
    const receipt = JSON.parse(body) as {
      records: { kind: string; episode: string; outcome: string }[];
      facility: string;
    };
    const visit = receipt.records.find((part) => part.kind === 'visit' && part.outcome === 'recorded');
    if (!visit) return;
    const views = JSON.parse((await poster.send('GET', '/views', operator)).body) as Views;
    const seenInFigures = new Promise<void>((resolve) => {
      const seen = (at: number): void => {
        figure.push(at - answered);
        resolve();
      };
      if (views.views.every((view) => view.position >= views.position)) seen(performance.now());
      else waitingForFigure.push({ position: views.position, seen });
    });
    const id = documentIdOf(`visit-${encodeURIComponent(`${receipt.facility}.${visit.episode}`)}`);
    for (;;) {
      const { status } = await poster.send('GET', `/fhir/Encounter/${id}`, clinician);
      if (status === 200) break;
      await sleep(2);
    }
    record.push(performance.now() - answered);
    await Promise.race([seenInFigures, sleep(10_000)]);
  };

  const under: Promise<void>[] = [];
  const began = performance.now();
  for (const [index, file] of files.entries()) {
    const due = began + (index / perSecond) * 1000;
    const early = due - performance.now();
    if (early > 1) await sleep(early);
    const token = await tokenOf(bench, 'station', file.sender);
    under.push(
      poster.send('POST', '/intake/messages', token, file.bytes).then(async (answer) => {
        answers.push(answer.milliseconds);
        if (index % every === 0 && answer.status === 201) await watch(answer.body);
      }),
    );
  }
  await Promise.all(under);
  following.abort();
  await followed;
  poster.close();
  const row = (name: string, values: readonly number[], share: number): BenchRow => ({
    name: `${name}, p${share * 100}`,
    value: quantile(values, share),
    unit: 'ms',
  });
  return [
    { name: 'offered while delays are measured', value: perSecond, unit: 'messages/s' },
    row('– answer', answers, 0.5),
    row('– answer', answers, 0.99),
    row(`– answer → seen in the record (${record.length} samples)`, record, 0.5),
    row('– answer → seen in the record', record, 0.99),
    row(`– answer → seen in the province's figures (${figure.length} samples)`, figure, 0.5),
    row("– answer → seen in the province's figures", figure, 0.99),
  ];
}

async function memoryRows(bench: Bench, server: OwnServer): Promise<readonly BenchRow[]> {
  const poster = new HttpPoster(server.origin);
  const { body } = await poster.send('GET', '/metrics', await tokenOf(bench, 'operator'));
  poster.close();
  const resident = /^process_resident_memory_bytes (\S+)/m.exec(body)?.[1];
  return [{ name: 'resident memory of the server after that', value: Number(resident) / 1024 ** 2, unit: 'MiB' }];
}

/** All views thrown away and built again from the log, beside an ordinary start for comparison. */
async function rebuildRows(bench: Bench, parameters: readonly string[]): Promise<readonly BenchRow[]> {
  const ordinary = await startUntilCaughtUp(bench, parameters);
  rmSync(join(bench.environment['DATA_DIR'] ?? '', 'views'), { recursive: true });
  const rebuilt = await startUntilCaughtUp(bench, parameters);
  const seconds = Math.max(0.001, rebuilt.seconds - ordinary.seconds);
  return [
    { name: 'rebuild of all views from the log', value: rebuilt.events / seconds, unit: 'events/s' },
    { name: '– events in the log', value: rebuilt.events, unit: 'events' },
    { name: 'start on existing data until every view is current', value: ordinary.seconds, unit: 's' },
  ];
}

async function startUntilCaughtUp(
  bench: Bench,
  parameters: readonly string[],
): Promise<{ readonly seconds: number; readonly events: number }> {
  const began = performance.now();
  const server = await startServer(bench.environment, parameters);
  const poster = new HttpPoster(server.origin);
  const events = await caughtUp(bench, poster);
  const seconds = (performance.now() - began) / 1000;
  poster.close();
  await server.stop();
  return { seconds, events };
}

/** Position of the log once every view is there. */
async function caughtUp(bench: Bench, poster: HttpPoster): Promise<number> {
  const operator = await tokenOf(bench, 'operator');
  for (;;) {
    const { position, views } = JSON.parse((await poster.send('GET', '/views', operator)).body) as Views;
    if (views.every((view) => view.position >= position)) return position;
    await sleep(10);
  }
}

async function tokenOf(bench: Bench, kind: CallerKind, facilityText?: string): Promise<string> {
  const key = `${kind} ${facilityText ?? ''}`;
  const known = bench.tokens.get(key);
  if (known !== undefined) return known;
  const facility = facilityText === undefined ? undefined : parseFacilityCode(facilityText);
  const token = await bench.issuer.issue({ kind, hours: 2, ...(facility && { facility }) });
  bench.tokens.set(key, token);
  return token;
}
