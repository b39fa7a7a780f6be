/** Builders of commands and states for tests. All content is synthetic. */
import type { DateTime } from '../src/dates.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber, ResidentId } from '../src/ids.js';
import type { TransferPaper } from '../src/visits/visit-content.js';
import { decideReferral } from '../src/referrals/decide-referral.js';
import type { IssueReferral, ReferralCommand } from '../src/referrals/referral-commands.js';
import type { ReferralAnswer, ReferralEvent } from '../src/referrals/referral-events.js';
import { replayReferral, type ReferralState } from '../src/referrals/referral-state.js';

export const station = '08Z11' as FacilityCode;
export const hospital = '08Z01' as FacilityCode;
export const province = '08Z00' as FacilityCode;
export const stranger = '08Z99' as FacilityCode;
export const resident = '018f0000-0000-7000-8000-000000000001' as ResidentId;
export const otherResident = '018f0000-0000-7000-8000-000000000002' as ResidentId;
export const referral = { from: station, number: '08Z11-CT-00001' as ReferralNumber };

/** Signed on a Monday; ten working days later is Monday 2026-09-21. */
export const signedAt = '2026-09-07T08:00:00+07:00' as DateTime;
export const nextDay = '2026-09-08T09:00:00+07:00' as DateTime;
export const lastDay = '2026-09-21T23:59:00+07:00' as DateTime;
export const tooLate = '2026-09-22T00:00:00+07:00' as DateTime;

export const paper: TransferPaper = {
  number: referral.number,
  from: station,
  to: hospital,
  issuedAt: signedAt,
  reasonCode: '1',
  diagnoses: [{ code: 'I10', role: 'main' }],
};
export const backPaper: TransferPaper = {
  number: '08Z01-CT-00009' as ReferralNumber,
  from: hospital,
  to: station,
  issuedAt: nextDay,
  diagnoses: [{ code: 'I10', role: 'main' }],
};
export const answer: ReferralAnswer = { diagnoses: [{ code: 'I10', role: 'main' }], treatment: 'Amlodipin 5mg' };
export const episode = '08Z01.202609.00001' as EpisodeNumber;

export function issue(change: Partial<IssueReferral> = {}): IssueReferral {
  return {
    step: 'issue',
    referral,
    at: signedAt,
    by: station,
    resident,
    paper,
    direction: 'up',
    validity: 'ten-working-days',
    ...change,
  };
}

type StepOfFacility = Exclude<ReferralCommand['step'], 'issue' | 'expire'>;

/** The command of a step with everything it needs, by the facility whose step it usually is. */
export const commands: { readonly [Step in ReferralCommand['step']]: Extract<ReferralCommand, { step: Step }> } = {
  issue: issue(),
  receive: { step: 'receive', referral, at: nextDay, by: hospital },
  accept: { step: 'accept', referral, at: nextDay, by: hospital },
  decline: { step: 'decline', referral, at: nextDay, by: hospital, reason: 'Không còn giường' },
  redirect: { step: 'redirect', referral, at: nextDay, by: hospital, to: province, reason: 'Vượt khả năng' },
  arrive: { step: 'arrive', referral, at: nextDay, by: hospital, resident, episode },
  'did-not-arrive': { step: 'did-not-arrive', referral, at: nextDay, by: hospital },
  answer: { step: 'answer', referral, at: nextDay, by: hospital, resident, answer },
  'refer-back': { step: 'refer-back', referral, at: nextDay, by: hospital, paper: backPaper },
  close: { step: 'close', referral, at: nextDay, by: station },
  cancel: { step: 'cancel', referral, at: nextDay, by: station, reason: 'Người bệnh không đi' },
  expire: { step: 'expire', referral, at: tooLate },
};

export function by(step: StepOfFacility, facility: FacilityCode): ReferralCommand {
  return { ...commands[step], by: facility };
}

/** The events of commands taken one after the other; throws where one is refused or changes nothing. */
export function given(...history: readonly ReferralCommand[]): readonly ReferralEvent[] {
  const events: ReferralEvent[] = [];
  for (const command of history) {
    const decision = decideReferral(command, replayReferral(events));
    if (decision.outcome !== 'events') throw new Error(`${command.step}: ${JSON.stringify(decision)}`);
    events.push(...decision.events);
  }
  return events;
}

/** A way into each status. */
export const ways: Readonly<Record<ReferralState['status'], readonly ReferralCommand[]>> = {
  unknown: [],
  issued: [commands.issue],
  received: [commands.issue, commands.receive],
  accepted: [commands.issue, commands.receive, commands.accept],
  declined: [commands.issue, commands.decline],
  redirected: [commands.issue, { ...commands.redirect, by: hospital, to: province }],
  'did-not-arrive': [commands.issue, commands.accept, commands['did-not-arrive']],
  cancelled: [commands.issue, commands.cancel],
  expired: [commands.issue, commands.expire],
  arrived: [commands.issue, commands.arrive],
  answered: [commands.issue, commands.arrive, commands.answer],
  'referred-back': [commands.issue, commands.arrive, commands.answer, commands['refer-back']],
  closed: [commands.issue, commands.arrive, commands.answer, commands.close],
};
