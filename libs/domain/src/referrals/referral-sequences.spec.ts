import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DateTime } from '../dates.js';
import { decideReferral } from './decide-referral.js';
import {
  answer,
  backPaper,
  commands,
  episode,
  hospital,
  issue,
  lastDay,
  nextDay,
  otherResident,
  paper,
  province,
  resident,
  signedAt,
  station,
  tooLate,
} from '../../test/referral-builder.js';
import type { ReferralCommand } from './referral-commands.js';
import type { ReferralEvent } from './referral-events.js';
import {
  evolveReferral,
  initialReferral,
  replayReferral,
  type ReferralState,
  type ReferralStatus,
} from './referral-state.js';
import { stepsOpenTo } from './referral-steps.js';

const facility = fc.constantFrom(station, hospital, province);
const moment = fc.constantFrom<DateTime>(signedAt, nextDay, lastDay, tooLate);
const person = fc.constantFrom(resident, resident, otherResident, undefined);
const reason = fc.constantFrom('Lý do', 'Lý do khác', ' ');

const asked: fc.Arbitrary<ReferralCommand> = fc
  .record({
    base: fc.constantFrom(...Object.values(commands)),
    by: facility,
    at: moment,
    to: facility,
    who: person,
    reason,
    variant: fc.nat(2),
  })
  .map(({ base, by, at, to, who, reason, variant }): ReferralCommand => {
    switch (base.step) {
      case 'issue':
        return issue({
          by: variant === 2 ? by : station,
          at,
          resident: who ?? resident,
          paper: { ...paper, to, course: `${variant}` },
        });
      case 'expire':
        return { ...base, at };
      case 'redirect':
        return { ...base, at, by, to, reason };
      case 'decline':
      case 'cancel':
        return { ...base, at, by, reason };
      case 'answer': {
        const { resident: _, ...rest } = base;
        return {
          ...rest,
          at,
          by,
          ...(who && { resident: who }),
          answer: { ...answer, summary: `${variant}`, ...(variant > 0 && { episode }) },
        };
      }
      case 'arrive': {
        const { resident: _, ...rest } = base;
        return { ...rest, at, by, ...(who && { resident: who }) };
      }
      case 'refer-back':
        return { ...base, at, by, ...(who && { resident: who }), paper: { ...backPaper, course: `${variant}` } };
      default:
        return { ...base, at, by };
    }
  });

/** Half of them as they should be, so that the far end of the machine is reached often. */
const command = fc.oneof(fc.constantFrom<ReferralCommand>(...Object.values(commands)), asked);

/** Where each status may lead in one event: the table of the decision, seen from the outside. */
const leadsTo: Readonly<Record<ReferralStatus, readonly ReferralStatus[]>> = {
  unknown: ['issued', 'arrived'],
  issued: [
    'issued',
    'received',
    'accepted',
    'declined',
    'redirected',
    'arrived',
    'did-not-arrive',
    'cancelled',
    'expired',
  ],
  received: [
    'issued',
    'received',
    'accepted',
    'declined',
    'redirected',
    'arrived',
    'did-not-arrive',
    'cancelled',
    'expired',
  ],
  accepted: ['issued', 'accepted', 'declined', 'redirected', 'arrived', 'did-not-arrive', 'cancelled', 'expired'],
  redirected: [
    'issued',
    'received',
    'accepted',
    'declined',
    'redirected',
    'arrived',
    'did-not-arrive',
    'cancelled',
    'expired',
  ],
  'did-not-arrive': ['issued', 'did-not-arrive', 'arrived', 'cancelled'],
  expired: ['issued', 'expired', 'arrived'],
  declined: [],
  cancelled: [],
  arrived: ['issued', 'arrived', 'answered', 'referred-back'],
  answered: ['issued', 'answered', 'referred-back', 'closed'],
  'referred-back': ['issued', 'referred-back', 'closed'],
  closed: ['issued', 'closed'],
};

it('any sequence of commands keeps the machine to its table, and its events tell the same again', () => {
  const reached = new Set<ReferralStatus>();
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), (sequence) => {
      const events: ReferralEvent[] = [];
      let state: ReferralState = initialReferral;
      for (const each of sequence) {
        const decision = decideReferral(each, state);
        if (decision.outcome !== 'events') {
          expect(decision).not.toHaveProperty('events');
          continue;
        }
        expect(decision.events.length).toBeGreaterThan(0);
        for (const event of decision.events) {
          const next: ReferralState = evolveReferral(state, event);
          expect(leadsTo[state.status]).toContain(next.status);
          // Back to the beginning only for a paper that concerns another person or another facility than before.
          if (next.status === 'issued' && state.status !== 'unknown' && state.status !== 'issued') {
            expect(event.type).toBe('ReferralIssued');
          }
          state = next;
          events.push(event);
        }
        reached.add(state.status);
        // Whatever was just done, said again, is no second fact.
        if (each.step !== 'redirect' || state.status === 'redirected')
          expect(decideReferral(each, state)).toEqual({ outcome: 'unchanged' });
      }
      // Written to the log and read again.
      expect(replayReferral(JSON.parse(JSON.stringify(events)) as ReferralEvent[])).toEqual(
        JSON.parse(JSON.stringify(state)),
      );
      const ofPapers = events.filter((event) => event.type === 'ReferralIssued');
      if (state.status !== 'unknown') {
        expect(state.addressees).toContain(state.to);
        expect(state.to).not.toBe(station);
        expect('issue' in state && state.issue !== undefined).toBe(ofPapers.length > 0);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(reached.size).toBe(12);
});

it('a step shown as open is refused for nothing but what it lacks', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), facility, (sequence, by) => {
      let state: ReferralState = initialReferral;
      for (const each of sequence) {
        const decision = decideReferral(each, state);
        if (decision.outcome === 'events') state = decision.events.reduce(evolveReferral, state);
      }
      for (const step of stepsOpenTo(by, state)) {
        const wanted = { ...commands[step], by } as ReferralCommand;
        const decision = decideReferral(wanted, state);
        if (decision.outcome === 'refused')
          expect(['missing-data', 'other-resident']).toContain(decision.refusal.reason);
      }
    }),
    { numRuns: 500 },
  );
});
