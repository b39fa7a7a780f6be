import type { ResidentId } from '#domain/ids.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { type BlockingKeys, blockingKeys, blockKinds } from '#domain/residents/matching/blocking-keys.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import { couldBeOne, judge, nameBitsOf, type Verdict, weigh, type Weighed } from '#domain/residents/matching/weigh.js';
import type { Position } from '#event-store/event-store.js';
import type { View } from '#projections/view-host.js';
import { mostOfBlock, saysNothing } from './block-limits.js';
import { RecentResidents } from './recent-residents.js';

export interface KnownCandidate {
  readonly resident: ResidentId;
  readonly person: ComparablePerson;
}

export interface WeighedCandidate extends KnownCandidate {
  readonly weighed: Weighed;
  readonly verdict: Exclude<Verdict, 'different'>;
}

/** Finds residents who may be a person that no trusted number leads to. */
export class ResidentIndex {
  readonly #recent = new RecentResidents();
  readonly #stop: () => void;

  constructor(
    private readonly view: Pick<View, 'database' | 'onAdvanced'>,
    private readonly places: PlaceRegister,
  ) {
    this.#stop = view.onAdvanced((position) => this.#recent.forget(position));
  }

  keysOf(person: ComparablePerson): BlockingKeys {
    return blockingKeys(person, this.places);
  }

  /** A resident registered just now: the view will have it in a moment. */
  note(resident: ResidentId, person: ComparablePerson, position: Position): void {
    this.#recent.add(resident, person, this.keysOf(person), position);
  }

  /**
   * Those who are, or may be, the person; the likeliest first.
   * @param others who may be too, whom the view may not show yet
   */
  async candidates(
    person: ComparablePerson,
    others: readonly KnownCandidate[] = [],
  ): Promise<readonly WeighedCandidate[]> {
    const keys = this.keysOf(person);
    const recent = [...others, ...this.#recent.find(keys)];
    const found = new Map<ResidentId, KnownCandidate>();
    for (const candidate of [...(await this.#stored(keys)), ...recent]) found.set(candidate.resident, candidate);
    const weighed: WeighedCandidate[] = [];
    const nameAtMost = nameBitsOf(person);
    for (const candidate of found.values()) {
      if (!couldBeOne(candidate.person, person, nameAtMost, { places: this.places })) continue;
      const one = this.weigh(candidate.person, person);
      const verdict = judge(one);
      if (verdict !== 'different') weighed.push({ ...candidate, weighed: one, verdict });
    }
    return weighed.toSorted((a, b) => b.weighed.weight - a.weighed.weight || (a.resident < b.resident ? -1 : 1));
  }

  weigh(a: ComparablePerson, b: ComparablePerson): Weighed {
    return weigh(a, b, { places: this.places });
  }

  close(): void {
    this.#stop();
  }

  async #stored(keys: BlockingKeys): Promise<readonly KnownCandidate[]> {
    const asked = blockKinds.flatMap((kind) => (keys[kind] === undefined ? [] : [[kind, keys[kind]] as const]));
    const found = new Map<string, string>();
    for (const [kind, key] of asked) {
      const rows = await this.view.database.query<{ readonly id: string; readonly person: string }>(
        `select id, person from resident where ${kind} = ? limit ${mostOfBlock}`,
        [key],
      );
      if (saysNothing(kind, rows.length)) continue;
      for (const { id, person } of rows) found.set(id, person);
    }
    return [...found].map(([id, person]) => ({
      resident: id as ResidentId,
      person: JSON.parse(person) as ComparablePerson,
    }));
  }
}
