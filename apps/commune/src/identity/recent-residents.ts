import type { ResidentId } from '#domain/ids.js';
import { type BlockingKeys, blockKinds } from '#domain/residents/matching/blocking-keys.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { Position } from '#event-store/event-store.js';
import { mostOfBlock, saysNothing } from './block-limits.js';
import type { KnownCandidate } from './resident-index.js';

interface Recent extends KnownCandidate {
  readonly keys: BlockingKeys;
  readonly position: Position;
}

/** Residents registered since the view's position, so that two messages a moment apart do not make two people. Bounded: the oldest go first. */
export class RecentResidents {
  readonly #byId = new Map<ResidentId, Recent>();
  readonly #byKey = new Map<string, Set<Recent>>();

  constructor(private readonly limit = 20_000) {}

  get size(): number {
    return this.#byId.size;
  }

  add(resident: ResidentId, person: ComparablePerson, keys: BlockingKeys, position: Position): void {
    this.#remove(resident);
    const recent: Recent = { resident, person, keys, position };
    this.#byId.set(resident, recent);
    for (const key of keyTexts(keys)) {
      const of = this.#byKey.get(key);
      if (of) of.add(recent);
      else this.#byKey.set(key, new Set([recent]));
    }
    if (this.#byId.size > this.limit) {
      const [oldest] = this.#byId.keys();
      if (oldest !== undefined) this.#remove(oldest);
    }
  }

  find(keys: BlockingKeys): readonly KnownCandidate[] {
    const found = new Set<Recent>();
    for (const kind of blockKinds) {
      const of = this.#byKey.get(`${kind} ${keys[kind]}`);
      if (!of || keys[kind] === undefined || saysNothing(kind, of.size)) continue;
      let left = mostOfBlock;
      for (const recent of of) {
        if (left-- === 0) break;
        found.add(recent);
      }
    }
    return [...found];
  }

  /** The view has them now. */
  forget(upTo: Position): void {
    for (const [resident, { position }] of this.#byId) {
      if (position > upTo) return;
      this.#remove(resident);
    }
  }

  #remove(resident: ResidentId): void {
    const recent = this.#byId.get(resident);
    if (!recent) return;
    this.#byId.delete(resident);
    for (const key of keyTexts(recent.keys)) {
      const of = this.#byKey.get(key);
      of?.delete(recent);
      if (of?.size === 0) this.#byKey.delete(key);
    }
  }
}

const keyTexts = (keys: BlockingKeys): readonly string[] =>
  blockKinds.flatMap((kind) => (keys[kind] === undefined ? [] : [`${kind} ${keys[kind]}`]));
