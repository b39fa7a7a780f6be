/**
 * Intake from outside: a real server process that takes synthetic envelopes over HTTP, the client on the same cores. What each
 * episode costs is told in processor time, which other work on the machine disturbs less than the clock.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, type OwnServer } from '#apps/backbone/src/verify/own-server.js';
import { parseFacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { envelopesOf, largeEnvelope, manyEpisodes } from '#station-formats/synthetic/many-episodes.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { median, quantile, type BenchRow } from '../bench-row.js';
import { HttpPoster } from '../flow/http-poster.js';
import { processorTime, residentMemory } from './process-use.js';

const megabyte = 1024 * 1024;
const runs = 3;

interface Bench {
  readonly server: OwnServer;
  readonly poster: HttpPoster;
  readonly tokens: ReadonlyMap<string, string>;
  readonly senders: readonly string[];
  /** Envelopes of each sender to make more of. */
  readonly envelopes: ReadonlyMap<string, readonly Buffer[]>;
  /** Every round has episodes of its own. */
  round: number;
}

export async function intakeBench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-bench-intake-'));
  const world = syntheticWorld({
    seed: 2,
    residents: 200,
    from: '2026-03-01',
    to: '2026-10-31',
    era: '2026',
    untidy: false,
  });
  const facilities = join(folder, 'facilities.tsv');
  writeFileSync(facilities, world.facilitiesTsv);
  const secrets = join(folder, 'secrets', 'keys.json');
  const issuer = new TokenIssuer(openSecrets(secrets));
  const envelopes = new Map<string, Buffer[]>();
  for (const { kind, sender, bytes } of world.files) {
    if (kind === 'qd4750') envelopes.set(sender, [...(envelopes.get(sender) ?? []), bytes]);
  }
  const server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secrets }, [
    '--empty',
    '--facilities',
    facilities,
  ]);
  const tokens = new Map<string, string>();
  for (const sender of envelopes.keys()) {
    const facility = parseFacilityCode(sender);
    tokens.set(sender, await issuer.issue({ kind: 'station', hours: 2, ...(facility && { facility }) }));
  }
  const bench: Bench = {
    server,
    poster: new HttpPoster(server.origin),
    tokens,
    senders: [...envelopes.keys()],
    envelopes,
    round: 0,
  };
  try {
    const fsyncs = fsyncsPerSecond(folder);
    await rateOf(bench, 1, 1000);
    return [
      { name: 'raw fsync of 4 KiB', value: fsyncs, unit: 'per s' },
      ...(await rateRows(bench, 1, 1500, fsyncs)),
      ...(await rateRows(bench, 20, 3000, fsyncs)),
      ...(await largeRows(bench)),
    ];
  } finally {
    bench.poster.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Rate {
  readonly perSecond: number;
  readonly mainMs: number;
  readonly serverMs: number;
  readonly latencies: readonly number[];
}

async function rateRows(
  bench: Bench,
  perEnvelope: number,
  episodes: number,
  fsyncs: number,
): Promise<readonly BenchRow[]> {
  const rates: Rate[] = [];
  for (let run = 0; run < runs; run += 1) rates.push(await rateOf(bench, perEnvelope, episodes));
  const of = (value: (rate: Rate) => number): number => median(rates.map(value));
  const perSecond = of((rate) => rate.perSecond);
  return [
    {
      name: `intake over HTTP, ${perEnvelope} per envelope, median of ${runs}`,
      value: perSecond,
      unit: 'episodes/s',
      ratioTo: { name: 'raw fsync', ratio: perSecond / fsyncs },
    },
    { name: '– processor time of the main thread', value: of((rate) => rate.mainMs), unit: 'ms/episode' },
    {
      name: '– processor time of the whole server, views included',
      value: of((rate) => rate.serverMs),
      unit: 'ms/episode',
    },
    { name: '– answer, p50', value: of((rate) => quantile(rate.latencies, 0.5)), unit: 'ms' },
    { name: '– answer, p99', value: of((rate) => quantile(rate.latencies, 0.99)), unit: 'ms' },
  ];
}

/** New episodes of every sender by turns. */
function nextMessages(
  bench: Bench,
  perEnvelope: number,
  episodes: number,
): readonly { sender: string; body: Buffer }[] {
  const count = Math.ceil(episodes / perEnvelope / bench.senders.length);
  const round = ++bench.round;
  const bySender = bench.senders.map((sender) => {
    const own = bench.envelopes.get(sender) ?? [];
    const all = manyEpisodes(own, round * 1000);
    const bodies = envelopesOf(sender, all, perEnvelope);
    return Array.from({ length: count }, () => ({ sender, body: bodies.next().value as Buffer }));
  });
  return Array.from({ length: count }, (_, index) => bySender.flatMap((messages) => messages[index] ?? [])).flat();
}

async function rateOf(bench: Bench, perEnvelope: number, episodes: number): Promise<Rate> {
  const messages = nextMessages(bench, perEnvelope, episodes);
  const callers = perEnvelope === 1 ? 48 : 8;
  const latencies: number[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let message = messages[next++]; message; message = messages[next++]) {
      latencies.push((await send(bench, message.sender, message.body)).milliseconds);
    }
  };
  const before = processorTime(bench.server.process.pid);
  const began = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - began) / 1000;
  const after = processorTime(bench.server.process.pid);
  const taken = messages.length * perEnvelope;
  return {
    perSecond: taken / seconds,
    mainMs: (after.main - before.main) / taken,
    serverMs: (after.all - before.all) / taken,
    latencies,
  };
}

/** One envelope of 50 MB, and what it is to the others. */
async function largeRows(bench: Bench): Promise<readonly BenchRow[]> {
  const [station = '', ...others] = bench.senders;
  const { bytes, episodes } = largeEnvelope(station, bench.envelopes.get(station) ?? [], 49.9 * megabyte);
  const small = nextMessages(bench, 1, 4000).filter(({ sender }) => others.includes(sender));
  const before = residentMemory(bench.server.process.pid);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, residentMemory(bench.server.process.pid))), 20);
  let done = false;
  const began = performance.now();
  const sending = send(bench, station, bytes).finally(() => (done = true));
  const latencies: number[] = [];
  for (const { sender, body } of small) {
    if (done) break;
    latencies.push((await send(bench, sender, body)).milliseconds);
    await sleep(20);
  }
  await sending;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  return [
    { name: `envelope of 50 MB, ${episodes} episodes`, value: seconds, unit: 's' },
    { name: '– extra resident memory at its peak', value: (peak - before) / megabyte, unit: 'MiB' },
    { name: '– answers to others meanwhile, p50', value: quantile(latencies, 0.5), unit: 'ms' },
    { name: '– answers to others meanwhile, p99', value: quantile(latencies, 0.99), unit: 'ms' },
  ];
}

async function send(bench: Bench, sender: string, body: Buffer): Promise<{ readonly milliseconds: number }> {
  const answer = await bench.poster.send('POST', '/intake/messages', bench.tokens.get(sender) ?? '', body);
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body.slice(0, 200)}`);
  return answer;
}

function fsyncsPerSecond(folder: string): number {
  const file = openSync(join(folder, 'fsync'), 'w');
  const page = Buffer.alloc(4096, 1);
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 500; count += 1) {
    writeSync(file, page);
    fsyncSync(file);
  }
  const seconds = (performance.now() - began) / 1000;
  closeSync(file);
  return count / seconds;
}
