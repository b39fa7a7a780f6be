import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { Problem } from './problem.js';
import { problemOfStatus } from './status-problems.js';
import { isUnfinished } from './unfinished-request.js';

export interface BodyLimits {
  /** Largest body in bytes, after it was decompressed. */
  readonly bytes: number;
  /** A sender must bring so many bytes … */
  readonly floorBytes: number;
  /** … for each of these stretches that we wait for it, in milliseconds. */
  readonly floorMs: number;
  /** Longest that a body is waited for altogether, in milliseconds. */
  readonly totalMs: number;
}

/** The line of a remote village is slow, but it moves. */
export const patience: Omit<BodyLimits, 'bytes'> = { floorBytes: 4 * 1024, floorMs: 20_000, totalMs: 540_000 };

const chunkSize = 64 * 1024;
/** A window beyond 8 MiB would be memory that the sender chooses. */
const zstdWindowLog = 23;

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  deflate: () => createInflate({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } }),
};

/**
 * The bytes of a request's body as they come, decompressed where `Content-Encoding` says so. No more of it is in memory than a
 * few chunks; nothing is read while the consumer works.
 *
 * @throws Problem 413 beyond the limit, 408 when the sender is slower than the floor, 415 for an unknown `Content-Encoding`,
 * 400 for one that cannot be decoded or a body that was cut off. What is left of the body is not waited for then.
 */
export async function* streamedBody(
  request: IncomingMessage,
  limits: BodyLimits,
): AsyncGenerator<Buffer, void, undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge(limits.bytes);
  const { stream, release } = decoded(request);
  const chunks = (stream.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>)[Symbol.asyncIterator]();
  const clock = new SenderClock(limits);
  let size = 0;
  try {
    for (;;) {
      const next = await clock.waitFor(chunks.next());
      if (next.done === true) break;
      size += next.value.length;
      if (size > limits.bytes) throw tooLarge(limits.bytes);
      clock.came(next.value.length);
      yield next.value;
    }
    // A chunked body whose end never came ends like a whole one.
    if (isUnfinished(request)) throw cutOff();
  } catch (error) {
    throw error instanceof Problem ? error : isUnfinished(request) ? cutOff() : notDecodable();
  } finally {
    // Not waited for: where a chunk is still asked for, it never comes.
    void chunks.return?.().catch(() => undefined);
    release();
  }
}

function decoded(request: IncomingMessage): { readonly stream: Readable; readonly release: () => void } {
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return { stream: request, release: () => undefined };
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined;
  if (!decoder) throw unknownEncoding();
  const broken = (): void => void decoder.destroy(cutOff());
  const closed = (): void => {
    if (isUnfinished(request)) broken();
  };
  request.once('error', broken).once('close', closed).pipe(decoder);
  return {
    stream: decoder,
    release: () => {
      request.unpipe(decoder).off('error', broken).off('close', closed);
      // Errors of what nobody reads any more are nobody's.
      decoder.on('error', () => undefined).destroy();
    },
  };
}

/** Measures the time that is spent waiting for the sender, and that alone. */
class SenderClock {
  readonly #limits: BodyLimits;
  #waited = 0;
  #waitedAltogether = 0;
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** @throws Problem 408 */
  async waitFor<Result>(coming: Promise<Result>): Promise<Result> {
    const { floorMs, totalMs } = this.#limits;
    const began = performance.now();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(tooSlow()),
      Math.max(0, Math.min(floorMs - this.#waited, totalMs - this.#waitedAltogether)),
    );
    // Whichever comes second is nobody's matter.
    coming.catch(() => undefined);
    try {
      return await Promise.race([coming, late.promise]);
    } finally {
      clearTimeout(timer);
      const waited = performance.now() - began;
      this.#waited += waited;
      this.#waitedAltogether += waited;
    }
  }

  came(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#limits.floorBytes) return;
    this.#bytes = 0;
    this.#waited = 0;
  }
}

const tooLarge = (limit: number): Problem =>
  new Problem(
    413,
    'too-large',
    { vi: 'Nội dung quá lớn', en: 'The body is too large' },
    {
      detail: {
        vi: `Một thông điệp có nhiều nhất ${limit} byte (sau khi giải nén). Hãy chia thành nhiều thông điệp.`,
        en: `A message has at most ${limit} bytes (decompressed). Please split it into several.`,
      },
      extensions: { limit },
    },
  );

const tooSlow = (): Problem => problemOfStatus(408);

const cutOff = (): Problem =>
  new Problem(400, 'cut-off', { vi: 'Nội dung bị cắt giữa chừng', en: 'The body was cut off in the middle' });

const notDecodable = (): Problem =>
  new Problem(400, 'not-decodable', {
    vi: 'Nội dung không giải nén được theo Content-Encoding',
    en: 'The body cannot be decompressed as its Content-Encoding says',
  });

const unknownEncoding = (): Problem =>
  new Problem(
    415,
    'unknown-content-encoding',
    { vi: 'Content-Encoding không được hỗ trợ', en: 'Unknown Content-Encoding' },
    { headers: { 'accept-encoding': 'gzip, deflate, br, zstd, identity' } },
  );
