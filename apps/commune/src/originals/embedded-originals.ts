import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FacilityCode } from '#domain/ids.js';
import type { OriginalsReply, OriginalsRequest } from './originals-worker.js';
import { transferable } from './transferable.js';
import type { OpenedOriginal } from './originals-file.js';
import {
  wholeBody,
  type LargeOriginal,
  type Original,
  type OriginalDetails,
  type Originals,
  type Upload,
} from './originals.js';

/** Largest number of bytes on their way to the writer; senders beyond it wait. */
const inFlightLimit = 32 * 1024 * 1024;
/** How long the note that a message is answered may wait for an original to be written with. */
const answeredAfterMs = 200;

type RequestBody = OriginalsRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'id'>
    : never
  : never;

/** Originals in one SQLite file, compressed with zstd, written by a thread of their own. */
export class EmbeddedOriginals implements Originals {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #blocked: (() => void)[] = [];
  /** What goes to the thread next. One batch is under way at a time: those who ask meanwhile share the next one's fsync. */
  #next: OriginalsRequest[] = [];
  #underWay = false;
  #later: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #lastId = 0;
  #stopped: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(new URL('./originals-worker.js', import.meta.url), { workerData: { file } });
    this.#worker.on('message', (replies: readonly OriginalsReply[]) => {
      this.#underWay = false;
      for (const reply of replies) this.#settle(reply);
      // Notes that nobody waits for stay until their time has come.
      if (this.#waiting.size > 0 || this.#later === undefined) this.#flush();
    });
    this.#worker.on('error', (cause: Error) => this.#stop(new Error('Originals: the writer has stopped', { cause })));
    this.#worker.on('exit', () => this.#stop(new Error('Originals: closed')));
  }

  async keep({ body, ...details }: Original): Promise<void> {
    await this.#write(body.byteLength, { kind: 'keep', details: detailsOf(details), body });
  }

  async upload(): Promise<Upload> {
    const upload = (await this.#ask({ kind: 'begin' })) as number;
    let pieces = 0;
    let size = 0;
    return {
      write: async (piece) => {
        size += piece.byteLength;
        await this.#write(piece.byteLength, { kind: 'part', upload, number: pieces++, body: piece });
      },
      finish: async (details) => {
        await this.#ask({ kind: 'finish', upload, details: detailsOf(details), size });
        const kept = await this.open(details.facility, details.digest);
        if (!kept) throw new Error('Originals: what was kept is not there');
        // As it was sent this time, whatever was kept of an earlier one.
        return { ...detailsOf(details), size, pieces: () => piecesOf(kept) };
      },
      discard: async () => {
        await this.#ask({ kind: 'discard', upload });
      },
    };
  }

  answered(facility: FacilityCode, digest: string): void {
    // Nobody waits for it: where it is lost, the message is still listed as unanswered at the next start.
    this.#next.push({ kind: 'answered', id: 0, facility, digest });
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.#flush();
    }, answeredAfterMs);
  }

  async open(facility: FacilityCode, digest: string): Promise<Original | LargeOriginal | undefined> {
    const found = (await this.#ask({ kind: 'open', facility, digest })) as OpenedOriginal | undefined;
    if (!found) return undefined;
    const { body, upload, pieces, size, ...details } = found;
    if (upload === undefined) return { ...details, body: body ?? new Uint8Array() };
    return { ...details, size, pieces: () => this.#pieces(upload, pieces) };
  }

  async fetch(facility: FacilityCode, digest: string): Promise<Original | undefined> {
    const found = await this.open(facility, digest);
    return !found || 'body' in found ? found : { ...detailsOf(found), body: await wholeBody(found) };
  }

  async unanswered(): Promise<readonly { facility: FacilityCode; digest: string }[]> {
    return (await this.#ask({ kind: 'unanswered' })) as readonly { facility: FacilityCode; digest: string }[];
  }

  async waiting(facility: FacilityCode, digestBegin: string): Promise<Original | LargeOriginal | undefined> {
    const digest = (await this.#ask({ kind: 'waiting', facility, digestBegin })) as string | undefined;
    return digest === undefined ? undefined : this.open(facility, digest);
  }

  async close(): Promise<void> {
    if (this.#stopped) return;
    const exited = once(this.#worker, 'exit');
    await this.#ask({ kind: 'close' });
    await exited;
  }

  /** One piece is read ahead, no more. */
  async *#pieces(upload: number, count: number): AsyncGenerator<Uint8Array, void, undefined> {
    const read = (number: number): Promise<Uint8Array> =>
      this.#ask({ kind: 'piece', upload, number }) as Promise<Uint8Array>;
    let next = count > 0 ? read(0) : undefined;
    for (let number = 1; next !== undefined; number += 1) {
      const piece: Uint8Array = await next;
      next = number < count ? read(number) : undefined;
      // A consumer that goes away leaves it behind.
      next?.catch(() => undefined);
      yield piece;
    }
  }

  /** Waits while too much is on its way already. */
  async #write(bytes: number, request: RequestBody): Promise<void> {
    while (this.#inFlight > 0 && this.#inFlight + bytes > inFlightLimit) {
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
    }
    this.#inFlight += bytes;
    try {
      await this.#ask(request);
    } finally {
      this.#inFlight -= bytes;
      for (const resume of this.#blocked.splice(0)) resume();
    }
  }

  /** @throws Error when the writer has stopped: what is sent to it then would wait for ever */
  async #ask(request: RequestBody): Promise<unknown> {
    if (this.#stopped) throw this.#stopped;
    this.#lastId += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#lastId, waiting);
    this.#next.push({ ...request, id: this.#lastId });
    this.#flush();
    return waiting.promise;
  }

  #flush(): void {
    if (this.#underWay || this.#next.length === 0) return;
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#underWay = true;
    // A small body is still read when it has been kept; a piece of a large one is not looked at again.
    const pieces = this.#next.map((request) => (request.kind === 'part' ? request.body : undefined));
    this.#worker.postMessage(this.#next, transferable(pieces));
    this.#next = [];
  }

  #settle(reply: OriginalsReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(`Originals: ${reply.error}`));
    else waiting?.resolve(reply.value);
  }

  #stop(reason: Error): void {
    this.#stopped ??= reason;
    clearTimeout(this.#later);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
    this.#waiting.clear();
  }
}

/** These alone cross to the other thread, whatever else the caller's object holds. */
function detailsOf({
  facility,
  digest,
  contentType,
  receivedAt,
  actor,
  idempotencyKey,
}: OriginalDetails): OriginalDetails {
  const given = { facility, digest, contentType, receivedAt, actor };
  return idempotencyKey === undefined ? given : { ...given, idempotencyKey };
}

async function* piecesOf(original: Original | LargeOriginal): AsyncGenerator<Uint8Array, void, undefined> {
  // A copy: pieces are given away.
  if ('body' in original) yield new Uint8Array(original.body);
  else yield* original.pieces();
}
