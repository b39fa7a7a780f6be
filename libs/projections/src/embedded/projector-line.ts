import { Worker } from 'node:worker_threads';
import { describeFault } from './faults.js';
import type { Answers, FromProjector, ProjectorSettings, Request, ToProjector } from './projector-messages.js';

/** What a projector says by itself. */
export type Told = Exclude<FromProjector, { readonly kind: 'answer' | 'refusal' }>;

export interface ProjectorLineOptions {
  readonly settings: ProjectorSettings;
  readonly onTold: (message: Told) => void;
  /** The thread has ended, asked to or not. */
  readonly onStopped: (reason: string) => void;
}

/**
 * What a batch parses and computes is garbage once it is written; with the default of 48 much of it would be copied first, and
 * outlive its use.
 */
const youngGenerationMb = 96;

/** A projector's thread, from outside. */
export class ProjectorLine {
  readonly #thread: Worker;
  readonly #exited: Promise<void>;
  readonly #onTold: ProjectorLineOptions['onTold'];
  readonly #onStopped: ProjectorLineOptions['onStopped'];
  readonly #asked = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #stopped: Error | undefined;

  constructor({ settings, onTold, onStopped }: ProjectorLineOptions) {
    this.#onTold = onTold;
    this.#onStopped = onStopped;
    this.#thread = new Worker(new URL('projector-thread.js', import.meta.url), {
      name: 'projector',
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    this.#exited = new Promise((resolve) => this.#thread.once('exit', () => resolve()));
    this.#thread.on('message', (message: FromProjector) => this.#hear(message));
    this.#thread.on('error', (error) => this.#stop(describeFault(error)));
    this.#thread.on('exit', (code) => this.#stop(`exit ${code}`));
  }

  /** @throws Error when the projector refuses, or has stopped */
  ask<K extends keyof Answers>(_kind: K, request: Request & { readonly kind: K }): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) return reject(this.#stopped);
      const id = this.#nextId++;
      this.#asked.set(id, { resolve, reject });
      this.#thread.postMessage({ id, request } satisfies ToProjector);
    });
  }

  /** Ends after the turn under way. */
  async close(): Promise<void> {
    if (this.#stopped === undefined) await this.ask('close', { kind: 'close' });
    await this.#exited;
  }

  #hear(message: FromProjector): void {
    switch (message.kind) {
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.answer as never);
        break;
      case 'refusal':
        this.#asked.get(message.id)?.reject(new Error(message.reason));
        break;
      default:
        return this.#onTold(message);
    }
    this.#asked.delete(message.id);
  }

  #stop(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = new Error(`The projector has stopped: ${reason}`);
    for (const { reject } of this.#asked.values()) reject(this.#stopped);
    this.#asked.clear();
    this.#onStopped(reason);
  }
}
