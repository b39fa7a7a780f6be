import type { DomainEvent } from '#domain/domain-events.js';
import type { ImmunizationId, ScreeningId } from '#domain/ids.js';
import {
  facilityStream,
  immunizationStream,
  keptResourceStream,
  referralStream,
  residentStream,
  screeningStream,
  type StreamKey,
  visitStream,
} from '#domain/streams.js';

/** The stream that an event belongs to. */
export function streamOf(event: DomainEvent): StreamKey {
  switch (event.type) {
    case 'FacilityRegistered':
    case 'FacilityDetailsChanged':
      return facilityStream(event.data.facility.code);
    case 'FacilityClosed':
      return facilityStream(event.data.facility);
    case 'VisitRecorded':
    case 'VisitAmended':
      return visitStream(event.data.visit.facility, event.data.visit.episode);
    case 'VisitRetracted':
      return visitStream(event.data.facility as never, event.data.episode as never);
    case 'ScreeningCompleted':
    case 'ScreeningAmended':
      return screeningStream(event.data.screening.screening);
    case 'ScreeningRetracted':
      return screeningStream(event.data.screening as ScreeningId);
    case 'ImmunizationGiven':
    case 'ImmunizationAmended':
      return immunizationStream(event.data.immunization.immunization);
    case 'ImmunizationRetracted':
      return immunizationStream(event.data.immunization as ImmunizationId);
    case 'ResourceKept':
      return keptResourceStream(event.data.resident ?? event.data.facility, event.data.kept.key);
    case 'ResidentRegistered':
    case 'ResidentDetailsCorrected':
    case 'ResidentMoved':
    case 'ConsentGiven':
    case 'ConsentWithdrawn':
    case 'IdentifierRecorded':
    case 'InsuranceCardRecorded':
    case 'HealthHistoryRecorded':
    case 'ResidentsMerged':
    case 'ResidentsUnmerged':
    case 'ResidentJoined':
    case 'ResidentSeparated':
      return residentStream(event.data.resident);
    default:
      return referralStream(event.data.referral);
  }
}
