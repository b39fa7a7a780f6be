import { createSecretKey, type KeyObject } from 'node:crypto';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { contradicts, mayBeSamePerson } from '#domain/residents/identity.js';
import type { IdentifierClaimed } from '#domain/residents/identifier-events.js';
import { evolveResident, initialResident, type ResidentState } from '#domain/residents/resident.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import { residentStream } from '#domain/streams.js';
import { foldStream, type Folded } from '#event-store/decide-and-append.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import { streamName, type EventStore, type Revision, type StreamName } from '#event-store/event-store.js';
import type { KnownPerson } from '#fhir/reading/read-bundle.js';
import type { Fault, ObservedPerson } from '#station-formats/station-message.js';
import { derivedUuid } from '../derived-ids.js';
import { eventsOf, type MessageContext } from '../intake/message-context.js';
import { identityKeys, identityTraits, sameTrait, type IdentityKey } from './identity-keys.js';

export interface ResolvedResident {
  readonly resident: ResidentId;
  /** The resident as read while resolving. */
  readonly folded: Folded<ResidentState>;
  readonly faults: readonly Fault[];
}

interface Claims {
  readonly key: IdentityKey;
  readonly residents: readonly ResidentId[];
  readonly revision: Revision;
}

export interface Candidate {
  readonly resident: ResidentId;
  readonly folded: Folded<ResidentState>;
}

const attempts = 20;
const unregistered: Folded<ResidentState> = { state: initialResident, revision: -1 };

/**
 * Finds the resident a message is about, or gives them an id. What must be unique is claimed by a stream of its own, so two
 * messages about the same new person, at once, on two replicas, make one resident.
 */
export class ResidentIdentity {
  readonly #hashKey: KeyObject;

  /** @param hashKey secret from which the names of identifier streams are made; the same for every replica, for ever */
  constructor(
    private readonly store: EventStore,
    hashKey: Uint8Array,
  ) {
    this.#hashKey = createSecretKey(hashKey);
  }

  keysOf(person: ObservedPerson): readonly IdentityKey[] {
    return identityKeys(person, this.#hashKey);
  }

  /** Whom {@link resolve} would find; nothing is claimed. */
  async known(person: ObservedPerson): Promise<ResidentId | undefined> {
    return (await this.#find(person, this.keysOf(person))).candidate?.resident;
  }

  /**
   * @param keys of the person, from {@link keysOf}
   * @param path of the record in its message: a new resident's id follows from message and path
   */
  async resolve(
    person: ObservedPerson,
    keys: readonly IdentityKey[],
    context: MessageContext,
    path: string,
  ): Promise<ResolvedResident> {
    for (let left = attempts; ; left -= 1) {
      const { candidate, claims } = await this.#find(person, keys);
      const resident =
        candidate?.resident ?? (derivedUuid('resident', context.facility, context.digest, path) as ResidentId);
      const folded = candidate?.folded ?? unregistered;
      try {
        const missing = await this.#unclaimed(keys, claims, resident, folded.state);
        await this.#claimAll(missing, resident, context);
        return { resident, folded, faults: missing.some(isForeignNumber) ? [foreignNumber] : [] };
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || left <= 1) throw error;
      }
    }
  }

  /** The one resident who has the id or bears the number; `undefined` when there is none, or more than one. */
  async referredTo(person: KnownPerson, facility: FacilityCode): Promise<Candidate | undefined> {
    if (person.kind === 'resident') return this.#registered(person.resident);
    const identifiers = [{ ...person.number, ...(person.number.facility && { facility }) }];
    const [key] = identityKeys({ identifiers, details: { name: '', sex: 'unknown' } }, this.#hashKey);
    const claim = key && (await this.#read(key));
    const [only, ...others] = claim?.residents ?? [];
    return only && others.length === 0 ? this.#registered(only) : undefined;
  }

  async #registered(resident: ResidentId): Promise<Candidate | undefined> {
    const folded = await this.#load(resident);
    return folded.state.status === 'registered' ? { resident, folded } : undefined;
  }

  /** The first claimant, by trust in the key, who does not look like somebody else; and the claims read on the way. */
  async #find(
    person: ObservedPerson,
    keys: readonly IdentityKey[],
  ): Promise<{ readonly candidate: Candidate | undefined; readonly claims: readonly Claims[] }> {
    const rejected = new Set<ResidentId>();
    const claims: Claims[] = [];
    for (const key of keys) {
      const claim = await this.#read(key);
      claims.push(claim);
      for (const resident of claim.residents) {
        if (rejected.has(resident)) continue;
        const folded = await this.#load(resident);
        const { state } = folded;
        // A claim without a registration: a message was cut off between the two, and this one finishes its work.
        if (state.status === 'unknown') return { candidate: { resident, folded }, claims };
        if (
          contradicts(state.details, person.details) ||
          (key.kind === 'demographic' && !mayBeSamePerson(state, person))
        ) {
          rejected.add(resident);
        } else {
          return { candidate: { resident, folded }, claims };
        }
      }
    }
    return { candidate: undefined, claims };
  }

  /** Keys the resident is not known by yet. What is in the resident's own record was claimed before it came there. */
  async #unclaimed(
    keys: readonly IdentityKey[],
    read: readonly Claims[],
    resident: ResidentId,
    state: ResidentState,
  ): Promise<readonly Claims[]> {
    const known = state.status === 'registered' ? identityTraits(state) : [];
    const others = keys.slice(read.length).filter(({ trait }) => !known.some((other) => sameTrait(trait, other)));
    const claims = [...read, ...(await Promise.all(others.map((key) => this.#read(key))))];
    return claims.filter((claim) => !claim.residents.includes(resident));
  }

  /** The most trusted key decides a race between two messages; the others follow together. */
  async #claimAll(missing: readonly Claims[], resident: ResidentId, context: MessageContext): Promise<void> {
    const [strongest, ...others] = missing;
    if (strongest) await this.#claim(strongest, resident, context);
    await Promise.all(others.map((claim) => this.#claim(claim, resident, context)));
  }

  async #read(key: IdentityKey): Promise<Claims> {
    const events = await this.store.readStream(key.stream);
    return {
      key,
      residents: events.map((event) => (event.data as IdentifierClaimed['data']).resident),
      revision: events.at(-1)?.revision ?? -1,
    };
  }

  #load(resident: ResidentId): Promise<Folded<ResidentState>> {
    return foldStream(this.store, residentStreamName(resident), initialResident, (state: ResidentState, event) =>
      evolveResident(state, event as ResidentEvent),
    );
  }

  async #claim({ key, revision }: Claims, resident: ResidentId, context: MessageContext): Promise<void> {
    const event: IdentifierClaimed = { type: 'IdentifierClaimed', data: { resident } };
    await this.store.append(
      key.stream,
      revision === -1 ? 'noStream' : revision,
      eventsOf(context, key.stream, revision, [event], { occurredAt: context.receivedAt, subject: resident }),
    );
  }
}

export function residentStreamName(resident: ResidentId): StreamName {
  const { category, key } = residentStream(resident);
  return streamName(category, key);
}

/** Somebody else had the number before: mistyped, borrowed or reissued. */
function isForeignNumber({ key, residents }: Claims): boolean {
  return key.kind === 'number' && residents.length > 0;
}

const foreignNumber: Fault = {
  path: 'person/identifiers',
  code: 'identifier-of-another-person',
  severity: 'warning',
  text: {
    vi: 'Một số định danh (CCCD, BHXH hoặc mã bệnh nhân) đã gắn với hồ sơ của người khác. Đề nghị kiểm tra lại.',
    en: 'One of the numbers (personal, insurance or patient number) already belongs to the record of another person. Please check it.',
  },
};
