import type { LocalDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import { changedFields } from '../same-content.js';
import type { FacilityDetails, FacilityEvent } from './facility-events.js';

export type FacilityState =
  | { readonly status: 'unknown' }
  | { readonly status: 'open'; readonly facility: FacilityDetails }
  | { readonly status: 'closed'; readonly facility: FacilityDetails; readonly on: LocalDate };

export const initialFacility: FacilityState = { status: 'unknown' };

export type FacilityCommand =
  | { readonly type: 'DescribeFacility'; readonly facility: FacilityDetails }
  | { readonly type: 'CloseFacility'; readonly facility: FacilityCode; readonly on: LocalDate };

export type FacilityDecision =
  | { readonly outcome: 'events'; readonly events: readonly FacilityEvent[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: 'unknown-facility' };

export function decideFacility(command: FacilityCommand, state: FacilityState): FacilityDecision {
  if (command.type === 'CloseFacility') {
    if (state.status === 'unknown') return { outcome: 'refused', reason: 'unknown-facility' };
    if (state.status === 'closed' && state.on === command.on) return { outcome: 'unchanged' };
    return {
      outcome: 'events',
      events: [{ type: 'FacilityClosed', data: { facility: command.facility, on: command.on } }],
    };
  }
  const { facility } = command;
  if (state.status !== 'open') {
    return { outcome: 'events', events: [{ type: 'FacilityRegistered', data: { facility } }] };
  }
  const changed = changedFields(state.facility, facility);
  if (changed.length === 0) return { outcome: 'unchanged' };
  return { outcome: 'events', events: [{ type: 'FacilityDetailsChanged', data: { facility, changed } }] };
}

export function evolveFacility(state: FacilityState, event: FacilityEvent): FacilityState {
  switch (event.type) {
    case 'FacilityRegistered':
    case 'FacilityDetailsChanged':
      return { status: 'open', facility: event.data.facility };
    case 'FacilityClosed':
      return state.status === 'unknown' ? state : { status: 'closed', facility: state.facility, on: event.data.on };
    default:
      return event satisfies never;
  }
}
