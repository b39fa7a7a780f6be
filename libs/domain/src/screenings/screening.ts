import type { ResidentId } from '../ids.js';
import { changedFields } from '../same-content.js';
import type { ScreeningContent } from './screening-content.js';
import type { ScreeningEvent } from './screening-events.js';

export type ScreeningState =
  | { readonly status: 'unknown' }
  | { readonly status: 'completed'; readonly resident: ResidentId; readonly screening: ScreeningContent }
  | { readonly status: 'retracted'; readonly resident: ResidentId };

export const initialScreening: ScreeningState = { status: 'unknown' };

export type ScreeningCommand =
  | { readonly type: 'CompleteScreening'; readonly resident: ResidentId; readonly screening: ScreeningContent }
  | { readonly type: 'RetractScreening'; readonly reason: string };

export type ScreeningDecision =
  | { readonly outcome: 'recorded' | 'amended' | 'retracted'; readonly events: readonly ScreeningEvent[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: 'nothing-to-retract' | 'other-facility' };

export function decideScreening(command: ScreeningCommand, state: ScreeningState): ScreeningDecision {
  if (command.type === 'RetractScreening') {
    if (state.status !== 'completed') {
      return state.status === 'retracted'
        ? { outcome: 'unchanged' }
        : { outcome: 'refused', reason: 'nothing-to-retract' };
    }
    const { resident, screening } = state;
    return {
      outcome: 'retracted',
      events: [
        { type: 'ScreeningRetracted', data: { resident, screening: screening.screening, reason: command.reason } },
      ],
    };
  }
  const { resident, screening } = command;
  if (state.status !== 'completed') {
    return { outcome: 'recorded', events: [{ type: 'ScreeningCompleted', data: { resident, screening } }] };
  }
  if (state.screening.facility !== screening.facility) return { outcome: 'refused', reason: 'other-facility' };
  const changed = [...(state.resident === resident ? [] : ['resident']), ...changedFields(state.screening, screening)];
  if (changed.length === 0) return { outcome: 'unchanged' };
  return { outcome: 'amended', events: [{ type: 'ScreeningAmended', data: { resident, screening, changed } }] };
}

export function evolveScreening(_state: ScreeningState, event: ScreeningEvent): ScreeningState {
  switch (event.type) {
    case 'ScreeningCompleted':
    case 'ScreeningAmended':
      return { status: 'completed', resident: event.data.resident, screening: event.data.screening };
    case 'ScreeningRetracted':
      return { status: 'retracted', resident: event.data.resident };
    default:
      return event satisfies never;
  }
}
