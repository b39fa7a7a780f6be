import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseFacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { envelopesOf, largeEnvelope, manyEpisodes } from '#station-formats/synthetic/many-episodes.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { startServer, type OwnServer } from '../src/verify/own-server.js';

const megabyte = 1024 * 1024;
/** What is promised of a message of 50 MB. */
const mostExtraMemory = 300 * megabyte;

const { files } = syntheticWorld({
  seed: 3,
  residents: 60,
  from: '2026-03-01',
  to: '2026-10-31',
  era: '2026',
  untidy: false,
});
const ofSender = Map.groupBy(
  files.filter(({ kind }) => kind === 'qd4750'),
  ({ sender }) => sender,
);
const [station = '', other = ''] = [...ofSender.keys()];
const envelopesOfStation = (sender: string): readonly Buffer[] =>
  (ofSender.get(sender) ?? []).map(({ bytes }) => bytes);

let folder: string;
let environment: Readonly<Record<string, string>>;
let server: OwnServer;
let issuer: TokenIssuer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-large-'));
  environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'secrets', 'keys.json') };
  server = await startServer(environment, ['--empty']);
  issuer = new TokenIssuer(openSecrets(join(folder, 'secrets', 'keys.json')));
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly status?: unknown;
    readonly type?: string;
    readonly id?: string;
    readonly digest?: string;
    readonly receipt?: { readonly id: string };
    readonly records?: readonly { readonly outcome: string; readonly faults: readonly { readonly code: string }[] }[];
  };
}

interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly facility?: string;
  /** Milliseconds between two pieces of a megabyte. */
  readonly pauseMs?: number;
}

async function tokenOf(facilityText: string): Promise<string> {
  const facility = parseFacilityCode(facilityText);
  return issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
}

/** Posts in pieces, chunked: the server does not know how much will come. */
async function post(body: Uint8Array, { headers, facility = station, pauseMs = 0 }: Sending = {}): Promise<Told> {
  const sent = request(new URL('/intake/messages', server.origin), {
    method: 'POST',
    headers: { authorization: `Bearer ${await tokenOf(facility)}`, 'content-type': 'application/xml', ...headers },
  });
  const answered = Promise.withResolvers<Told>();
  const early = new AbortController();
  sent.on('error', (error) => answered.reject(error));
  sent.on('response', (answer) => {
    early.abort();
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () =>
      answered.resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Told['body'],
      }),
    );
  });
  for (let at = 0; at < body.length && !early.signal.aborted; at += megabyte) {
    if (!sent.write(body.subarray(at, at + megabyte))) await Promise.race([once(sent, 'drain'), answered.promise]);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  sent.end();
  return answered.promise;
}

const residentMemory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) * 1024;

/** What the work takes at its peak above what the server had before. */
async function extraMemory(work: () => Promise<void>): Promise<number> {
  const before = residentMemory();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, residentMemory())), 20);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return peak - before;
}

const taken = ['recorded', 'amended', 'unchanged'];

const outcomesOf = ({ body }: Told): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(body.records ?? [], ({ outcome }) => outcome)].map(([key, list]) => [key, list.length]),
  );

describe('an envelope of 50 MB', () => {
  it('is taken record by record in bounded memory, from a slow sender, while others are answered', async () => {
    const { bytes, episodes } = largeEnvelope(station, envelopesOfStation(station), 49 * megabyte);
    const others = envelopesOf(other, manyEpisodes(envelopesOfStation(other)), 1);
    // Memory that any work takes is not the envelope's.
    for (let warm = 0; warm < 150; warm += 1) await post(others.next().value as Buffer, { facility: other });
    const told: Told[] = [];
    const waits: number[] = [];
    const extra = await extraMemory(async () => {
      const sending = post(bytes, { pauseMs: 20 }).then((answer) => told.push(answer));
      while (told.length === 0) {
        const began = performance.now();
        expect((await post(others.next().value as Buffer, { facility: other })).status).toBeLessThan(300);
        waits.push(performance.now() - began);
        await Promise.race([sending, sleep(100)]);
      }
    });
    const [answered] = told;
    expect(answered?.status).toBe(201);
    expect(answered?.body.records).toHaveLength(episodes);
    // The synthetic stations send some episodes a second time.
    expect(Object.keys(outcomesOf(answered as Told)).filter((outcome) => !taken.includes(outcome))).toEqual([]);
    expect(answered?.body.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(waits.length).toBeGreaterThan(5);
    expect(extra).toBeLessThan(mostExtraMemory);

    const original = await fetch(new URL(`/intake/receipts/${answered?.body.id}/original`, server.origin), {
      headers: { authorization: `Bearer ${await tokenOf(station)}` },
    });
    expect(Buffer.from(await original.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await post(bytes)).status).toBe(200);
  }, 300_000);

  it('with one record alone is refused in bounded memory, and kept', async () => {
    const text = Buffer.alloc(36 * megabyte, 'synthetic').toString('base64');
    const huge = Buffer.from(
      `<GIAMDINHHS><MACSKCB>${station}</MACSKCB><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>${text}</NOIDUNGFILE></FILEHOSO></HOSO></GIAMDINHHS>`,
    );
    const extra = await extraMemory(async () => {
      const told = await Promise.all([post(huge), post(Buffer.concat([huge, Buffer.from(' ')]), { pauseMs: 5 })]);
      for (const { status } of told) expect(status).toBe(422);
    });
    expect(extra).toBeLessThan(mostExtraMemory);
  }, 120_000);

  it('and one byte is refused, and so is one that comes packed', async () => {
    const limit = 50 * megabyte;
    for (const [body, headers] of [
      [Buffer.alloc(limit + 1, 'x'), {}],
      [gzipSync(Buffer.alloc(4 * limit)), { 'content-encoding': 'gzip' }],
    ] as const) {
      const extra = await extraMemory(async () => {
        expect(await post(body, { headers })).toMatchObject({
          status: 413,
          body: { type: 'urn:lien-tuyen:problem:too-large' },
        });
      });
      expect(extra).toBeLessThan(mostExtraMemory);
    }
  }, 120_000);
});

describe('a message', () => {
  const [small] = envelopesOf(station, manyEpisodes(envelopesOfStation(station).slice(0, 2)), 1);

  it('may come compressed; its digest is of what it says', async () => {
    const body = small ?? Buffer.alloc(0);
    const told = await post(gzipSync(body), { headers: { 'content-encoding': 'gzip' } });
    expect(told).toMatchObject({ status: 201, body: { digest: createHash('sha256').update(body).digest('hex') } });
    expect((await post(body)).status).toBe(200);
  });

  it.each(['not a type', 'text/csv2', 'application/xml/again; ='])(
    'of the type “%s” has a receipt, and its original is kept',
    async (type) => {
      const body = Buffer.from(`a;b;${type}`);
      const told = await post(body, { headers: { 'content-type': type } });
      expect(told.status).toBe(415);
      const original = await fetch(new URL(`/intake/receipts/${told.body.receipt?.id}/original`, server.origin), {
        headers: { authorization: `Bearer ${await tokenOf(station)}` },
      });
      expect(Buffer.from(await original.arrayBuffer()).equals(body)).toBe(true);
    },
  );

  it('that is large finds no room beside too many others of its sender', async () => {
    const piece = Buffer.alloc(2 * megabyte, ' ');
    const open = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const sent = request(new URL('/intake/messages', server.origin), {
          method: 'POST',
          headers: { authorization: `Bearer ${await tokenOf(station)}`, 'content-type': 'application/xml' },
        });
        sent.on('error', () => undefined);
        sent.write(piece);
        return sent;
      }),
    );
    await sleep(300);
    const refused = await post(piece);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    // Others, and small ones, have room.
    expect((await post(Buffer.from('x'))).status).toBe(422);
    expect((await post(piece, { facility: other })).status).toBe(422);
    for (const sent of open) sent.destroy();
    await sleep(300);
    expect((await post(piece)).status).toBe(422);
  });
});

describe('killed while a large body comes', () => {
  it('the service starts again as if it had never come, and takes it when it is sent again', async () => {
    const { bytes, episodes } = largeEnvelope(station, envelopesOfStation(station).slice(1), 4 * megabyte);
    const sent = request(new URL('/intake/messages', server.origin), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await tokenOf(station)}`,
        'content-type': 'application/xml',
        'content-length': bytes.length,
      },
    });
    sent.on('error', () => undefined);
    sent.write(bytes.subarray(0, 3 * megabyte));
    await sleep(300);
    await server.stop('SIGKILL');
    server = await startServer(environment, ['--empty']);
    const told = await post(bytes);
    expect(told.status).toBe(201);
    expect(Object.values(outcomesOf(told)).reduce((sum, count) => sum + count, 0)).toBe(episodes);
    expect((await post(bytes)).status).toBe(200);
  }, 120_000);
});
