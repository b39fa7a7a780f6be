/** The documents of the record as of each event. Pure. */
import { dayOf, dayPart, parseDateTime } from '#domain/dates.js';
import type { DomainEvent } from '#domain/domain-events.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import type {
  RecordDocument,
  ReferralDocument,
  ReferralNote,
  ReferralState,
  ResidentDocument,
} from '#fhir/documents.js';
import type { LocalDate } from '#domain/dates.js';

export interface EventTimes {
  readonly occurredAt: string;
  readonly recordedAt: string;
}

/**
 * `undefined` after a retraction: the record no longer holds it.
 * @throws OutOfOrder when the event changes something that the events so far have not made
 */
export function evolve(
  document: RecordDocument | undefined,
  event: DomainEvent,
  times: EventTimes,
): RecordDocument | undefined {
  switch (event.type) {
    case 'VisitRecorded':
    case 'VisitAmended': {
      // Tables kept as sent stay in the log; no resource is made of them.
      const { otherTables: _, ...visit } = event.data.visit;
      return { kind: 'visit', resident: event.data.resident, visit };
    }
    case 'ScreeningCompleted':
    case 'ScreeningAmended':
      return { kind: 'screening', resident: event.data.resident, screening: event.data.screening };
    case 'VisitRetracted':
    case 'ScreeningRetracted':
      return undefined;
    case 'FacilityRegistered':
    case 'FacilityDetailsChanged':
      return { kind: 'facility', facility: event.data.facility };
    case 'FacilityClosed':
      return { ...existing(document, 'facility', event), closedOn: event.data.on };
    case 'ResidentRegistered':
    case 'ResidentDetailsCorrected':
    case 'ResidentMoved':
    case 'IdentifierRecorded':
    case 'InsuranceCardRecorded':
    case 'HealthHistoryRecorded':
      return evolveResident(document, event, times);
    default:
      return evolveReferral(document, event);
  }
}

export class OutOfOrder extends Error {
  override readonly name = 'OutOfOrder';
}

type DocumentOf<Kind> = Extract<RecordDocument, { readonly kind: Kind }>;

function existing<Kind extends RecordDocument['kind']>(
  document: RecordDocument | undefined,
  kind: Kind,
  event: DomainEvent,
): DocumentOf<Kind> {
  if (document?.kind !== kind) throw new OutOfOrder(`${event.type} before the first event of its ${kind}`);
  return document as DocumentOf<Kind>;
}

function evolveResident(
  document: RecordDocument | undefined,
  event: ResidentEvent,
  times: EventTimes,
): ResidentDocument {
  if (event.type === 'ResidentRegistered') {
    const { resident, details, identifiers, cards, registeredBy } = event.data;
    return { kind: 'resident', resident, details, identifiers, cards, registeredBy };
  }
  const before = existing(document, 'resident', event);
  switch (event.type) {
    case 'ResidentDetailsCorrected':
      return { ...before, details: event.data.details };
    case 'ResidentMoved':
      return { ...before, details: { ...before.details, residence: event.data.to } };
    case 'IdentifierRecorded': {
      const { identifier } = event.data;
      const known = before.identifiers.some(
        (one) =>
          one.system === identifier.system && one.value === identifier.value && one.facility === identifier.facility,
      );
      return known ? before : { ...before, identifiers: [...before.identifiers, identifier] };
    }
    case 'InsuranceCardRecorded':
      return {
        ...before,
        cards: [...before.cards.filter((card) => card.number !== event.data.card.number), event.data.card],
      };
    case 'HealthHistoryRecorded':
      return { ...before, history: event.data.history, historyOn: statedOn(times) };
    default:
      return event satisfies never;
  }
}

function statedOn({ occurredAt, recordedAt }: EventTimes): LocalDate {
  const occurred = parseDateTime(occurredAt);
  return occurred ? dayPart(occurred) : dayOf(Date.parse(recordedAt));
}

function evolveReferral(document: RecordDocument | undefined, event: ReferralEvent): ReferralDocument {
  if (event.type === 'ReferralIssued') {
    const { referral, resident, paper, direction, validUntil, episode, at } = event.data;
    return {
      kind: 'referral',
      resident,
      referral,
      paper,
      direction,
      validUntil,
      ...(episode !== undefined && { episode }),
      state: 'issued',
      to: paper.to,
      at,
      notes: [],
    };
  }
  const before = existing(document, 'referral', event);
  const { at, by, resident } = event.data;
  const step = (state: ReferralState, words: string | undefined): ReferralDocument => {
    const notes: readonly ReferralNote[] =
      words === undefined ? before.notes : [...before.notes, { state, at, by, text: words }];
    return { ...before, resident, state, at, notes };
  };
  switch (event.type) {
    case 'ReferralReceived':
      return step('received', undefined);
    case 'ReferralAccepted': {
      const { appointment, note } = event.data;
      return { ...step('accepted', note), ...(appointment !== undefined && { appointment }) };
    }
    case 'ReferralDeclined':
      return step('declined', event.data.reason);
    case 'ReferralRedirected':
      return { ...step('redirected', event.data.reason), to: event.data.to };
    case 'PatientArrived': {
      const { episode, late } = event.data;
      return { ...step('arrived', undefined), arrival: { at, ...(episode !== undefined && { episode }), late } };
    }
    case 'PatientDidNotArrive':
      return step('did-not-arrive', event.data.note);
    case 'ReferralAnswered':
      return { ...step('answered', undefined), answer: event.data.answer, answeredAt: at };
    case 'PatientReferredBack': {
      const { paper, note } = event.data;
      return { ...step('referred-back', note), ...(paper !== undefined && { paperBack: paper }) };
    }
    case 'ReferralClosed':
      return step('closed', event.data.note);
    case 'ReferralCancelled':
      return step('cancelled', event.data.reason);
    case 'ReferralExpired':
      return step('expired', undefined);
    default:
      return event satisfies never;
  }
}
