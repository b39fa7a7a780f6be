import type { Position } from '../event-store.js';
import type { ServerReads } from './server-reads.js';

/**
 * The newest event of ours. The server goes on writing events of its own behind it, so the end of its log says little: positions
 * that are given out never lie beyond this one.
 */
export class LogEnd {
  readonly #reads: ServerReads;
  #known: Position = 0;
  /** Nothing of ours lies between the newest known and this position. */
  #looked: Position = 0;
  #running: Promise<Position> | undefined;
  #next: Promise<Position> | undefined;
  #readAt = -Infinity;

  constructor(reads: ServerReads) {
    this.#reads = reads;
  }

  /** The highest position this process knows of. */
  get known(): Position {
    return this.#known;
  }

  note(position: Position): void {
    if (position > this.#known) this.#known = position;
  }

  /**
   * Looks it up; callers at the same time share one look that begins after they called.
   * @param ageMs a look that ended so long ago will do
   */
  async read(ageMs = 0): Promise<Position> {
    if (performance.now() - this.#readAt < ageMs) return this.#known;
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<Position> {
    this.#next = undefined;
    const running = this.#look().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #look(): Promise<Position> {
    let from: Position | undefined;
    let newest: Position | undefined;
    for (let count = 4; ; count *= 4) {
      const page = await this.#reads.logPage({ backwards: true, from, count });
      newest ??= page.seen[0]?.position;
      const found = page.events[0]?.position;
      const last = page.seen.at(-1)?.position ?? 0;
      if (found !== undefined) this.note(found);
      if (found !== undefined || page.ended || last <= Math.max(this.#known, this.#looked) || last === from) break;
      from = last;
    }
    this.#looked = Math.max(this.#looked, newest ?? 0);
    this.#readAt = performance.now();
    return this.#known;
  }
}
