import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FacilityCode } from '#domain/ids.js';
import type { OriginalsReply, OriginalsRequest } from './originals-worker.js';
import type { Original, Originals } from './originals.js';

/** Largest number of bytes on their way to the writer; senders beyond it wait. */
const inFlightLimit = 128 * 1024 * 1024;

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
  #inFlight = 0;
  #lastId = 0;
  #stopped: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(new URL('./originals-worker.js', import.meta.url), { workerData: { file } });
    this.#worker.on('message', (reply: OriginalsReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(new Error(`Originals: ${reply.error}`));
      else waiting?.resolve(reply.value);
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
    this.#ask({ kind: 'answered', facility, digest }).catch(() => {
      // Asked for again at the next start: the message is still listed as unanswered there.
    });
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
    this.#worker.postMessage({ ...request, id: this.#lastId });
    return waiting.promise;
  }

  #stop(reason: Error): void {
    this.#stopped ??= reason;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#stopped);
    this.#waiting.clear();
  }
}
