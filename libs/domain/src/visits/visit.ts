import type { ResidentId } from '../ids.js';
import { changedFields, sameContent } from '../same-content.js';
import { mergeContributions, type VisitContributions } from './merge-contributions.js';
import type { VisitContent } from './visit-content.js';
import type { VisitEvent, VisitSource } from './visit-events.js';

export type VisitState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'recorded';
      readonly resident: ResidentId;
      readonly visit: VisitContent;
      readonly contributions: VisitContributions;
    }
  | { readonly status: 'retracted'; readonly resident: ResidentId };

export const initialVisit: VisitState = { status: 'unknown' };

export type VisitCommand =
  | {
      /** One source says what it knows of the episode; its word replaces what it said before (QĐ 4750: a new XML1 replaces tables 2–15). */
      readonly type: 'RecordVisit';
      readonly resident: ResidentId;
      readonly source: VisitSource;
      readonly visit: VisitContent;
    }
  | { readonly type: 'RetractVisit'; readonly reason: string };

export type VisitDecision =
  | { readonly outcome: 'recorded' | 'amended' | 'retracted'; readonly events: readonly VisitEvent[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: 'nothing-to-retract' };

export function decideVisit(command: VisitCommand, state: VisitState): VisitDecision {
  if (command.type === 'RetractVisit') {
    if (state.status !== 'recorded') {
      return state.status === 'retracted'
        ? { outcome: 'unchanged' }
        : { outcome: 'refused', reason: 'nothing-to-retract' };
    }
    const { facility, episode } = state.visit;
    return {
      outcome: 'retracted',
      events: [
        { type: 'VisitRetracted', data: { resident: state.resident, facility, episode, reason: command.reason } },
      ],
    };
  }
  const { resident, source, visit: contribution } = command;
  if (state.status !== 'recorded') {
    return {
      outcome: 'recorded',
      events: [{ type: 'VisitRecorded', data: { resident, source, visit: contribution } }],
    };
  }
  const sameResident = state.resident === resident;
  if (sameResident && sameContent(state.contributions[source], contribution)) return { outcome: 'unchanged' };
  const visit = mergeContributions({ ...state.contributions, [source]: contribution });
  const changed = [...(sameResident ? [] : ['resident']), ...changedFields(state.visit, visit)];
  return {
    outcome: 'amended',
    events: [
      {
        type: 'VisitAmended',
        data: {
          resident,
          source,
          visit,
          ...(sameContent(visit, contribution) ? {} : { contribution }),
          ...(sameResident ? {} : { formerResident: state.resident }),
          changed,
        },
      },
    ],
  };
}

export function evolveVisit(state: VisitState, event: VisitEvent): VisitState {
  switch (event.type) {
    case 'VisitRecorded': {
      const { resident, source, visit } = event.data;
      return { status: 'recorded', resident, visit, contributions: { [source]: visit } };
    }
    case 'VisitAmended': {
      const { resident, source, visit, contribution } = event.data;
      const earlier = state.status === 'recorded' ? state.contributions : {};
      return { status: 'recorded', resident, visit, contributions: { ...earlier, [source]: contribution ?? visit } };
    }
    case 'VisitRetracted':
      return { status: 'retracted', resident: event.data.resident };
    default:
      return event satisfies never;
  }
}
