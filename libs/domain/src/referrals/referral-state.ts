import type { DateTime } from '../dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '../ids.js';
import type {
  PatientReferredBack,
  ReferralAnswer,
  ReferralEvent,
  ReferralIssued,
  ReferralKey,
} from './referral-events.js';
import type { TransferPaper } from '../visits/visit-content.js';

/** What the sender's paper says; the newest version where it was corrected. */
export type Issue = Omit<ReferralIssued['data'], 'referral' | 'resident' | 'by'>;

export interface Arrival {
  readonly at: DateTime;
  readonly by: FacilityCode;
  readonly episode?: EpisodeNumber;
  readonly late: boolean;
}

interface Addressed {
  readonly referral: ReferralKey;
  readonly resident: ResidentId;
  /** The facility that has it to handle now: it alone may move it on. */
  readonly to: FacilityCode;
  /** Every facility it was ever addressed to, in order. */
  readonly addressees: readonly FacilityCode[];
}

/** The patient has not come; there is always a paper. */
export type AwaitedReferral = Addressed & { readonly issue: Issue } & (
    | { readonly status: 'issued' | 'received' | 'did-not-arrive' | 'expired' }
    | { readonly status: 'accepted'; readonly appointment?: DateTime; readonly note?: string }
    | { readonly status: 'declined' | 'cancelled'; readonly reason: string }
    | { readonly status: 'redirected'; readonly redirection: { readonly by: FacilityCode; readonly reason: string } }
  );

/** The patient has come. Until the sender's message is here there is no `issue`: messages travel over bad lines in any order. */
export type AttendedReferral = Addressed & {
  readonly issue?: Issue;
  readonly arrival: Arrival;
  /** One per episode of care of the receiving facility, in its newest version. */
  readonly answers: readonly ReferralAnswer[];
} & (
    | { readonly status: 'arrived' | 'answered' }
    | { readonly status: 'referred-back'; readonly back: { readonly paper?: TransferPaper; readonly note?: string } }
    | { readonly status: 'closed' }
  );

/** A referral by its status. `redirected`: handed to another facility, which handles it as a newly issued one. */
export type ReferralState = { readonly status: 'unknown' } | AwaitedReferral | AttendedReferral;

export type KnownReferral = AwaitedReferral | AttendedReferral;
export type ReferralStatus = ReferralState['status'];

export const initialReferral: ReferralState = { status: 'unknown' };

/** Everything that has happened to a referral, oldest first, as the state it is in. */
export function replayReferral(events: Iterable<ReferralEvent>): ReferralState {
  let state = initialReferral;
  for (const event of events) state = evolveReferral(state, event);
  return state;
}

/** Total: an event that no decision could have produced in this state leaves it as it is. */
export function evolveReferral(state: ReferralState, event: ReferralEvent): ReferralState {
  switch (event.type) {
    case 'ReferralIssued':
      return issued(state, event.data);
    case 'PatientArrived':
      return arrived(state, event.data);
    case 'ReferralAnswered':
      return answered(state, event.data.answer);
    case 'PatientReferredBack':
      return referredBack(state, event.data);
    case 'ReferralClosed':
      return isAttended(state) ? { ...attended(state), status: 'closed' } : state;
    case 'ReferralReceived':
      return isAwaited(state) ? { ...awaited(state), status: 'received' } : state;
    case 'ReferralAccepted': {
      const { appointment, note } = event.data;
      return isAwaited(state)
        ? {
            ...awaited(state),
            status: 'accepted',
            ...(appointment && { appointment }),
            ...(note !== undefined && { note }),
          }
        : state;
    }
    case 'ReferralDeclined':
      return isAwaited(state) ? { ...awaited(state), status: 'declined', reason: event.data.reason } : state;
    case 'ReferralRedirected': {
      const { by, to, reason } = event.data;
      return isAwaited(state)
        ? { ...addressTo(awaited(state), to), status: 'redirected', redirection: { by, reason } }
        : state;
    }
    case 'PatientDidNotArrive':
      return isAwaited(state) ? { ...awaited(state), status: 'did-not-arrive' } : state;
    case 'ReferralCancelled':
      return isAwaited(state) ? { ...awaited(state), status: 'cancelled', reason: event.data.reason } : state;
    case 'ReferralExpired':
      return isAwaited(state) ? { ...awaited(state), status: 'expired' } : state;
    default:
      return event satisfies never;
  }
}

export function isAttended(state: ReferralState): state is AttendedReferral {
  return 'arrival' in state;
}

export function isAwaited(state: ReferralState): state is AwaitedReferral {
  return state.status !== 'unknown' && !isAttended(state);
}

function issued(state: ReferralState, data: ReferralIssued['data']): ReferralState {
  const { referral, resident, by: _, ...issue } = data;
  const anew = {
    status: 'issued',
    referral,
    resident,
    to: issue.paper.to,
    addressees: [issue.paper.to],
    issue,
  } as const;
  if (state.status === 'unknown') return anew;
  if (isAttended(state)) {
    // Somebody else's arrival was recorded under this number before its paper came: it was never this referral's.
    if (state.resident !== resident) return anew;
    return { ...addressees(state, issue.paper.to), issue };
  }
  // A corrected paper changes no status, unless it is now addressed to a facility that has not seen it yet.
  if (issue.paper.to === state.issue.paper.to) return { ...state, resident, issue };
  return { ...addressTo({ ...awaited(state), resident, issue }, issue.paper.to), status: 'issued' };
}

function arrived(
  state: ReferralState,
  data: Extract<ReferralEvent, { type: 'PatientArrived' }>['data'],
): ReferralState {
  const { referral, resident, at, by, episode, late } = data;
  const arrival: Arrival = { at, by, late, ...(episode !== undefined && { episode }) };
  if (state.status === 'unknown') {
    return { status: 'arrived', referral, resident, to: by, addressees: [by], arrival, answers: [] };
  }
  return isAwaited(state) ? { ...awaited(state), status: 'arrived', arrival, answers: [] } : state;
}

function answered(state: ReferralState, answer: ReferralAnswer): ReferralState {
  if (!isAttended(state)) return state;
  const answers = [...state.answers.filter((known) => known.episode !== answer.episode), answer];
  return state.status === 'arrived' ? { ...state, status: 'answered', answers } : { ...state, answers };
}

function referredBack(state: ReferralState, data: PatientReferredBack['data']): ReferralState {
  if (!isAttended(state)) return state;
  const { paper, note } = data;
  return {
    ...attended(state),
    status: 'referred-back',
    back: { ...(paper && { paper }), ...(note !== undefined && { note }) },
  };
}

function awaited({
  referral,
  resident,
  to,
  addressees,
  issue,
}: AwaitedReferral): Addressed & { readonly issue: Issue } {
  return { referral, resident, to, addressees, issue };
}

function attended({ referral, resident, to, addressees, issue, arrival, answers }: AttendedReferral) {
  return { referral, resident, to, addressees, arrival, answers, ...(issue && { issue }) };
}

function addressees<State extends Addressed>(state: State, to: FacilityCode): State {
  return state.addressees.includes(to) ? state : { ...state, addressees: [...state.addressees, to] };
}

function addressTo<State extends Addressed>(state: State, to: FacilityCode): State {
  return { ...addressees(state, to), to };
}
