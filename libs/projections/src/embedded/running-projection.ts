import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { Position, RecordedEvent } from '#event-store/event-store.js';
import type { Projection, ViewStatus } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';
import { describeFault, isStorageFault } from './faults.js';
import { IndexMaking } from './late-indexes.js';
import type { ViewFile } from './view-file.js';

/** Large transactions are cheaper, by half and more: a page of an index that many events touch is written once. */
const mostAtOnce = 2_000;
/** Positions passed over without an event for the view are written down now and then; until then they would be passed over again. */
const unsavedPositions = 10_000;
/** Bytes of a view whose late indexes take long enough to be made beside the others' turns. */
const largeView = 32 * 1024 * 1024;

export interface Turn {
  /** Whether rows of the view may have changed. */
  readonly changed: boolean;
}

/** One projection at work on its view, a turn at a time. */
export class RunningProjection {
  readonly projection: Projection;
  readonly file: ViewFile;
  readonly #reader: EmbeddedReader;
  #cursor: ReturnType<EmbeddedReader['cursor']>;
  #position: Position;
  #atOnce = 64;
  #setAside: number;
  #state: ViewStatus['state'] = 'catching-up';
  #retryAt = 0;
  #failures = 0;
  #making: IndexMaking | undefined;
  #elsewhere: Promise<void> | undefined;
  #failedElsewhere: Error | undefined;

  constructor(projection: Projection, file: ViewFile, reader: EmbeddedReader) {
    this.projection = projection;
    this.file = file;
    this.#reader = reader;
    this.#position = file.position;
    this.#setAside = file.setAsideCount;
    this.#cursor = this.#cursorHere();
  }

  get position(): Position {
    return this.#position;
  }

  get state(): ViewStatus['state'] {
    return this.#state;
  }

  get setAsideCount(): number {
    return this.#setAside;
  }

  /** After a failure of the storage: when to try again, in milliseconds since 1970; 0 when nothing failed. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** While it is there another thread writes to the file, and no turn may be given. */
  get elsewhere(): Promise<void> | undefined {
    return this.#elsewhere;
  }

  /**
   * Reads the next events and applies them.
   * @param shouldTakeMs what to aim at: the others wait meanwhile
   * @returns what is to be told; a failure of the storage is kept as the state `failed` and given too
   */
  async turn(shouldTakeMs: number): Promise<Turn & { readonly fault?: string }> {
    const began = performance.now();
    try {
      this.#throwWhatFailedElsewhere();
      const batch = await this.#cursor.next(this.#atOnce);
      const changed = batch.events.length > 0;
      if (changed) await this.#apply(batch.events, batch.position);
      else if (batch.position - this.file.position >= unsavedPositions) await this.#saveCheckpoint(batch.position);
      this.#position = batch.position;
      const complete = batch.caughtUp && this.#complete();
      this.#state = complete || this.#state === 'live' ? 'live' : 'catching-up';
      this.#adapt(batch.events.length, performance.now() - began, shouldTakeMs);
      this.#retryAt = this.#failures = 0;
      return { changed };
    } catch (error) {
      this.#state = 'failed';
      this.#retryAt = Date.now() + Math.min(30_000, 250 * 2 ** this.#failures++);
      this.#position = this.file.position;
      this.#cursor = this.#cursorHere();
      return { changed: false, fault: describeFault(error) };
    }
  }

  listSetAside(): readonly SetAsideEvent[] {
    return this.file.setAside();
  }

  async retrySetAside(): Promise<{ applied: number; remaining: number }> {
    let applied = 0;
    if (this.#elsewhere) return { applied, remaining: this.#setAside };
    for (const { position } of this.file.setAside()) {
      const { events } = await this.#reader.cursor({ after: position - 1 }).next(1);
      const event = events[0];
      if (event?.position !== position) continue;
      try {
        await this.file.transaction(this.file.position, async (view) => {
          await this.projection.apply([event], view);
          this.file.removeSetAside(position);
        });
        applied++;
      } catch (error) {
        if (isStorageFault(error)) throw error;
        await this.#recordSetAside(event, error, this.file.position);
      }
    }
    this.#setAside = this.file.setAsideCount;
    return { applied, remaining: this.#setAside };
  }

  /** Closes a file that is of no use any more, when nobody writes to it elsewhere. */
  async abandon(): Promise<void> {
    await this.#making?.stop();
    this.file.close();
  }

  async close(): Promise<void> {
    await this.#making?.stop();
    if (this.#state !== 'failed' && this.#position > this.file.position) await this.#saveCheckpoint(this.#position);
    this.file.close();
  }

  /** @returns false while what readers need is being made elsewhere; afterwards there is news to apply first */
  #complete(): boolean {
    const missing = this.file.missingIndexes;
    if (missing.length > 0 && this.file.size >= largeView) {
      const making = new IndexMaking(this.file.path, missing);
      this.#making = making;
      this.#elsewhere = this.#await(making);
      return false;
    }
    this.file.settle();
    return true;
  }

  async #await(making: IndexMaking): Promise<void> {
    try {
      await making.ended;
    } catch (error) {
      this.#failedElsewhere = error as Error;
    }
    this.#making = this.#elsewhere = undefined;
  }

  #throwWhatFailedElsewhere(): void {
    const error = this.#failedElsewhere;
    this.#failedElsewhere = undefined;
    if (error !== undefined) throw error;
  }

  async #apply(events: readonly RecordedEvent[], through: Position): Promise<void> {
    try {
      await this.file.transaction(through, (view) => this.projection.apply(events, view));
    } catch (error) {
      if (isStorageFault(error)) throw error;
      await this.#applySingly(events);
      if (through > this.file.position) await this.#saveCheckpoint(through);
    }
  }

  async #applySingly(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) {
      try {
        await this.file.transaction(event.position, (view) => this.projection.apply([event], view));
      } catch (error) {
        if (isStorageFault(error)) throw error;
        await this.#recordSetAside(event, error, event.position);
      }
    }
    this.#setAside = this.file.setAsideCount;
  }

  async #recordSetAside(event: RecordedEvent, error: unknown, checkpoint: Position): Promise<void> {
    await this.file.transaction(checkpoint, async () => this.file.recordSetAside(event, describeFault(error)));
  }

  #saveCheckpoint(position: Position): Promise<void> {
    return this.file.transaction(position, async () => {});
  }

  #adapt(events: number, tookMs: number, shouldTakeMs: number): void {
    if (tookMs > shouldTakeMs * 1.5) this.#atOnce = Math.max(1, Math.floor((events * shouldTakeMs) / tookMs));
    else if (events === this.#atOnce && tookMs < shouldTakeMs) this.#atOnce = Math.min(mostAtOnce, this.#atOnce * 2);
  }

  #cursorHere(): ReturnType<EmbeddedReader['cursor']> {
    return this.#reader.cursor({ after: this.#position, filter: this.projection.filter });
  }
}
