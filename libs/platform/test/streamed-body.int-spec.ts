import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Problem } from '#platform/http/problem.js';
import { streamedBody, type BodyLimits } from '#platform/http/streamed-body.js';

const limits: BodyLimits = { bytes: 200_000, floorBytes: 1000, floorMs: 20_000, totalMs: 60_000 };
/** For senders that are slow on purpose; the others may be slow because the machine is busy. */
const impatient: BodyLimits = { ...limits, floorMs: 600, totalMs: 3000 };

interface Outcome {
  readonly status: number;
  readonly code?: string;
  readonly bytes: number;
  readonly content: Buffer;
}

let server: Server;
let limitsNow: BodyLimits;
let outcomes: Outcome[];
let came: (() => void)[];

beforeEach(async () => {
  limitsNow = limits;
  outcomes = [];
  came = [];
  const receive = async (received: IncomingMessage): Promise<Outcome> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of streamedBody(received, limitsNow)) {
        bytes += chunk.length;
        chunks.push(chunk);
      }
      return { status: 200, bytes, content: Buffer.concat(chunks) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { status: error.status, code: error.code, bytes, content: Buffer.alloc(0) };
    }
  };
  server = createServer((received, answer) => {
    void receive(received).then((outcome) => {
      outcomes.push(outcome);
      for (const tell of came.splice(0)) tell();
      received.on('error', () => undefined).resume();
      answer.writeHead(outcome.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const port = (): number => (server.address() as AddressInfo).port;
const nextOutcome = async (): Promise<Outcome> => {
  if (outcomes.length === 0) await new Promise<void>((resolve) => came.push(resolve));
  const [outcome] = outcomes.splice(0);
  if (!outcome) throw new Error('no outcome');
  return outcome;
};

async function send(body: Buffer, headers: Record<string, string | number> = {}): Promise<Outcome> {
  const sent = request({ port: port(), method: 'POST', headers: { 'content-length': body.length, ...headers } });
  sent.on('error', () => undefined).end(body);
  return nextOutcome();
}

const text = Buffer.from('<HOSO>Nông Thị Thử</HOSO>'.repeat(2000));

describe('a body', () => {
  it.each([
    ['identity', (plain: Buffer) => plain],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('in %s arrives as it was before', async (encoding, encode) => {
    const outcome = await send(encode(text), { 'content-encoding': encoding });
    expect(outcome.content.equals(text)).toBe(true);
  });

  it('is taken up to the limit and refused beyond it, announced or not', async () => {
    expect(await send(Buffer.alloc(limits.bytes, 'x'))).toMatchObject({ status: 200, bytes: limits.bytes });
    expect(await send(Buffer.alloc(limits.bytes + 1, 'x'))).toMatchObject({ status: 413, bytes: 0 });
    const sent = request({ port: port(), method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    sent.on('error', () => undefined).end(Buffer.alloc(limits.bytes + 1, 'x'));
    expect(await nextOutcome()).toMatchObject({ status: 413 });
  });

  it('that grows beyond the limit when it is decompressed gets no further', async () => {
    for (const [encoding, bomb] of [
      ['gzip', gzipSync(Buffer.alloc(20_000_000))],
      ['br', brotliCompressSync(Buffer.alloc(20_000_000))],
      ['zstd', zstdCompressSync(Buffer.alloc(20_000_000))],
    ] as const) {
      expect(bomb.length).toBeLessThan(limits.bytes);
      const outcome = await send(bomb, { 'content-encoding': encoding });
      expect(outcome).toMatchObject({ status: 413, code: 'too-large' });
      expect(outcome.bytes).toBeLessThanOrEqual(limits.bytes);
    }
  });

  it('in an unknown encoding, or not in the one it names, is refused', async () => {
    expect(await send(text, { 'content-encoding': 'rot13' })).toMatchObject({ status: 415 });
    expect(await send(text, { 'content-encoding': 'gzip, gzip' })).toMatchObject({ status: 415 });
    expect(await send(text, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400, code: 'not-decodable' });
    expect(await send(gzipSync(text).subarray(0, 100), { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
  });

  it('that trickles is not waited for; one that is slow but moves is', async () => {
    limitsNow = impatient;
    const trickle = connect(port(), '127.0.0.1');
    trickle.on('error', () => undefined);
    trickle.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    const drip = setInterval(() => trickle.write('x'), 20);
    expect(await nextOutcome()).toMatchObject({ status: 408 });
    clearInterval(drip);
    trickle.destroy();

    const slow = request({ port: port(), method: 'POST', headers: { 'content-length': 8000 } });
    slow.on('error', () => undefined);
    for (let part = 0; part < 8; part += 1) {
      slow.write(Buffer.alloc(1000, 'x'));
      await after(60);
    }
    slow.end();
    expect(await nextOutcome()).toMatchObject({ status: 200, bytes: 8000 });
  });

  it('that keeps just above the floor ends when its time is over', async () => {
    limitsNow = impatient;
    const slow = connect(port(), '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 190000\r\n\r\n');
    const drip = setInterval(() => slow.write('x'.repeat(1200)), 100);
    expect(await nextOutcome()).toMatchObject({ status: 408 });
    clearInterval(drip);
    slow.destroy();
  });

  it('that is cut off in the middle is known to be cut, chunked, sized and compressed', async () => {
    const half = gzipSync(text).subarray(0, 200);
    for (const [head, part] of [
      ['Transfer-Encoding: chunked', Buffer.from('5\r\n<HOSO\r\n')],
      ['Content-Length: 5000', Buffer.from('<HOSO')],
      ['Content-Encoding: gzip\r\nContent-Length: 5000', half],
    ] as const) {
      const line = connect(port(), '127.0.0.1');
      line.on('error', () => undefined);
      line.write(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
      line.write(part);
      await after(50);
      line.destroy();
      expect(await nextOutcome()).toMatchObject({ status: 400, code: 'cut-off' });
    }
  });
});
