import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { Position } from '#event-store/event-store.js';
import { BuildPace, buildProgress } from '../build-pace.js';
import type { BuildProgress, ViewStatus } from '../projection.js';
import { SwitchingDatabase } from '../switching-database.js';
import { lagOfLiveMs, ViewAdvance } from '../view-advance.js';
import { type View, ViewBeingBuilt } from '../view-host.js';
import type { GenerationProgress, ViewGenerations } from './projector-messages.js';
import { SqliteReadDatabase } from './sqlite-read-database.js';

export interface HostedViewOptions {
  readonly log: EmbeddedReader;
  /** What the projector does. */
  readonly calls: Pick<View, 'setAside' | 'retrySetAside' | 'rebuild' | 'cancelRebuild'>;
  /** Called when nobody reads what was replaced any more. */
  readonly removeReplaced: () => Promise<void>;
  readonly readingMs?: number;
}

/** A view as the threads that read it see it. */
export class HostedView implements View {
  readonly database: SwitchingDatabase;
  readonly setAside: View['setAside'];
  readonly retrySetAside: View['retrySetAside'];
  readonly rebuild: View['rebuild'];
  readonly cancelRebuild: View['cancelRebuild'];
  readonly #options: HostedViewOptions;
  readonly #advance: ViewAdvance;
  #generations: ViewGenerations;
  #pace = new BuildPace();
  #stopped = false;

  constructor(generations: ViewGenerations, options: HostedViewOptions) {
    const { calls, readingMs } = options;
    this.#options = options;
    this.#generations = { name: generations.name, version: generations.version };
    this.setAside = calls.setAside;
    this.retrySetAside = calls.retrySetAside;
    this.rebuild = calls.rebuild;
    this.cancelRebuild = calls.cancelRebuild;
    this.database = new SwitchingDatabase({
      nothingYet: () => new ViewBeingBuilt(generations.name, this.#build(0)),
      ...(readingMs !== undefined && { readingMs }),
    });
    this.#advance = new ViewAdvance(this.database);
    this.changeTo(generations);
  }

  file(): string | undefined {
    return this.#generations.serving?.path;
  }

  async status(): Promise<ViewStatus> {
    const { name, version, serving, building } = this.#generations;
    const position = serving?.position ?? 0;
    const logPosition = Math.max(await this.#options.log.head(), position);
    const oldest = position < logPosition ? this.#options.log.recordedAtAfter(position) : undefined;
    const delayMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
    const build = this.#build(logPosition);
    return {
      name,
      version: serving?.version ?? version,
      generation: (serving ?? building)?.generation ?? 1,
      position,
      logPosition,
      delayMs,
      setAside: (serving ?? building)?.setAside ?? 0,
      state: this.#stopped ? 'stopped' : stateOf(serving, delayMs),
      ...(build && { build }),
    };
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    return this.#advance.onAdvanced(listener);
  }

  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#advance.waitFor(position, timeoutMs);
  }

  advance(progress: GenerationProgress, changed: boolean): void {
    const { serving, building } = this.#generations;
    if (isSame(progress, serving)) {
      this.#generations = { ...this.#generations, serving: progress };
      this.#advance.to(progress.position, changed);
    } else if (isSame(progress, building)) {
      this.#generations = { ...this.#generations, building: progress };
      this.#pace.reached(progress.position, performance.now());
    }
  }

  /** Other generations serve or are being built than before. */
  changeTo(generations: ViewGenerations): void {
    const before = this.#generations;
    this.#generations = generations;
    const { serving, building } = generations;
    if (building !== undefined && !isSame(building, before.building)) {
      this.#pace = new BuildPace();
      this.#pace.reached(building.position, performance.now());
    }
    if (serving === undefined || isSame(serving, before.serving)) return;
    const released = this.database.switchTo(new SqliteReadDatabase(serving.path));
    // A stand-in for the version that is being built replaces nothing yet.
    if (serving.version === generations.version) {
      void released.then(() => (this.#stopped ? undefined : this.#options.removeReplaced())).catch(() => undefined);
    }
    this.#advance.to(serving.position, true);
  }

  stop(): void {
    this.#stopped = true;
    this.#advance.stop();
  }

  async close(): Promise<void> {
    this.stop();
    this.#advance.close();
    await this.database.close();
  }

  #build(logPosition: Position): BuildProgress | undefined {
    const { serving, building } = this.#generations;
    if (building === undefined) return undefined;
    const failing = building.state === 'failed';
    return buildProgress({ ...building, failing }, serving?.version, logPosition, this.#pace);
  }
}

function isSame(one: GenerationProgress, other: GenerationProgress | undefined): boolean {
  return one.version === other?.version && one.generation === other.generation;
}

function stateOf(serving: GenerationProgress | undefined, delayMs: number): ViewStatus['state'] {
  if (serving === undefined) return 'building';
  return serving.state === 'live' && delayMs > lagOfLiveMs ? 'catching-up' : serving.state;
}
