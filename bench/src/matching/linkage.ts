import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { ResidentIndex, WeighedCandidate } from '#apps/commune/src/identity/resident-index.js';
import type { ResidentId } from '#domain/ids.js';
import { SeededRandom } from '#station-formats/synthetic/random.js';
import { syntheticPerson, written } from './synthetic-people.js';

export interface Linkage {
  /** Of the links made without a human, the share that is right. */
  readonly precision: number;
  /** Of those who are in the index, the share linked without a human; and with those a human is asked about. */
  readonly recall: number;
  readonly recallWithReview: number;
  /** Of everybody asked about, the share put before a human. */
  readonly reviewed: number;
  /** Of strangers, the share linked to somebody. */
  readonly strangersLinked: number;
  /** Of each lookup: by the clock, and of the processor alone. */
  readonly milliseconds: readonly number[];
  readonly processor: readonly number[];
}

/** Writes each of the sample down anew, and as many strangers, and looks both up. */
export async function measureLinkage(
  index: Pick<ResidentIndex, 'candidates'>,
  sample: readonly { readonly resident: ResidentId; readonly person: ComparablePerson }[],
  seed = 11,
): Promise<Linkage> {
  const random = new SeededRandom(seed);
  const milliseconds: number[] = [];
  const processor: number[] = [];
  let [linked, right, offered, reviewed, strangersLinked] = [0, 0, 0, 0, 0];
  const look = async (person: ComparablePerson): Promise<readonly WeighedCandidate[]> => {
    const before = process.cpuUsage();
    const began = performance.now();
    const found = await index.candidates(person);
    milliseconds.push(performance.now() - began);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1_000);
    return found;
  };
  for (const { resident, person } of sample) {
    const found = await look(written(random, person));
    const [best] = found;
    if (best?.verdict === 'same') {
      linked += 1;
      if (best.resident === resident) right += 1;
    } else if (best) {
      reviewed += 1;
      if (found.slice(0, 3).some((one) => one.resident === resident)) offered += 1;
    }
    const [other] = await look(written(random, syntheticPerson(random)));
    if (other?.verdict === 'same') [linked, strangersLinked] = [linked + 1, strangersLinked + 1];
    else if (other) reviewed += 1;
  }
  const people = sample.length;
  return {
    precision: linked === 0 ? 1 : right / linked,
    recall: right / people,
    recallWithReview: (right + offered) / people,
    reviewed: reviewed / (2 * people),
    strangersLinked: strangersLinked / people,
    milliseconds,
    processor,
  };
}
