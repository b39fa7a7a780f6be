import { dayPart, epochOf, type LocalDate } from '#domain/dates.js';
import type { ReferralDirection } from '#domain/referrals/referral-events.js';
import type { ReferralFact } from '#messaging/health-facts/health-fact.js';
import { type CountedAt, forEachPlace } from './counted-at.js';
import type { FigureChanges } from './figure-changes.js';
import type { Measure } from './measures.js';

/** A referral as one row: when it was issued, arrived, answered and sent back. */
export interface Referral {
  readonly referral: string;
  /** Absent until the issue is told. */
  readonly direction: ReferralDirection | null;
  /** Minutes since 1970. */
  readonly minute_issued: number | null;
  readonly day: LocalDate | null;
  readonly minute_arrived: number | null;
  readonly minute_answered: number | null;
  readonly back_on: LocalDate | null;
  /** Another referral's way back names this paper: the way back is counted there. */
  readonly named_as_back: 0 | 1;
  readonly province: string | null;
  readonly district: string | null;
  readonly commune: string | null;
  readonly facility: string | null;
}

export const referralColumns = [
  'referral',
  'direction',
  'minute_issued',
  'day',
  'minute_arrived',
  'minute_answered',
  'back_on',
  'named_as_back',
  'province',
  'district',
  'commune',
  'facility',
] as const satisfies readonly (keyof Referral)[];

export const unknownReferral = (referral: string): Referral => ({
  referral,
  direction: null,
  minute_issued: null,
  day: null,
  minute_arrived: null,
  minute_answered: null,
  back_on: null,
  named_as_back: 0,
  province: null,
  district: null,
  commune: null,
  facility: null,
});

/** The first of each step counts: repeated steps change nothing. */
export function stepTaken(referral: Referral, fact: ReferralFact, issuedAt: CountedAt | undefined): Referral {
  const minute = Math.floor(epochOf(fact.at) / 60_000);
  switch (fact.step) {
    case 'ReferralIssued':
      if (!fact.issue || !issuedAt || referral.direction !== null) return referral;
      return {
        ...referral,
        ...issuedAt,
        direction: fact.issue.direction,
        minute_issued: minute,
        day: dayPart(fact.at),
      };
    case 'PatientArrived':
      return { ...referral, minute_arrived: referral.minute_arrived ?? minute };
    case 'ReferralAnswered':
      return { ...referral, minute_answered: referral.minute_answered ?? minute };
    case 'PatientReferredBack':
      return { ...referral, back_on: referral.back_on ?? dayPart(fact.at) };
    default:
      return referral;
  }
}

/** Arrivals and answers count on the day of issue, as parts of what was issued; the way back counts on its own day. */
export function countReferral(changes: FigureChanges, referral: Referral, sign: 1 | -1): void {
  const { direction, facility, day, minute_issued: issued, minute_answered: answered } = referral;
  if (direction === null || facility === null || day === null || issued === null) return;
  forEachPlace(
    { ...referral, facility },
    (level, place) => {
      const add = (measure: Measure, on: string, numerator = 1, denominator = 0) =>
        changes.on(level, place, on).add(measure, sign * numerator, sign * denominator);
      if (direction === 'up') {
        add('referrals-up', day);
        if (referral.minute_arrived !== null) add('referrals-arrived', day);
        if (answered !== null) {
          add('referrals-answered', day);
          add('referral-answer-minutes', day, Math.max(0, answered - issued), 1);
        }
      }
      if (referral.back_on !== null) add('referrals-back', referral.back_on);
      else if (direction === 'down' && !referral.named_as_back) add('referrals-back', day);
    },
    'with-pairs',
  );
}
