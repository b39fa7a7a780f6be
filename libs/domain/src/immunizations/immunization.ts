import type { LocalDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import { changedFields } from '../same-content.js';
import type { ImmunizationContent } from './immunization-content.js';
import type { ImmunizationEvent } from './immunization-events.js';

export type ImmunizationState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'given';
      readonly resident: ResidentId;
      readonly immunization: ImmunizationContent;
      /** Day of the newest statement of it. */
      readonly observedOn?: LocalDate;
    }
  | { readonly status: 'retracted'; readonly resident: ResidentId; readonly observedOn?: LocalDate };

export const initialImmunization: ImmunizationState = { status: 'unknown' };

export type ImmunizationCommand =
  | {
      /** Somebody states that the dose was given. What the statement leaves out stays as it is known. */
      readonly type: 'RecordImmunization';
      readonly resident: ResidentId;
      readonly immunization: ImmunizationContent;
      readonly observedOn: LocalDate;
    }
  | {
      /** Somebody states that the dose was not given after all. */
      readonly type: 'RetractImmunization';
      readonly facility: FacilityCode;
      readonly reason: string;
      readonly observedOn: LocalDate;
    };

export type ImmunizationDecision =
  | { readonly outcome: 'recorded' | 'amended' | 'retracted'; readonly events: readonly ImmunizationEvent[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: 'nothing-to-retract' | 'other-facility' };

/**
 * A dose belongs to the facility that told of it first: its newer statements correct it and can take it back; older statements,
 * and those of others, who copy whole vaccination histories, only add what is not known yet.
 */
export function decideImmunization(command: ImmunizationCommand, state: ImmunizationState): ImmunizationDecision {
  const { observedOn } = command;
  const older = state.status !== 'unknown' && observedOn < (state.observedOn ?? '');
  if (command.type === 'RetractImmunization') {
    if (state.status === 'unknown') return { outcome: 'refused', reason: 'nothing-to-retract' };
    if (state.status === 'retracted' || older) return { outcome: 'unchanged' };
    const { resident, immunization } = state;
    if (immunization.facility !== command.facility) return { outcome: 'refused', reason: 'other-facility' };
    const data = { resident, immunization: immunization.immunization, reason: command.reason, observedOn };
    return { outcome: 'retracted', events: [{ type: 'ImmunizationRetracted', data }] };
  }
  const { resident, immunization: stated } = command;
  if (state.status === 'retracted' && older) return { outcome: 'unchanged' };
  if (state.status !== 'given') {
    const data = { resident, immunization: stated, observedOn };
    return { outcome: 'recorded', events: [{ type: 'ImmunizationGiven', data }] };
  }
  const known = state.immunization;
  const corrects = !older && stated.facility === known.facility;
  const immunization = corrects ? { ...known, ...stated } : { ...stated, ...known };
  const moved = corrects && state.resident !== resident;
  const changed = [...(moved ? ['resident'] : []), ...changedFields(known, immunization)];
  if (changed.length === 0) return { outcome: 'unchanged' };
  const data = { resident: moved ? resident : state.resident, immunization, changed, observedOn };
  return { outcome: 'amended', events: [{ type: 'ImmunizationAmended', data }] };
}

export function evolveImmunization(state: ImmunizationState, event: ImmunizationEvent): ImmunizationState {
  const latest = latestOf(state, event.data.observedOn);
  const observed = latest === undefined ? {} : { observedOn: latest };
  switch (event.type) {
    case 'ImmunizationGiven':
    case 'ImmunizationAmended': {
      const { resident, immunization } = event.data;
      return { status: 'given', resident, immunization, ...observed };
    }
    case 'ImmunizationRetracted':
      return { status: 'retracted', resident: event.data.resident, ...observed };
    default:
      return event satisfies never;
  }
}

function latestOf(state: ImmunizationState, observedOn: LocalDate | undefined): LocalDate | undefined {
  const known = state.status === 'unknown' ? undefined : state.observedOn;
  return known === undefined || (observedOn ?? '') > known ? (observedOn ?? known) : known;
}
