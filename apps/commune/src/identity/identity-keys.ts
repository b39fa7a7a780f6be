import { createHmac, type KeyObject } from 'node:crypto';
import { demographicKey, sortByStrength, type KnownPerson } from '#domain/residents/identity.js';
import { streamName, type StreamName } from '#event-store/event-store.js';

/** One thing a person is known by, as the name of the stream that claims it. */
export interface IdentityKey {
  readonly kind: 'number' | 'demographic';
  readonly trait: IdentityTrait;
  readonly stream: StreamName;
}

/** What a key stands for, in plain text: for comparing two persons, never for storing. */
export interface IdentityTrait {
  readonly kind: IdentityKey['kind'];
  readonly system: string;
  readonly value: string;
}

/** What a person is known by, the most trusted first. */
export function identityTraits(person: KnownPerson): readonly IdentityTrait[] {
  const numbers = sortByStrength(person.identifiers).map(({ system, value, facility }): IdentityTrait => ({
    kind: 'number',
    system,
    value: `${facility ?? ''}\u0000${value}`,
  }));
  const demographic = demographicKey(person.details);
  return demographic === undefined
    ? numbers
    : [...numbers, { kind: 'demographic', system: 'demographic', value: demographic }];
}

/** Keys of a person, the most trusted first. Values are hashed with a secret key: stream names hold no personal data. */
export function identityKeys(person: KnownPerson, hashKey: KeyObject): readonly IdentityKey[] {
  return identityTraits(person).map((trait) => {
    const hash = createHmac('sha256', hashKey).update(`${trait.system}\u0000${trait.value}`).digest('hex').slice(0, 32);
    return { kind: trait.kind, trait, stream: streamName('identifier', `${trait.system}.${hash}`) };
  });
}

/** Whether both stand for the same. */
export const sameTrait = (a: IdentityTrait, b: IdentityTrait): boolean => a.system === b.system && a.value === b.value;
