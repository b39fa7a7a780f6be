import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { RunningProjection } from './running-projection.js';

/**
 * Under a steady stream of events live views that have caught up rest between turns, some times as long as the last turns took:
 * a commit costs a view about as much for one event as for fifty. The first event after a pause is applied at once.
 */
const restPerWork = 4;
const shortestRestMs = 25;
const longestRestMs = 200;

/** What a turn should take: a view being built holds up those that have news by little, those without by more. */
const turnMs = { live: 100, besideNews: 40, besideLive: 250, alone: 1_000 } as const;
/** There will be news again when there was some so shortly ago. */
const newsForMs = 1_000;

export interface ProjectorReports {
  /** After every turn. */
  turned(running: RunningProjection, changed: boolean, fault: string | undefined): void;
}

/**
 * Gives the projections turns. Those that have reached the end of the log once are served first and all of them before one
 * turn of one that is still catching up: a view being built delays the others by one turn at most, and is never left out.
 */
export class Projector {
  readonly #reader: EmbeddedReader;
  readonly #reports: ProjectorReports;
  readonly #projections: RunningProjection[] = [];
  readonly #jobs: (() => Promise<void>)[] = [];
  #wake = new AbortController();
  #closing = false;
  #restUntil = -Infinity;
  #newsUntil = -Infinity;
  #ended: Promise<void> | undefined;

  constructor(reader: EmbeddedReader, reports: ProjectorReports) {
    this.#reader = reader;
    this.#reports = reports;
  }

  add(running: RunningProjection): void {
    this.#projections.push(running);
    this.#ended ??= this.#run();
    this.#wake.abort();
  }

  /** It has no turn any more. To be called between turns, or when told of one. */
  remove(running: RunningProjection): void {
    const at = this.#projections.indexOf(running);
    if (at >= 0) this.#projections.splice(at, 1);
  }

  /** Runs the work between turns, where no transaction is open. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push(() => work().then(resolve, reject));
      this.#ended ??= this.#run();
      this.#wake.abort();
    });
  }

  /** Ends after the turn under way. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake.abort();
    await this.#ended;
    for (const running of this.#projections) await running.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      this.#wake = new AbortController();
      for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job();
      const head = await this.#reader.head();
      const due = this.#projections.filter((running) => isDue(running, head));
      const live = due.filter((running) => running.state === 'live');
      const others = due.filter((running) => running.state !== 'live');
      const other = hindmost(others);
      if (other === undefined && live.length > 0) await this.#rest();
      const began = performance.now();
      for (const running of live) await this.#turn(running, turnMs.live);
      if (live.length > 0) this.#newsUntil = performance.now() + newsForMs;
      if (other !== undefined) await this.#turn(other, turnMs[this.#company()]);
      const ended = performance.now();
      const rest = Math.min(longestRestMs, Math.max(shortestRestMs, (ended - began) * restPerWork));
      if (due.length > 0) this.#restUntil = live.every(({ position }) => position >= head) ? ended + rest : ended;
      if (due.length === 0) await this.#waitBeyond(head);
      else await nextTurn();
    }
  }

  /** Who is held up by a view that is being built. */
  #company(): 'besideNews' | 'besideLive' | 'alone' {
    if (performance.now() < this.#newsUntil) return 'besideNews';
    return this.#projections.some((running) => running.state === 'live') ? 'besideLive' : 'alone';
  }

  async #turn(running: RunningProjection, shouldTakeMs: number): Promise<void> {
    if (!this.#projections.includes(running)) return;
    const { changed, fault } = await running.turn(shouldTakeMs);
    this.#reports.turned(running, changed, fault);
  }

  async #rest(): Promise<void> {
    const left = this.#restUntil - performance.now();
    if (left > 0) await sleep(left, undefined, { signal: this.#wake.signal }).catch(() => undefined);
  }

  /** Until there are new events, a job, a projection, or a failed one is to be tried again. */
  async #waitBeyond(head: number): Promise<void> {
    const wake = this.#wake;
    const retryAt = Math.min(...this.#projections.map((running) => running.retryAt || Infinity));
    const timer = retryAt === Infinity ? undefined : setTimeout(() => wake.abort(), Math.max(0, retryAt - Date.now()));
    for (const { elsewhere } of this.#projections) void elsewhere?.then(() => wake.abort());
    await this.#reader.beyond(head, wake.signal);
    clearTimeout(timer);
  }
}

/** Views that are built together stay together: what one has read and parsed the next finds in memory. */
function hindmost(projections: readonly RunningProjection[]): RunningProjection | undefined {
  return projections.reduce<RunningProjection | undefined>(
    (last, running) => (last === undefined || running.position < last.position ? running : last),
    undefined,
  );
}

function isDue(running: RunningProjection, head: number): boolean {
  if (running.elsewhere !== undefined) return false;
  if (running.state === 'failed') return Date.now() >= running.retryAt;
  return running.state === 'catching-up' || running.position < head;
}
