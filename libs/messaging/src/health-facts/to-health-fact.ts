import { isCode, type Residence, type Vitals } from '#domain/codes.js';
import { historyFacts } from '#domain/indicators/clinical-definitions.js';
import { standingPlaces } from '#domain/indicators/figure-places.js';
import { laboratoryValues } from '#domain/indicators/laboratory-values.js';
import type { ReferralKey } from '#domain/referrals/referral-events.js';
import { referralId } from '#domain/referrals/referral-key.js';
import type { ResidentDetails } from '#domain/residents/resident-content.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { domainEventOf } from '../domain-event-of.js';
import type { CodedResidence, HealthFact } from './health-fact.js';
import type { Pseudonyms } from './pseudonyms.js';

export interface HealthFactContext {
  readonly pseudonyms: Pseudonyms;
}

/**
 * The de-identified fact in an event; `undefined` when statistics have no use for it. Pure: the same event under the same key
 * gives the same fact.
 */
export function toHealthFact(event: RecordedEvent, { pseudonyms }: HealthFactContext): HealthFact | undefined {
  const domainEvent = domainEventOf(event);
  const resident = (id: string) => pseudonyms('resident', id);
  switch (domainEvent.type) {
    case 'FacilityRegistered':
    case 'FacilityDetailsChanged': {
      const { facility } = domainEvent.data;
      return { kind: 'facility', facility: facility.code, places: standingPlaces(facility) };
    }
    case 'ResidentRegistered': {
      const { details, registeredBy } = domainEvent.data;
      return {
        kind: 'resident-registered',
        resident: resident(domainEvent.data.resident),
        on: domainEvent.data.observedOn,
        facility: registeredBy,
        ...personOf(details),
        ...codedResidence(details.residence),
      };
    }
    case 'ResidentDetailsCorrected': {
      const { details, changed } = domainEvent.data;
      return {
        kind: 'resident-corrected',
        resident: resident(domainEvent.data.resident),
        ...personOf(details),
        ...(changed.some((field) => field.startsWith('residence')) && codedResidence(details.residence ?? {})),
      };
    }
    case 'ResidentMoved':
      return {
        kind: 'resident-moved',
        resident: resident(domainEvent.data.resident),
        on: domainEvent.data.observedOn,
        residence: codedResidence(domainEvent.data.to).residence ?? {},
      };
    case 'ResidentsMerged':
      return {
        kind: 'residents-merged',
        resident: resident(domainEvent.data.resident),
        joined: resident(domainEvent.data.joined),
      };
    case 'ResidentsUnmerged':
      return {
        kind: 'residents-unmerged',
        resident: resident(domainEvent.data.resident),
        separated: resident(domainEvent.data.separated),
      };
    case 'HealthHistoryRecorded':
      return {
        kind: 'history',
        resident: resident(domainEvent.data.resident),
        on: domainEvent.data.observedOn,
        ...historyFacts(domainEvent.data.history),
      };
    case 'VisitRecorded':
    case 'VisitAmended': {
      const { visit } = domainEvent.data;
      return {
        kind: 'encounter',
        encounter: pseudonyms('encounter', `visit ${visit.facility}.${visit.episode}`),
        revision: event.revision,
        form: 'visit',
        resident: resident(domainEvent.data.resident),
        facility: visit.facility,
        at: visit.start,
        insured: visit.insured,
        ...(isCode(visit.careType) && { careType: visit.careType }),
        diagnoses: visit.diagnoses.filter(({ code }) => isCode(code)).map(({ code, role }) => ({ code, role })),
        ...measures(visit),
        ...codedResidence(visit.residence),
      };
    }
    case 'VisitRetracted': {
      const { facility, episode } = domainEvent.data;
      return {
        kind: 'encounter-retracted',
        encounter: pseudonyms('encounter', `visit ${facility}.${episode}`),
        revision: event.revision,
        resident: resident(domainEvent.data.resident),
      };
    }
    case 'ScreeningCompleted':
    case 'ScreeningAmended': {
      const { screening } = domainEvent.data;
      return {
        kind: 'encounter',
        encounter: pseudonyms('encounter', `screening ${screening.screening}`),
        revision: event.revision,
        form: 'screening',
        resident: resident(domainEvent.data.resident),
        facility: screening.facility,
        at: screening.at,
        insured: false,
        diagnoses: screening.findings
          .filter(({ code }) => isCode(code))
          .map(({ code }) => ({ code, role: 'comorbidity' })),
        ...measures(screening),
        ...codedResidence(screening.residence),
      };
    }
    case 'ScreeningRetracted':
      return {
        kind: 'encounter-retracted',
        encounter: pseudonyms('encounter', `screening ${domainEvent.data.screening}`),
        revision: event.revision,
        resident: resident(domainEvent.data.resident),
      };
    case 'ReferralIssued':
    case 'ReferralReceived':
    case 'ReferralAccepted':
    case 'ReferralDeclined':
    case 'ReferralRedirected':
    case 'PatientArrived':
    case 'PatientDidNotArrive':
    case 'ReferralAnswered':
    case 'PatientReferredBack':
    case 'ReferralClosed':
    case 'ReferralCancelled':
    case 'ReferralExpired': {
      const { referral, at, by } = domainEvent.data;
      const pseudonymOf = (key: ReferralKey) => pseudonyms('referral', referralId(key));
      return {
        kind: 'referral',
        referral: pseudonymOf(referral),
        revision: event.revision,
        step: domainEvent.type,
        resident: resident(domainEvent.data.resident),
        at,
        by,
        ...(domainEvent.type === 'ReferralIssued' && {
          issue: {
            direction: domainEvent.data.direction,
            from: referral.from,
            to: domainEvent.data.paper.to,
            ...codedResidence(domainEvent.data.residence),
          },
        }),
        ...(domainEvent.type === 'PatientReferredBack' &&
          domainEvent.data.paper && { backPaper: pseudonymOf(domainEvent.data.paper) }),
      };
    }
    default:
      return undefined;
  }
}

function personOf(details: ResidentDetails) {
  return { sex: details.sex, ...(details.birthDate && { birthYear: Number(details.birthDate.slice(0, 4)) }) };
}

/** Whatever was written in a code's place and is none stays in the record. */
function codedResidence(residence: Residence | undefined): { readonly residence?: CodedResidence } {
  if (!residence) return {};
  const { provinceCode, districtCode, communeCode } = residence;
  return {
    residence: {
      ...(isCode(provinceCode) && { provinceCode }),
      ...(isCode(districtCode) && { districtCode }),
      ...(isCode(communeCode) && { communeCode }),
    },
  };
}

function measures({ vitals, results }: Pick<VisitContent | ScreeningContent, 'vitals' | 'results'>) {
  const { systolic, diastolic }: Vitals = vitals;
  return {
    ...(systolic !== undefined && { systolic }),
    ...(diastolic !== undefined && { diastolic }),
    ...laboratoryValues(results),
  };
}
