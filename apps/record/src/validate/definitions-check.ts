import { Worker } from 'node:worker_threads';
import type { Resource } from '@medplum/fhirtypes';
import type { Invalidity } from '#fhir/validation.js';
import type { CheckAnswered, CheckAsked } from './definitions-thread.js';

/** What the definitions take of memory is given back when nobody has asked for so long. */
const idleMs = 300_000;

type Settle = PromiseWithResolvers<readonly Invalidity[]>;

/** Checks resources by HL7's definitions, in a thread of its own that is there while it is used. */
export class DefinitionsCheck {
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last = 0;
  readonly #asked = new Map<number, Settle>();

  /** @throws Error when the thread has ended meanwhile */
  check(resource: Resource): Promise<readonly Invalidity[]> {
    clearTimeout(this.#idle);
    const id = ++this.#last;
    const settle: Settle = Promise.withResolvers();
    this.#asked.set(id, settle);
    this.#running().postMessage({ id, resource } satisfies CheckAsked);
    return settle.promise;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#thread?.terminate();
  }

  #running(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(new URL('./definitions-thread.js', import.meta.url), { name: 'fhir-definitions' });
    let reason: unknown = new Error('The thread of the FHIR definitions has ended');
    thread
      .on('message', (answered: CheckAnswered) => this.#answered(answered))
      .on('error', (error: unknown) => {
        reason = error;
      })
      .on('exit', () => {
        if (this.#thread === thread) this.#thread = undefined;
        for (const { reject } of this.#asked.values()) reject(reason);
        this.#asked.clear();
      });
    thread.unref();
    this.#thread = thread;
    return thread;
  }

  #answered({ id, found }: CheckAnswered): void {
    this.#asked.get(id)?.resolve(found);
    this.#asked.delete(id);
    if (this.#asked.size > 0) return;
    this.#idle = setTimeout(() => void this.#thread?.terminate(), idleMs).unref();
  }
}
