import { dayOf, epochOf, type DateTime } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { decideConsent, type SharingStatement } from '#domain/residents/consent.js';
import { decideResident, evolveResident, initialResident, type ResidentState } from '#domain/residents/resident.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import {
  decideScreening,
  evolveScreening,
  initialScreening,
  type ScreeningState,
} from '#domain/screenings/screening.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { ScreeningEvent } from '#domain/screenings/screening-events.js';
import { screeningStream, visitStream } from '#domain/streams.js';
import { decideVisit, evolveVisit, initialVisit, type VisitState } from '#domain/visits/visit.js';
import type { VisitEvent } from '#domain/visits/visit-events.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import { streamName, type EventStore } from '#event-store/event-store.js';
import { readingFault } from '#fhir/reading/reading-fault.js';
import type { Fault, ObservedPerson, ReadVisit, Withdrawal } from '#station-formats/station-message.js';
import { ImmunizationIntake } from './immunization-intake.js';
import type { RegistrationTurn } from '../identity/registrations.js';
import { type Candidate, residentStreamName, type ResidentIdentity } from '../identity/resident-identity.js';
import { outreachScreeningId } from '../outreach/screening-id.js';
import type { KeyedMutex } from '../keyed-mutex.js';
import { eventsOf, type MessageContext } from './message-context.js';
import { withDoseReferences } from '../fhir-bundles/dose-references.js';
import { KeptResourceIntake } from '../fhir-bundles/kept-resource-intake.js';
import type { FhirPart, IntakeRecord, ReadMessage } from './message.js';
import type { ReceiptRecord, RecordOutcome } from './receipt.js';
import type { ReferralIntake } from './referral-intake.js';

/** Takes one record of a message: who it is about, then what happened, each step idempotent. */
export class RecordIntake {
  readonly #immunizations: ImmunizationIntake;
  readonly #kept: KeptResourceIntake;

  constructor(
    private readonly store: EventStore,
    private readonly identity: ResidentIdentity,
    private readonly referrals: ReferralIntake,
    private readonly people: KeyedMutex,
  ) {
    this.#immunizations = new ImmunizationIntake(store);
    this.#kept = new KeptResourceIntake(store);
  }

  async take(record: IntakeRecord, context: MessageContext): Promise<readonly ReceiptRecord[]> {
    if (record.withdrawal) return [await this.#withdraw(record.withdrawal, record.faults, context)];
    if (record.sheetRow) return [await this.#sheetRow(record, record.sheetRow, context)];
    const { person, faults, fhir } = record;
    if (fhir && !person && !fhir.known) return this.#ofNobody(fhir, context);
    if (!person && !fhir?.known) {
      const episode = record.visits[0]?.visit.episode ?? null;
      const kind = record.source === 'health-record' ? 'person' : 'visit';
      return [{ kind, episode, outcome: 'refused', resident: null, faults }];
    }
    const observed = person
      ? await this.#observe(person, record, context, fhir?.onlyIfNew === true)
      : await this.#known(fhir, context);
    if (!observed)
      return [
        { kind: 'person', episode: null, outcome: 'refused', resident: null, faults: [unknownPerson(record.path)] },
      ];
    const { resident } = observed;
    const linked = <Content>(content: Content): Content =>
      fhir ? withDoseReferences(content, record.immunizations ?? [], resident) : content;
    const told: ReceiptRecord[] = [];
    for (const read of record.visits)
      told.push(await this.#visit({ ...read, visit: linked(read.visit) }, record, resident, context));
    if (record.screening) told.push(await this.#screening(record.screening, resident, context));
    if (record.consent) told.push(await this.#consent(record.consent, resident, context));
    const observedOn = person?.observedOn ?? fhir?.observedOn ?? dayOf(Date.parse(context.receivedAt));
    const doses = { resident, observedOn, context };
    for (const dose of record.immunizations ?? []) told.push(await this.#immunizations.record(dose, doses));
    for (const dose of record.immunizationsNotGiven ?? []) told.push(await this.#immunizations.retract(dose, doses));
    for (const transfer of [...(record.transfer ? [record.transfer] : []), ...(fhir?.transfers ?? [])]) {
      const refused = await this.referrals.issue(transfer, resident, person?.details.residence, context);
      const outcome = refused.length > 0 ? 'refused' : 'recorded';
      told.push({ kind: 'referral', episode: transfer.number, outcome, resident, faults: refused });
    }
    for (const kept of fhir?.kept ?? []) told.push(await this.#kept.keep(linked(kept), resident, context));
    const personFaults = [...faults, ...observed.faults];
    const [only, ...others] = told;
    // One part alone carries the faults of its person; among several the person is a part of its own.
    if (only && others.length === 0 && record.source !== 'health-record' && !fhir) {
      return [{ ...only, faults: [...personFaults, ...only.faults] }];
    }
    return [{ kind: 'person', episode: null, outcome: observed.outcome, resident, faults: personFaults }, ...told];
  }

  /** The screening's id follows from whom it is about, so that a corrected sheet amends. */
  async #sheetRow(
    record: IntakeRecord,
    { row, screening, formNumber }: NonNullable<IntakeRecord['sheetRow']>,
    context: MessageContext,
  ): Promise<ReceiptRecord> {
    const { person, faults } = record;
    if (!person || !screening) {
      return { kind: 'screening', episode: null, row, outcome: 'refused', resident: null, faults };
    }
    const observed = await this.#observe(person, record, context, false);
    const { resident } = observed;
    const id = outreachScreeningId(screening, formNumber ?? resident);
    const taken = await this.#screening({ ...screening, screening: id }, resident, context);
    return { ...taken, row, faults: [...faults, ...observed.faults, ...taken.faults] };
  }

  /** Faults for those persons, referred to in a message, whom nobody has told of yet. */
  async unknownAmong(
    persons: NonNullable<Extract<ReadMessage, { outcome: 'read' }>['mustBeKnown']>,
    facility: FacilityCode,
  ): Promise<readonly Fault[]> {
    const found = await Promise.all(persons.map(({ known }) => this.identity.referredTo(known, facility)));
    return persons.filter((_, index) => !found[index]).map(({ path }) => unknownPerson(path));
  }

  /** Resources about nobody: who and what takes part in care. */
  #ofNobody({ kept }: FhirPart, context: MessageContext): Promise<readonly ReceiptRecord[]> {
    return Promise.all(kept.map((one) => this.#kept.keep(one, undefined, context)));
  }

  /** A person the message does not describe; what it says of their history is told of them as they are known. */
  async #known(fhir: FhirPart | undefined, context: MessageContext): Promise<Observed | undefined> {
    const found = fhir?.known && (await this.identity.referredTo(fhir.known, context.facility));
    if (!found || found.folded.state.status !== 'registered') return undefined;
    const { details, identifiers, cards } = found.folded.state;
    const observedOn = fhir?.observedOn ?? dayOf(Date.parse(context.receivedAt));
    if (!fhir?.history) return { resident: found.resident, outcome: 'unchanged', faults: [] };
    const told = { details, identifiers, cards, history: fhir.history, historyInPart: true, observedOn };
    return { resident: found.resident, outcome: await this.#tell(told, found, context), faults: [] };
  }

  async #observe(
    person: ObservedPerson,
    record: IntakeRecord,
    context: MessageContext,
    onlyIfNew: boolean,
  ): Promise<Observed> {
    const keys = this.identity.keysOf(person);
    return this.people.run(this.identity.locksOf(person, keys), async () => {
      await using turn = this.identity.turn();
      const { resident, folded, faults } = await this.identity.resolve(person, keys, context, record, turn);
      const outcome = await this.#tell(person, { resident, folded }, context, { onlyIfNew, turn });
      return { resident, outcome, faults };
    });
  }

  async #tell(
    person: ObservedPerson,
    { resident, folded }: Candidate,
    context: MessageContext,
    { onlyIfNew = false, turn }: { readonly onlyIfNew?: boolean; readonly turn?: RegistrationTurn } = {},
  ): Promise<RecordOutcome> {
    const stream = residentStreamName(resident);
    const { outcome, before, appended } = await decideAndAppend<ResidentState, RecordOutcome>(this.store, {
      stream,
      initialState: initialResident,
      presumed: folded,
      evolve: (state, event) => evolveResident(state, event as ResidentEvent),
      decide: ({ state, revision }) => {
        const silent = onlyIfNew && state.status === 'registered';
        const command = { type: 'ObserveResident', resident, by: context.facility, ...person } as const;
        const events = silent ? [] : decideResident(command, state);
        return {
          outcome: events.length === 0 ? 'unchanged' : state.status === 'unknown' ? 'recorded' : 'amended',
          events: eventsOf(context, stream, revision, events, {
            occurredAt: instantOf(person.observedOn as string as DateTime),
            subject: resident,
          }),
        };
      },
    });
    if (appended && before.state.status === 'unknown' && turn) {
      await this.identity.registered(resident, person, appended.position, turn);
    }
    return outcome;
  }

  async #visit(
    { visit, faults }: ReadVisit,
    { source }: IntakeRecord,
    resident: ResidentId,
    context: MessageContext,
  ): Promise<ReceiptRecord> {
    // Whatever a format's reader made of a message: a facility writes into its own episodes alone.
    if (visit.facility !== context.facility) {
      return {
        kind: 'visit',
        episode: visit.episode,
        outcome: 'refused',
        resident,
        faults: [...faults, visitOfOtherFacility],
      };
    }
    const { category, key } = visitStream(visit.facility, visit.episode);
    const stream = streamName(category, key);
    const { outcome } = await decideAndAppend<VisitState, RecordOutcome>(this.store, {
      stream,
      initialState: initialVisit,
      ...(source === 'insurance-claim' && { presumed: { state: initialVisit, revision: -1 } }),
      evolve: (state, event) => evolveVisit(state, event as VisitEvent),
      decide: ({ state, revision }) => {
        const decision = decideVisit({ type: 'RecordVisit', resident, source, visit }, state);
        if (decision.outcome !== 'recorded' && decision.outcome !== 'amended')
          return { outcome: 'unchanged', events: [] };
        return {
          outcome: decision.outcome,
          events: eventsOf(context, stream, revision, decision.events, {
            occurredAt: instantOf(visit.start),
            subject: resident,
          }),
        };
      },
    });
    const told = [...faults, ...(await this.referrals.ofVisit(visit, resident, context))];
    if (isAhead(visit.start, context.receivedAt)) told.push(visitInTheFuture);
    return { kind: 'visit', episode: visit.episode, outcome, resident, faults: told };
  }

  async #consent(statement: SharingStatement, resident: ResidentId, context: MessageContext): Promise<ReceiptRecord> {
    const stream = residentStreamName(resident);
    const { outcome } = await decideAndAppend<ResidentState, RecordOutcome>(this.store, {
      stream,
      initialState: initialResident,
      evolve: (state, event) => evolveResident(state, event as ResidentEvent),
      decide: ({ state, revision }) => {
        const known = state.status === 'registered' ? (state.consents ?? []) : [];
        const events = decideConsent(resident, statement, known);
        return {
          outcome: events.length === 0 ? 'unchanged' : 'recorded',
          events: eventsOf(context, stream, revision, events, {
            occurredAt: instantOf(statement.statedOn as string as DateTime),
            subject: resident,
          }),
        };
      },
    });
    return { kind: 'consent', episode: null, outcome, resident, faults: [] };
  }

  async #withdraw(
    { facility, episode, reason }: Withdrawal,
    faults: readonly Fault[],
    context: MessageContext,
  ): Promise<ReceiptRecord> {
    const answer = { kind: 'visit', episode } as const;
    if (facility !== context.facility) {
      return { ...answer, outcome: 'refused', resident: null, faults: [...faults, visitOfOtherFacility] };
    }
    const { category, key } = visitStream(facility, episode);
    const stream = streamName(category, key);
    const { outcome } = await decideAndAppend<VisitState, Pick<ReceiptRecord, 'outcome' | 'resident'>>(this.store, {
      stream,
      initialState: initialVisit,
      evolve: (state, event) => evolveVisit(state, event as VisitEvent),
      decide: ({ state, revision }) => {
        const resident = state.status === 'unknown' ? null : state.resident;
        const decision = decideVisit({ type: 'RetractVisit', reason }, state);
        if (decision.outcome !== 'retracted' || state.status !== 'recorded') {
          return {
            outcome: { outcome: decision.outcome === 'unchanged' ? 'unchanged' : 'refused', resident },
            events: [],
          };
        }
        return {
          outcome: { outcome: 'retracted', resident },
          events: eventsOf(context, stream, revision, decision.events, {
            occurredAt: instantOf(state.visit.start),
            subject: state.resident,
          }),
        };
      },
    });
    return { ...answer, ...outcome, faults: outcome.outcome === 'refused' ? [...faults, nothingToWithdraw] : faults };
  }

  async #screening(screening: ScreeningContent, resident: ResidentId, context: MessageContext): Promise<ReceiptRecord> {
    const { category, key } = screeningStream(screening.screening);
    const stream = streamName(category, key);
    const { outcome } = await decideAndAppend<ScreeningState, RecordOutcome>(this.store, {
      stream,
      initialState: initialScreening,
      evolve: (state, event) => evolveScreening(state, event as ScreeningEvent),
      decide: ({ state, revision }) => {
        const decision = decideScreening({ type: 'CompleteScreening', resident, screening }, state);
        if (decision.outcome === 'unchanged' || decision.outcome === 'refused') {
          return { outcome: decision.outcome, events: [] };
        }
        return {
          outcome: decision.outcome === 'recorded' ? 'recorded' : 'amended',
          events: eventsOf(context, stream, revision, decision.events, {
            occurredAt: instantOf(screening.at),
            subject: resident,
          }),
        };
      },
    });
    const faults = outcome === 'refused' ? [screeningOfOtherFacility] : [];
    return { kind: 'screening', episode: screening.screening, outcome, resident, faults };
  }
}

interface Observed {
  readonly resident: ResidentId;
  readonly outcome: RecordOutcome;
  readonly faults: readonly Fault[];
}

const unknownPerson = (path: string): Fault => readingFault(path, 'patient-not-found');

/** A clock may run a day ahead; more than that is a slip of the pen. */
const clockToleranceMs = 24 * 3_600_000;

function isAhead(moment: DateTime, receivedAt: string): boolean {
  return epochOf(moment) > Date.parse(receivedAt) + clockToleranceMs;
}

const visitInTheFuture: Fault = {
  path: 'NGAY_VAO',
  code: 'in-the-future',
  severity: 'warning',
  text: {
    vi: 'Ngày giờ vào khám ở tương lai so với lúc nhận thông điệp; đề nghị kiểm tra lại.',
    en: 'The visit begins in the future, seen from when the message was received; please check it.',
  },
};

function instantOf(moment: DateTime): string {
  return new Date(epochOf(moment)).toISOString();
}

const visitOfOtherFacility: Fault = {
  path: 'MA_CSKCB',
  code: 'visit-of-another-facility',
  severity: 'error',
  text: {
    vi: 'Lượt khám ghi mã cơ sở khác với cơ sở gửi.',
    en: 'The visit names another facility than the sender.',
  },
};

const nothingToWithdraw: Fault = {
  path: 'MA_LK',
  code: 'nothing-to-retract',
  severity: 'error',
  text: {
    vi: 'Không có đợt điều trị nào của cơ sở mang mã liên kết này để rút lại.',
    en: 'This facility has no episode of this number that could be taken back.',
  },
};

const screeningOfOtherFacility: Fault = {
  path: 'screening/id',
  code: 'screening-of-another-facility',
  severity: 'error',
  text: {
    vi: 'Mã phiếu sàng lọc này thuộc về cơ sở khác.',
    en: 'This screening id belongs to another facility.',
  },
};
