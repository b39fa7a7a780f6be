import { createHmac, type KeyObject } from 'node:crypto';
import { demographicKey, sortByStrength, type KnownPerson } from '#domain/residents/identity.js';
import { streamName, type StreamName } from '#event-store/event-store.js';

/** One thing a person is known by, as the name of the stream that claims it. */
export interface IdentityKey {
  readonly kind: 'number' | 'demographic';
  readonly stream: StreamName;
}

/** Keys of a person, the most trusted first. Values are hashed with a secret key: stream names hold no personal data. */
export function identityKeys(person: KnownPerson, hashKey: KeyObject): readonly IdentityKey[] {
  const keyed = (system: string, value: string): StreamName => {
    const hash = createHmac('sha256', hashKey).update(`${system}\u0000${value}`).digest('hex').slice(0, 32);
    return streamName('identifier', `${system}.${hash}`);
  };
  const numbers = sortByStrength(person.identifiers).map(({ system, value, facility }): IdentityKey => ({
    kind: 'number',
    stream: keyed(system, `${facility ?? ''}\u0000${value}`),
  }));
  const demographic = demographicKey(person.details);
  return demographic === undefined
    ? numbers
    : [...numbers, { kind: 'demographic', stream: keyed('demographic', demographic) }];
}
