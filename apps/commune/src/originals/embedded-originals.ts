import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FacilityCode } from '#domain/ids.js';
import type { OriginalsReply, OriginalsRequest } from './originals-worker.js';
import type { Original, Originals } from './originals.js';

/** Largest number of bytes on their way to the writer; senders beyond it wait. */
const inFlightLimit = 128 * 1024 * 1024;
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

  async keep(original: Original): Promise<void> {
    const size = original.body.byteLength;
    while (this.#inFlight > 0 && this.#inFlight + size > inFlightLimit) {
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
    }
    this.#inFlight += size;
    try {
      await this.#ask({ kind: 'keep', original });
    } finally {
      this.#inFlight -= size;
      for (const resume of this.#blocked.splice(0)) resume();
    }
  }

  answered(facility: FacilityCode, digest: string): void {
    // Nobody waits for it: where it is lost, the message is still listed as unanswered at the next start.
    this.#next.push({ kind: 'answered', id: 0, facility, digest });
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.#flush();
    }, answeredAfterMs);
  }

  async fetch(facility: FacilityCode, digest: string): Promise<Original | undefined> {
    return (await this.#ask({ kind: 'fetch', facility, digest })) as Original | undefined;
  }

  async unanswered(): Promise<readonly { facility: FacilityCode; digest: string }[]> {
    return (await this.#ask({ kind: 'unanswered' })) as readonly { facility: FacilityCode; digest: string }[];
  }

  async close(): Promise<void> {
    if (this.#stopped) return;
    const exited = once(this.#worker, 'exit');
    await this.#ask({ kind: 'close' });
    await exited;
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
    this.#worker.postMessage(this.#next);
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
