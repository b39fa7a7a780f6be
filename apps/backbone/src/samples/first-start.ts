import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '#platform/durable-file.js';
import type { EventStore } from '#event-store/event-store.js';

/** `loading`: a start was cut off in the middle of the samples; sending them again changes nothing and finishes them. */
export type SamplesState = 'loading' | 'loaded' | 'none';

/** Remembers in the data folder whether the samples belong to it: only an empty folder gets them, and only once. */
export class FirstStart {
  readonly #file: string;
  #state: SamplesState = 'none';

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'samples.state');
  }

  /** Must be asked before anything is appended. */
  async begin(events: EventStore, wanted: boolean): Promise<void> {
    const known = this.#read();
    if (known) this.#state = known;
    else this.#write(wanted && (await events.head()) === 0 ? 'loading' : 'none');
  }

  get state(): SamplesState {
    return this.#state;
  }

  finish(): void {
    this.#write('loaded');
  }

  #read(): SamplesState | undefined {
    try {
      const text = readFileSync(this.#file, 'utf8').trim();
      return text === 'loading' || text === 'loaded' || text === 'none' ? text : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #write(state: SamplesState): void {
    this.#state = state;
    writeDurably(this.#file, `${state}\n`, 'w');
  }
}
