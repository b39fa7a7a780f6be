/** Files are taken when nobody writes them any more: their size and time of change have stood still for a while. */
import { sameStamp, type Stamp } from '../outbox/entry.js';

export interface Sighting extends Stamp {
  readonly name: string;
}

export interface SettlingTimes {
  /** How long a file must stand still. Milliseconds. */
  readonly stillMs: number;
  /** How long one that looks cut off must. */
  readonly cutOffMs: number;
}

/** What was seen of each file not yet taken: how it stood, and since when it stands so. */
export type Settling = ReadonlyMap<string, Stamp & { readonly since: number }>;

export interface Look {
  readonly settling: Settling;
  /** Stood still long enough, in the order in which they were finished. */
  readonly still: readonly (Sighting & { readonly stoodMs: number })[];
}

/** Compares what is in the folder now with what was seen before; files that are gone are forgotten. */
export function look(before: Settling, seen: readonly Sighting[], now: number, { stillMs }: SettlingTimes): Look {
  const settling = new Map<string, Stamp & { since: number }>();
  const still: (Sighting & { stoodMs: number })[] = [];
  for (const sighting of seen) {
    const { name, size, modified } = sighting;
    const earlier = before.get(name);
    const since = earlier && sameStamp(earlier, sighting) ? earlier.since : now;
    settling.set(name, { size, modified, since });
    if (now - since >= stillMs) still.push({ ...sighting, stoodMs: now - since });
  }
  still.sort((one, other) => one.modified - other.modified || (one.name < other.name ? -1 : 1));
  return { settling, still };
}
