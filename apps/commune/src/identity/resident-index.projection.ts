import type { ResidentEvent } from '#domain/residents/resident-events.js';
import type { MatchReviewEvent } from '#domain/residents/matching/match-review.js';
import type { VisitEvent } from '#domain/visits/visit-events.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import type { Projection } from '#projections/projection.js';
import { IndexBatch } from './index-batch.js';
import { blockKinds } from '#domain/residents/matching/blocking-keys.js';

export type IndexedEvent = RecordedEvent & (ResidentEvent | VisitEvent | MatchReviewEvent);

const types = [
  'ResidentRegistered',
  'ResidentDetailsCorrected',
  'ResidentMoved',
  'IdentifierRecorded',
  'InsuranceCardRecorded',
  'ResidentsMerged',
  'ResidentsUnmerged',
  'VisitRecorded',
  'VisitAmended',
  'VisitRetracted',
  'MatchSuggested',
  'MatchDismissed',
] as const satisfies readonly IndexedEvent['type'][];

/**
 * Residents by what a person without a trusted number can be found by, where they were seen, and the pairs a human is to look at.
 * A local database of the service, as the others are: it holds names.
 */
export function createProjection(): Projection {
  return residentIndex(loadPlaceRegister());
}

export function residentIndex(places: PlaceRegister): Projection {
  return {
    name: 'resident-index',
    version: 2,
    filter: { types },
    schema: [
      // person: ComparablePerson, JSON. The other columns are hashes: see blocking-keys.ts.
      `create table resident (
         id text primary key, person text not null,
         ${blockKinds.map((kind) => `${kind} bigint`).join(', ')}
       )`,
      ...blockKinds.map((kind) => `create index resident_${kind} on resident (${kind}) where ${kind} is not null`),
      `create table resident_facility (
         resident text not null, facility text not null, visits bigint not null, primary key (resident, facility)
       )`,
      'create index resident_facility_by_facility on resident_facility (facility, resident)',
      'create table merged (joined text primary key, resident text not null, link text not null, at text not null)',
      'create index merged_by_resident on merged (resident)',
      // status: open, dismissed, merged; weight in bits.
      `create table review (
         id text primary key, one text not null, other text not null, status text not null, reason text not null,
         weight double precision not null, fields text not null, contradictions text not null, changed_at text not null,
         position bigint not null
       )`,
      'create index review_by_status on review (status, position)',
      'create index review_by_one on review (one)',
      'create index review_by_other on review (other)',
    ],
    appliesBy: ['review_by_one', 'review_by_other'],
    apply: (events, view) => new IndexBatch(view, places).apply(events as readonly IndexedEvent[]),
  };
}
