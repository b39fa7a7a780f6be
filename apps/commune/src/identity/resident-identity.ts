import { createSecretKey, type KeyObject } from 'node:crypto';
import type { EpisodeNumber, FacilityCode, ResidentId } from '#domain/ids.js';
import { contradicts, mayBeSamePerson } from '#domain/residents/identity.js';
import type { ReviewReason } from '#domain/residents/matching/match-review.js';
import { judge, weigh, type Verdict, type Weighed } from '#domain/residents/matching/weigh.js';
import type { IdentifierClaimed } from '#domain/residents/identifier-events.js';
import {
  evolveResident,
  initialResident,
  type RegisteredResident,
  type ResidentState,
} from '#domain/residents/resident.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import { residentStream, visitStream } from '#domain/streams.js';
import { evolveVisit, initialVisit, type VisitState } from '#domain/visits/visit.js';
import type { VisitEvent } from '#domain/visits/visit-events.js';
import { foldStream, type Folded } from '#event-store/decide-and-append.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import {
  streamName,
  type EventStore,
  type Position,
  type Revision,
  type StreamName,
} from '#event-store/event-store.js';
import type { KnownPerson } from '#fhir/reading/read-bundle.js';
import type { Fault, ObservedPerson } from '#station-formats/station-message.js';
import { derivedUuid } from '../derived-ids.js';
import { type MatchReviews, pairOf } from '../reviews/match-reviews.js';
import { eventsOf, type MessageContext } from '../intake/message-context.js';
import { comparable } from './comparable-resident.js';
import { ofOneProcess, type Registrations, type RegistrationTurn } from './registrations.js';
import type { ResidentIndex } from './resident-index.js';
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

/** A record that may be the person's, for a human to say. */
interface Suspicion {
  readonly resident: ResidentId;
  readonly reason: ReviewReason;
  readonly weighed: Weighed;
}

interface Found {
  readonly candidate: Candidate | undefined;
  readonly claims: readonly Claims[];
  readonly suspicions: readonly Suspicion[];
}

/** A record of a message, as far as it helps to say who it is about. */
export interface ObservedRecord {
  readonly path: string;
  readonly visits: readonly {
    readonly visit: { readonly facility: FacilityCode; readonly episode: EpisodeNumber };
  }[];
}

/** How people are found whom no number leads to, and where doubtful pairs go; without it numbers alone decide. */
export interface Matching {
  readonly index: ResidentIndex;
  readonly reviews: MatchReviews;
  readonly registrations: Registrations;
}

const attempts = 20;
/** Most pairs that one observation puts before a human. */
const mostSuspicions = 3;
const unregistered: Folded<ResidentState> = { state: initialResident, revision: -1 };

/**
 * Finds the resident a message is about, or gives them an id. What must be unique is claimed by a stream of its own, so two
 * messages about the same new person, at once, on two replicas, make one resident. Where records are merged, a message is told of
 * the record that its own numbers lead to: an unmerge gives each its own again.
 */
export class ResidentIdentity {
  readonly #hashKey: KeyObject;

  /** @param hashKey secret from which the names of identifier streams are made; the same for every replica, for ever */
  constructor(
    private readonly store: EventStore,
    hashKey: Uint8Array,
    private readonly matching?: Matching,
  ) {
    this.#hashKey = createSecretKey(hashKey);
  }

  keysOf(person: ObservedPerson): readonly IdentityKey[] {
    return identityKeys(person, this.#hashKey);
  }

  /** What must be held while the person is resolved and registered: nobody alike is registered meanwhile. */
  locksOf(person: ObservedPerson, keys: readonly IdentityKey[]): readonly string[] {
    const blocks = Object.entries(this.matching?.index.keysOf(comparable(person)) ?? {});
    return [...keys.map((key) => key.stream), ...blocks.map(([kind, key]) => `${kind} ${key}`)];
  }

  /** Whether two records are one person now. */
  async areOne(a: ResidentId, b: ResidentId): Promise<boolean> {
    return a === b || (await this.#survivorOf(a)) === (await this.#survivorOf(b));
  }

  /** For one person to be resolved and, if need be, registered. */
  turn(): RegistrationTurn {
    return (this.matching?.registrations ?? ofOneProcess).turn();
  }

  /** To be told of every resident registered, once it is. */
  async registered(
    resident: ResidentId,
    person: ObservedPerson,
    position: Position,
    turn: RegistrationTurn,
  ): Promise<void> {
    this.matching?.index.note(resident, comparable(person), position);
    await turn.registered(resident, position);
  }

  /** Whom {@link resolve} would find; nothing is claimed. */
  async known(person: ObservedPerson): Promise<ResidentId | undefined> {
    const byKeys = await this.#find(person, this.keysOf(person));
    const { candidate } = byKeys.candidate
      ? byKeys
      : await this.#findWithoutKeys(person, byKeys, { path: '', visits: [] }, '' as ResidentId, ofOneProcess.turn());
    return candidate?.resident;
  }

  /**
   * @param keys of the person, from {@link keysOf}
   * @param record of the message: a new resident's id follows from message and path
   * @param turn of {@link turn}, which lasts until the person is registered
   */
  async resolve(
    person: ObservedPerson,
    keys: readonly IdentityKey[],
    context: MessageContext,
    record: ObservedRecord,
    turn: RegistrationTurn,
  ): Promise<ResolvedResident> {
    const own = derivedUuid('resident', context.facility, context.digest, record.path) as ResidentId;
    for (let left = attempts; ; left -= 1) {
      const byKeys = await this.#find(person, keys);
      const { candidate, claims, suspicions } = byKeys.candidate
        ? byKeys
        : await this.#findWithoutKeys(person, byKeys, record, own, turn);
      if (!candidate) await turn.registers(own, comparable(person));
      const resident = candidate?.resident ?? own;
      const folded = candidate?.folded ?? unregistered;
      try {
        const missing = await this.#unclaimed(keys, claims, resident, folded.state);
        await this.#claimAll(missing, resident, context);
        const tied = await this.#tied(missing, { resident, state: folded.state }, person);
        await this.#suggest(resident, [...suspicions, ...tied], context);
        return { resident, folded, faults: tied.length > 0 ? [foreignNumber] : [] };
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
    for (const other of others) if (only && !(await this.areOne(only, other))) return undefined;
    return only && this.#registered(only);
  }

  async #registered(resident: ResidentId): Promise<Candidate | undefined> {
    const folded = await this.#load(resident);
    return folded.state.status === 'registered' ? { resident, folded } : undefined;
  }

  /** The first claimant, by trust in the key, who does not look like somebody else; and the claims read on the way. */
  async #find(person: ObservedPerson, keys: readonly IdentityKey[]): Promise<Found> {
    const rejected = new Map<ResidentId, Suspicion | undefined>();
    const claims: Claims[] = [];
    const suspicions = (): readonly Suspicion[] => [...rejected.values()].filter((one) => one !== undefined);
    for (const key of keys) {
      const claim = await this.#read(key);
      claims.push(claim);
      for (const resident of claim.residents) {
        if (rejected.has(resident)) continue;
        const folded = await this.#load(resident);
        const { state } = folded;
        // A claim without a registration: a message was cut off between the two, and this one finishes its work.
        if (state.status === 'unknown') return { candidate: { resident, folded }, claims, suspicions: suspicions() };
        const { verdict, weighed } = this.#judge(key, state, person);
        if (verdict === 'same') return { candidate: { resident, folded }, claims, suspicions: suspicions() };
        const reason = key.kind === 'number' ? 'shared-number' : 'likeness';
        // Patient numbers are given out again: alone they make nobody suspicious.
        const worth = verdict === 'review' || (key.kind === 'number' && key.trait.system !== 'facility-patient-number');
        rejected.set(resident, weighed && worth ? { resident, reason, weighed } : undefined);
      }
    }
    return { candidate: undefined, claims, suspicions: suspicions() };
  }

  /** Whether a claimant is the person. Most are, to the letter: nothing is weighed then. */
  #judge(
    key: IdentityKey,
    known: RegisteredResident,
    person: ObservedPerson,
  ): { readonly verdict: Verdict; readonly weighed?: Weighed } {
    const { details } = known;
    const exclusive = key.trait.system === 'national-id' || key.trait.system === 'insurance-number';
    if (
      exclusive &&
      details.name === person.details.name &&
      details.birthDate === person.details.birthDate &&
      details.sex === person.details.sex &&
      mayBeSamePerson(known, person)
    ) {
      return { verdict: 'same' };
    }
    const weighed = this.#weigh(known, person);
    if (contradicts(details, person.details)) return { verdict: 'different', weighed };
    const verdict = judge(weighed);
    return {
      verdict: verdict === 'review' && isUnnumberedTwice(key, known, person, weighed) ? 'same' : verdict,
      weighed,
    };
  }

  /** By the episode, which was told before; then by likeness. */
  async #findWithoutKeys(
    person: ObservedPerson,
    { claims, suspicions }: Found,
    record: ObservedRecord,
    own: ResidentId,
    turn: RegistrationTurn,
  ): Promise<Found> {
    const byEpisode = await this.#ofEpisode(person, record);
    if (byEpisode) return { candidate: byEpisode, claims, suspicions };
    if (!this.matching) return { candidate: undefined, claims, suspicions };
    const rejected = new Set(suspicions.map(({ resident }) => resident));
    const doubtful: Suspicion[] = [...suspicions];
    const { index } = this.matching;
    const compared = comparable(person);
    // Asked before the view: who goes from one to the other meanwhile is seen twice, never missed.
    const ofLate = await turn.begin(index.keysOf(compared));
    for (const { resident, verdict } of await index.candidates(compared, ofLate)) {
      if (rejected.has(resident) || resident === own) continue;
      const folded = await this.#load(resident);
      if (folded.state.status === 'unknown') continue;
      // The view may be a moment behind the stream.
      const weighed = this.#weigh(folded.state, person);
      const now = judge(weighed);
      if (verdict === 'same' && now === 'same') return { candidate: { resident, folded }, claims, suspicions };
      if (now !== 'different') doubtful.push({ resident, reason: 'likeness', weighed });
      if (doubtful.length >= mostSuspicions) break;
    }
    return { candidate: undefined, claims, suspicions: doubtful };
  }

  /** Whose visit the episode was taken for: a person without numbers, told of again. */
  async #ofEpisode(person: ObservedPerson, { visits }: ObservedRecord): Promise<Candidate | undefined> {
    for (const { visit } of visits) {
      const { category, key } = visitStream(visit.facility, visit.episode);
      const { state } = await foldStream<VisitState>(
        this.store,
        streamName(category, key),
        initialVisit,
        (before, event) => evolveVisit(before, event as VisitEvent),
      );
      if (state.status === 'unknown') continue;
      const folded = await this.#load(state.resident);
      const known = folded.state;
      if (known.status === 'unknown' || contradicts(known.details, person.details)) continue;
      if (this.#weigh(known, person).contradictions.includes('exclusive-number')) continue;
      return { resident: state.resident, folded };
    }
    return undefined;
  }

  #weigh(known: RegisteredResident, person: ObservedPerson): Weighed {
    const [a, b] = [comparable(known), comparable(person)];
    return this.matching ? this.matching.index.weigh(a, b) : weigh(a, b);
  }

  /** Others who were known by a number that the message names. Records that were merged are one. */
  async #tied(
    missing: readonly Claims[],
    of: { readonly resident: ResidentId; readonly state: ResidentState },
    person: ObservedPerson,
  ): Promise<readonly Suspicion[]> {
    const others = new Map<ResidentId, string>();
    for (const { key, residents } of missing)
      if (key.kind === 'number') for (const resident of residents) others.set(resident, key.trait.system);
    const found: Suspicion[] = [];
    for (const resident of others.keys()) {
      const { state } = await this.#load(resident);
      if (state.status === 'unknown') continue;
      if (await this.areOne(resident, of.resident)) continue;
      const weighed = this.#weigh(
        of.state.status === 'registered' ? of.state : state,
        of.state.status === 'registered' ? { ...state, observedOn: person.observedOn } : person,
      );
      const reason = contradicts(state.details, person.details) ? 'shared-number' : 'tied-by-message';
      found.push({ resident, reason, weighed });
    }
    return found;
  }

  async #survivorOf(resident: ResidentId): Promise<ResidentId> {
    const { state } = await this.#load(resident);
    const into = state.status === 'registered' ? state.joinedInto?.resident : undefined;
    return into === undefined ? resident : this.#survivorOf(into);
  }

  async #suggest(resident: ResidentId, suspicions: readonly Suspicion[], context: MessageContext): Promise<void> {
    const distinct = new Map(suspicions.map((one) => [one.resident, one]));
    distinct.delete(resident);
    for (const { resident: other, reason, weighed } of [...distinct.values()].slice(0, mostSuspicions)) {
      await this.matching?.reviews.suggest(
        { residents: pairOf(resident, other), reason, weighed },
        (stream, revision, events) => eventsOf(context, stream, revision, events, { occurredAt: context.receivedAt }),
      );
    }
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

/**
 * People without any number are few: two of one name, birth date or year, sex and commune are one person, as far as anybody can
 * tell, or each of their visits would make another.
 */
function isUnnumberedTwice(
  key: IdentityKey,
  known: RegisteredResident,
  person: ObservedPerson,
  { contradictions }: Weighed,
): boolean {
  const numbered = ({ identifiers }: Pick<ObservedPerson, 'identifiers'>): boolean => identifiers.length > 0;
  return key.kind === 'demographic' && contradictions.length === 0 && !numbered(known) && !numbered(person);
}

export function residentStreamName(resident: ResidentId): StreamName {
  const { category, key } = residentStream(resident);
  return streamName(category, key);
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
