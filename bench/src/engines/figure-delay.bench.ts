/**
 * From the commit of a visit to the province's figure that counts it, with everything out of process: the four services behind one
 * origin, log, broker and database, and this client, on the same cores. All messages are synthetic.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineServers } from '#apps/backbone/test/apart/engine-servers.js';
import { type Installation, startInstallation } from '#apps/backbone/test/apart/installation.js';
import { parseFacilityCode } from '#domain/ids.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';
import { syntheticWorld, type SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';
import { quantile, type BenchRow } from '../bench-row.js';
import { HttpPoster } from '../flow/http-poster.js';

const callers = 16;
/** Messages per second offered while delays are measured, as a share of what was sustained. */
const restedShare = 0.5;
const patienceMs = 120_000;
/** How finely delays are seen; the answers themselves cost the province's service something. */
const askEveryMs = 20;

/** @param residents of the synthetic province; about seven messages come of each */
export async function figureDelayBench(residents = 300): Promise<readonly BenchRow[]> {
  const servers = await engineServers('bench');
  if (!servers) return [];
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-bench-'));
  try {
    const world = syntheticWorld({
      seed: 1,
      residents,
      from: '2026-03-01',
      to: '2026-10-31',
      era: '2026',
      untidy: true,
    });
    const facilities = join(folder, 'facilities.tsv');
    writeFileSync(facilities, world.facilitiesTsv);
    const installation = await startInstallation(servers, { facilities, replicas: 1 });
    try {
      const envelopes = world.files.filter((file) => file.kind === 'qd4750');
      return await measure(installation, envelopes);
    } finally {
      await installation.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await servers.stop();
  }
}

async function measure(installation: Installation, files: readonly SyntheticFile[]): Promise<readonly BenchRow[]> {
  const events = await openEventStoreDb({ url: installation.eventStoreUrl });
  const poster = new HttpPoster(installation.origin);
  const tokens = await stationTokens(installation, files);
  const province = await installation.issuer.issue({ kind: 'province', hours: 2 });
  const figures = new FiguresFollowed(async () => {
    const { body } = await poster.send('GET', '/statistics/indicators?place=08&period=all', province);
    return (JSON.parse(body) as { position: number }).position;
  });
  const following = new AbortController();
  const followed = figures.follow(following.signal);
  const send = (file: SyntheticFile) =>
    poster.send('POST', '/intake/messages', tokens.get(file.sender) ?? '', file.bytes);
  try {
    const forRate = files.slice(0, Math.floor(files.length / 2));
    let next = 0;
    const began = performance.now();
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (let file = forRate[next++]; file; file = forRate[next++]) {
          const { status, body } = await send(file);
          if (status >= 300) throw new Error(`${file.name}: ${status} ${body.slice(0, 200)}`);
        }
      }),
    );
    const rate = (forRate.length / (performance.now() - began)) * 1e3;
    await figures.reach(await events.head());
    const seenRate = (forRate.length / (performance.now() - began)) * 1e3;

    const perSecond = rate * restedShare;
    const delays: number[] = [];
    const steady = performance.now();
    await Promise.all(
      files.slice(forRate.length).map(async (file, index) => {
        await sleep(Math.max(0, steady + (index / perSecond) * 1e3 - performance.now()));
        const { status } = await send(file);
        if (status !== 201) return;
        const answered = performance.now();
        // The newest of the log is this message's last event, or a later one.
        delays.push((await figures.reach(await events.head())) - answered);
      }),
    );
    return [
      { name: `intake through the four services, ${callers} callers`, value: rate, unit: 'messages/s' },
      { name: '– until the figures count them', value: seenRate, unit: 'messages/s' },
      { name: 'offered while delays are measured', value: perSecond, unit: 'messages/s' },
      { name: `commit → figure (${delays.length} messages), p50`, value: quantile(delays, 0.5), unit: 'ms' },
      { name: 'commit → figure, p99', value: quantile(delays, 0.99), unit: 'ms' },
    ];
  } finally {
    following.abort();
    await followed;
    poster.close();
    await events.close();
  }
}

async function stationTokens(
  { issuer }: Installation,
  files: readonly SyntheticFile[],
): Promise<ReadonlyMap<string, string>> {
  const senders = [...new Set(files.map(({ sender }) => sender))];
  return new Map(
    await Promise.all(
      senders.map(async (sender): Promise<[string, string]> => {
        const facility = parseFacilityCode(sender);
        if (!facility) throw new Error(`${sender} is no facility`);
        return [sender, await issuer.issue({ kind: 'station', hours: 2, facility })];
      }),
    ),
  );
}

/** How far the figures are, as every answer about them says; asked again and again. */
class FiguresFollowed {
  #waiting: { readonly position: number; readonly seen: (at: number) => void }[] = [];

  constructor(private readonly askPosition: () => Promise<number>) {}

  async follow(signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await sleep(askEveryMs)) {
      if (this.#waiting.length === 0) continue;
      const position = await this.askPosition();
      const now = performance.now();
      const reached = this.#waiting.filter((one) => one.position <= position);
      this.#waiting = this.#waiting.filter((one) => one.position > position);
      for (const { seen } of reached) seen(now);
    }
  }

  /** @returns when the figures counted everything up to the position, by `performance.now` */
  reach(position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the figures do not reach ${position}`)), patienceMs);
      this.#waiting.push({
        position,
        seen: (at) => {
          clearTimeout(late);
          resolve(at);
        },
      });
    });
  }
}
