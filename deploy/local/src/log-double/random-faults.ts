/** Faults by chance, the same for the same seed. */
import type { AppendFault, Faults, ReadFault } from './faults.js';
import type { InProcessServer } from './in-process-server.js';

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const appendFaults: readonly AppendFault[] = [
  'unavailable',
  'busy',
  'timeout',
  'timeout-though-written',
  'unavailable-though-written',
  'ended-though-written',
];
const readFaults: readonly ReadFault[] = ['unavailable', 'unavailable-midway'];
const subscriptionFaults: readonly ReadFault[] = ['unavailable', 'unavailable-midway', 'ended-midway', 'silent-midway'];

/** About one call in `oneIn` goes wrong; some answers are slow. */
export function randomFaults(seed: number, oneIn: number): Faults {
  const chance = seeded(seed);
  const oneOf = <Fault>(faults: readonly Fault[], among: number): Fault | undefined =>
    chance() < 1 / among ? faults[Math.floor(chance() * faults.length)] : undefined;
  return {
    append: () => oneOf(appendFaults, oneIn),
    read: ({ subscription }) => oneOf(subscription ? subscriptionFaults : readFaults, subscription ? 3 : oneIn),
    delay: () => (chance() < 1 / oneIn ? chance() * 20 : 0),
  };
}

/** Breaks all lines to the server again and again, until the returned function is called. */
export function dropLines(server: InProcessServer, seed: number, everyMs: number): () => void {
  const chance = seeded(seed);
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(
      () => {
        server.line.drop();
        next();
      },
      everyMs * (0.5 + chance()),
    );
  };
  next();
  return () => clearTimeout(timer);
}
