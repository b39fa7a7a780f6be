import type { Position } from '#event-store/event-store.js';
import type { BuildProgress } from './projection.js';

/** The pace is that of so long ago until now: long enough to be steady, short enough to be that of today. */
const windowMs = 15_000;
const leastMs = 500;

interface Mark {
  readonly at: number;
  readonly position: Position;
}

/** How fast something goes through the log. */
export class BuildPace {
  /** Oldest first, all within the window but the first. */
  #marks: Mark[] = [];

  /** @param at in milliseconds of one clock */
  reached(position: Position, at: number): void {
    const last = this.#marks.at(-1);
    // Begun anew.
    if (last !== undefined && position < last.position) this.#marks = [];
    // A mark every so often is enough; the newest is always there.
    const beforeLast = this.#marks.at(-2);
    if (beforeLast !== undefined && last !== undefined && last.at - beforeLast.at < leastMs) this.#marks.pop();
    this.#marks.push({ at, position });
    while ((this.#marks[1]?.at ?? at) < at - windowMs) this.#marks.shift();
  }

  /** Absent while too little has been seen to tell. */
  towards(logPosition: Position): Pick<BuildProgress, 'perSecond' | 'secondsLeft'> {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < leastMs) return {};
    const perSecond = ((last.position - first.position) * 1_000) / (last.at - first.at);
    if (perSecond === 0) return { perSecond };
    return { perSecond, secondsLeft: Math.max(0, logPosition - last.position) / perSecond };
  }
}

/**
 * How far a generation is that is being built.
 * @param serving version of the one that is read meanwhile
 */
export function buildProgress(
  { version, position, setAside, failing }: Pick<BuildProgress, 'version' | 'position' | 'setAside' | 'failing'>,
  serving: number | undefined,
  logPosition: Position,
  pace: BuildPace,
): BuildProgress {
  const head = Math.max(logPosition, position);
  pace.reached(position, performance.now());
  return {
    version,
    reason: serving === version ? 'rebuild' : 'version',
    position,
    logPosition: head,
    ...pace.towards(head),
    setAside,
    failing,
  };
}
