import type { FacilityCode } from '../ids.js';
import type { ReferralStep } from './referral-commands.js';
import type { KnownReferral, ReferralState, ReferralStatus } from './referral-state.js';

/** From which statuses each step leads on. Repeats of what is so already are answered before this is asked. */
export const stepsFrom: Readonly<Record<ReferralStep, readonly ReferralStatus[]>> = {
  // In the four last only where the patient came before the paper's message; see `decideIssue`.
  issue: [
    'unknown',
    'issued',
    'received',
    'accepted',
    'redirected',
    'did-not-arrive',
    'expired',
    'arrived',
    'answered',
    'referred-back',
    'closed',
  ],
  receive: ['issued', 'redirected'],
  accept: ['issued', 'received', 'redirected', 'accepted'],
  decline: ['issued', 'received', 'redirected', 'accepted'],
  redirect: ['issued', 'received', 'redirected', 'accepted'],
  arrive: ['unknown', 'issued', 'received', 'redirected', 'accepted', 'did-not-arrive', 'expired'],
  'did-not-arrive': ['issued', 'received', 'redirected', 'accepted'],
  answer: ['arrived', 'answered', 'referred-back', 'closed'],
  'refer-back': ['arrived', 'answered', 'referred-back'],
  close: ['answered', 'referred-back'],
  cancel: ['issued', 'received', 'redirected', 'accepted', 'did-not-arrive'],
  expire: ['issued', 'received', 'redirected', 'accepted'],
};

/** The facilities whose step it is. */
export function actorsOf(step: Exclude<ReferralStep, 'expire'>, state: KnownReferral): readonly FacilityCode[] {
  switch (step) {
    case 'issue':
    case 'cancel':
      return [state.referral.from];
    case 'close':
      return [state.to, state.referral.from];
    default:
      return [state.to];
  }
}

/** The steps a person of the facility may take now, in the order of a referral's life. */
export function stepsOpenTo(facility: FacilityCode, state: ReferralState): readonly ReferralStep[] {
  if (state.status === 'unknown') return [];
  const byHand = [
    'receive',
    'accept',
    'decline',
    'redirect',
    'arrive',
    'did-not-arrive',
    'answer',
    'refer-back',
    'close',
    'cancel',
  ] as const;
  return byHand.filter((step) => stepsFrom[step].includes(state.status) && actorsOf(step, state).includes(facility));
}
