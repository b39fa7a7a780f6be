/** The documents of the record as of each event. Pure. */
import type { DomainEvent } from '#domain/domain-events.js';
import type { LocalDate } from '#domain/dates.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { evolveReferral as evolveReferralState, initialReferral } from '#domain/referrals/referral-state.js';
import { statementOf, withStatement } from '#domain/residents/consent.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import type { RecordDocument, ReferralDocument, ReferralNote, ResidentDocument } from '#fhir/documents.js';

/**
 * `undefined` after a retraction: the record no longer holds it.
 * @throws OutOfOrder when the event changes something that the events so far have not made
 */
export function evolve(document: RecordDocument | undefined, event: DomainEvent): RecordDocument | undefined {
  switch (event.type) {
    case 'VisitRecorded':
    case 'VisitAmended': {
      // Tables kept as sent stay in the log, and so do papers that few may read; no resource is made of them.
      const { otherTables: _, papers, ...visit } = event.data.visit;
      const open = papers?.filter((paper) => !('sensitive' in paper));
      return {
        kind: 'visit',
        resident: event.data.resident,
        visit: open && open.length > 0 ? { ...visit, papers: open } : visit,
        ...(papers && open && open.length < papers.length && { sensitive: ['hiv' as const] }),
      };
    }
    case 'ScreeningCompleted':
    case 'ScreeningAmended':
      return { kind: 'screening', resident: event.data.resident, screening: event.data.screening };
    case 'ImmunizationGiven':
    case 'ImmunizationAmended': {
      const { resident, immunization } = event.data;
      return { kind: 'immunization', resident, immunization };
    }
    case 'VisitRetracted':
    case 'ScreeningRetracted':
    case 'ImmunizationRetracted':
      return undefined;
    case 'FacilityRegistered':
    case 'FacilityDetailsChanged':
      return { kind: 'facility', facility: event.data.facility };
    case 'FacilityClosed':
      return { ...existing(document, 'facility', event), closedOn: event.data.on };
    case 'ResourceKept':
      return { kind: 'resource', ...event.data };
    case 'ResidentRegistered':
    case 'ResidentDetailsCorrected':
    case 'ResidentMoved':
    case 'IdentifierRecorded':
    case 'InsuranceCardRecorded':
    case 'HealthHistoryRecorded':
    case 'ResidentsMerged':
    case 'ResidentsUnmerged':
    case 'ResidentJoined':
    case 'ResidentSeparated':
    case 'ConsentGiven':
    case 'ConsentWithdrawn':
      return evolveResident(document, event);
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

function evolveResident(document: RecordDocument | undefined, event: ResidentEvent): ResidentDocument {
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
      return { ...before, history: event.data.history, historyOn: laterOf(before.historyOn, event.data.observedOn) };
    case 'ConsentGiven':
    case 'ConsentWithdrawn':
      return { ...before, consents: withStatement(before.consents ?? [], statementOf(event)) };
    case 'ResidentsMerged':
    case 'ResidentsUnmerged':
    case 'ResidentJoined':
    case 'ResidentSeparated':
      return before;
    default:
      return event satisfies never;
  }
}

/** An older statement may have filled a gap: the history is as of the newest. */
const laterOf = (known: LocalDate | undefined, observed: LocalDate): LocalDate =>
  known !== undefined && known > observed ? known : observed;

function evolveReferral(document: RecordDocument | undefined, event: ReferralEvent): ReferralDocument {
  const before = document?.kind === 'referral' ? document : undefined;
  const state = evolveReferralState(before?.state ?? initialReferral, event);
  if (state.status === 'unknown') throw new OutOfOrder(`${event.type} before the first event of its referral`);
  const { at, by } = event.data;
  const words = wordsOf(event);
  const notes: readonly ReferralNote[] = [
    ...(before?.notes ?? []),
    ...(words === undefined ? [] : [{ status: state.status, at, by, text: words }]),
  ];
  return { kind: 'referral', resident: state.resident, state, at, notes };
}

/** The remark or reason that went with a step. */
function wordsOf({ type, data }: ReferralEvent): string | undefined {
  switch (type) {
    case 'ReferralDeclined':
    case 'ReferralRedirected':
    case 'ReferralCancelled':
      return data.reason;
    case 'ReferralAccepted':
    case 'PatientDidNotArrive':
    case 'PatientReferredBack':
    case 'ReferralClosed':
      return data.note;
    case 'ReferralIssued':
    case 'ReferralReceived':
    case 'PatientArrived':
    case 'ReferralAnswered':
    case 'ReferralExpired':
      return undefined;
    default:
      return type satisfies never;
  }
}
