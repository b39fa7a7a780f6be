import { describe, expect, it } from '@jest/globals';
import type { DateTime } from '../dates.js';
import type { EpisodeNumber } from '../ids.js';
import { decideReferral } from './decide-referral.js';
import {
  answer,
  backPaper,
  by,
  commands,
  episode,
  given,
  hospital,
  issue,
  lastDay,
  nextDay,
  otherResident,
  paper,
  province,
  referral,
  resident,
  signedAt,
  station,
  stranger,
  tooLate,
  ways,
} from '../../test/referral-builder.js';
import type { ReferralCommand, ReferralStep } from './referral-commands.js';
import { replayReferral, type ReferralStatus } from './referral-state.js';
import { stepsOpenTo } from './referral-steps.js';

const steps: readonly ReferralStep[] = [
  'issue', 'receive', 'accept', 'decline', 'redirect', 'arrive', 'did-not-arrive', 'answer', 'refer-back', 'close', 'cancel', 'expire',
]; // prettier-ignore

/**
 * The whole machine, written out by hand: in each status, what each step of its rightful facility comes to. A status is where
 * it leads, `=` is unchanged, `x` refused as illegal in this status. Columns are in the order of `steps`.
 */
// prettier-ignore
const machine: Readonly<Record<ReferralStatus, readonly (ReferralStatus | '=' | 'x')[]>> = {
  //                 issue     receive     accept      decline     redirect      arrive     not-arrive        answer           refer-back       close     cancel       expire
  unknown:          ['issued', 'x',        'x',        'x',        'x',          'arrived', 'x',              'x',             'x',             'x',      'x',         'x'],
  issued:           ['=',      'received', 'accepted', 'declined', 'redirected', 'arrived', 'did-not-arrive', 'x',             'x',             'x',      'cancelled', 'expired'],
  received:         ['=',      '=',        'accepted', 'declined', 'redirected', 'arrived', 'did-not-arrive', 'x',             'x',             'x',      'cancelled', 'expired'],
  accepted:         ['=',      'x',        '=',        'declined', 'redirected', 'arrived', 'did-not-arrive', 'x',             'x',             'x',      'cancelled', 'expired'],
  declined:         ['=',      'x',        'x',        '=',        'x',          'x',       'x',              'x',             'x',             'x',      'x',         'x'],
  redirected:       ['=',      'received', 'accepted', 'declined', 'redirected', 'arrived', 'did-not-arrive', 'x',             'x',             'x',      'cancelled', 'expired'],
  'did-not-arrive': ['=',      'x',        'x',        'x',        'x',          'arrived', '=',              'x',             'x',             'x',      'cancelled', 'x'],
  cancelled:        ['=',      'x',        'x',        'x',        'x',          'x',       'x',              'x',             'x',             'x',      '=',         'x'],
  expired:          ['=',      'x',        'x',        'x',        'x',          'arrived', 'x',              'x',             'x',             'x',      'x',         '='],
  arrived:          ['=',      'x',        'x',        'x',        'x',          '=',       'x',              'answered',      'referred-back', 'x',      'x',         'x'],
  answered:         ['=',      'x',        'x',        'x',        'x',          '=',       'x',              '=',             'referred-back', 'closed', 'x',         'x'],
  'referred-back':  ['=',      'x',        'x',        'x',        'x',          '=',       'x',              '=',             '=',             'closed', 'x',         'x'],
  closed:           ['=',      'x',        'x',        'x',        'x',          '=',       'x',              '=',             'x',             '=',      'x',         'x'],
};

const statuses = Object.keys(machine) as ReferralStatus[];

/** The step as the facility that has the referral now would ask for it. */
function asAddressee(step: ReferralStep, status: ReferralStatus): ReferralCommand {
  if (status !== 'redirected') return commands[step];
  if (step === 'redirect') return { ...commands.redirect, by: province, to: hospital };
  return step === 'issue' || step === 'cancel' || step === 'expire' ? commands[step] : by(step, province);
}

describe('the referral machine, every status and every step', () => {
  for (const status of statuses) {
    for (const [column, step] of steps.entries()) {
      const expected = machine[status][column] ?? 'x';
      it(`${status} · ${step} → ${expected}`, () => {
        const history = given(...ways[status]);
        const before = replayReferral(history);
        expect(before.status).toBe(status);
        const decision = decideReferral(asAddressee(step, status), before);
        if (expected === '=') expect(decision).toEqual({ outcome: 'unchanged' });
        else if (expected === 'x')
          expect(decision).toEqual({ outcome: 'refused', refusal: { reason: 'illegal-step', step, status } });
        else {
          expect(decision.outcome).toBe('events');
          if (decision.outcome === 'events')
            expect(replayReferral([...history, ...decision.events]).status).toBe(expected);
        }
      });
    }
  }
});

describe('who may', () => {
  const targets = [
    'receive',
    'accept',
    'decline',
    'redirect',
    'arrive',
    'did-not-arrive',
    'answer',
    'refer-back',
  ] as const;
  for (const status of statuses.filter((each) => each !== 'unknown')) {
    for (const step of [...targets, 'close', 'cancel'] as const) {
      it(`${status} · ${step} by a facility that is not concerned → wrong actor`, () => {
        const state = replayReferral(given(...ways[status]));
        expect(decideReferral(by(step, stranger), state)).toMatchObject({
          outcome: 'refused',
          refusal: { reason: 'wrong-actor', step },
        });
      });
    }
    for (const step of targets) {
      it(`${status} · ${step} by the sender → wrong actor`, () => {
        const state = replayReferral(given(...ways[status]));
        expect(decideReferral(by(step, station), state)).toMatchObject({
          outcome: 'refused',
          refusal: { reason: 'wrong-actor', step },
        });
      });
    }
    it(`${status} · cancel by the addressee → wrong actor`, () => {
      const state = replayReferral(given(...ways[status]));
      expect(decideReferral(by('cancel', hospital), state)).toEqual({
        outcome: 'refused',
        refusal: { reason: 'wrong-actor', step: 'cancel', allowed: [station] },
      });
    });
  }

  it('the facility that redirected it may no longer move it; the new one may', () => {
    const state = replayReferral(given(...ways.redirected));
    expect(decideReferral(by('accept', hospital), state)).toEqual({
      outcome: 'refused',
      refusal: { reason: 'wrong-actor', step: 'accept', allowed: [province] },
    });
    expect(decideReferral(by('accept', province), state).outcome).toBe('events');
  });

  it('a redirect sent twice is unchanged although the sender no longer has it', () => {
    expect(decideReferral(commands.redirect, replayReferral(given(...ways.redirected)))).toEqual({
      outcome: 'unchanged',
    });
  });

  it('either side closes', () => {
    const state = replayReferral(given(...ways.answered));
    expect(decideReferral(by('close', hospital), state).outcome).toBe('events');
    expect(decideReferral(by('close', station), state).outcome).toBe('events');
  });

  it('nobody but the facility on the paper issues it', () => {
    expect(decideReferral(issue({ by: stranger }), replayReferral([]))).toEqual({
      outcome: 'refused',
      refusal: { reason: 'wrong-actor', step: 'issue', allowed: [station] },
    });
  });

  it('the sender itself cannot state an arrival before its own paper', () => {
    expect(decideReferral(by('arrive', station), replayReferral([]))).toMatchObject({
      refusal: { reason: 'wrong-actor' },
    });
  });

  it('the steps open to a facility are those that would not be refused', () => {
    expect(stepsOpenTo(hospital, replayReferral([]))).toEqual([]);
    expect(stepsOpenTo(hospital, replayReferral(given(...ways.issued)))).toEqual([
      'receive',
      'accept',
      'decline',
      'redirect',
      'arrive',
      'did-not-arrive',
    ]);
    expect(stepsOpenTo(station, replayReferral(given(...ways.issued)))).toEqual(['cancel']);
    expect(stepsOpenTo(station, replayReferral(given(...ways['referred-back'])))).toEqual(['close']);
    expect(stepsOpenTo(stranger, replayReferral(given(...ways.issued)))).toEqual([]);
    expect(stepsOpenTo(station, replayReferral(given(...ways.cancelled)))).toEqual([]);
  });
});

describe('what must be said', () => {
  const missing = (command: ReferralCommand, status: ReferralStatus, field: string): void => {
    expect(decideReferral(command, replayReferral(given(...ways[status])))).toEqual({
      outcome: 'refused',
      refusal: { reason: 'missing-data', step: command.step, field },
    });
  };

  it('a reason to decline, redirect and cancel', () => {
    missing({ ...commands.decline, reason: '  ' }, 'issued', 'reason');
    missing({ ...commands.redirect, reason: '' }, 'issued', 'reason');
    missing({ ...commands.cancel, reason: '' }, 'issued', 'reason');
  });

  it('a redirect leads to another facility, and not back to the sender', () => {
    missing({ ...commands.redirect, to: hospital }, 'issued', 'to');
    missing({ ...commands.redirect, to: station }, 'issued', 'to');
  });

  it('an answer has a finding', () => {
    missing({ ...commands.answer, answer: { diagnoses: [], treatment: 'x' } }, 'arrived', 'answer.diagnoses');
    const state = replayReferral(given(...ways.arrived));
    expect(decideReferral({ ...commands.answer, answer: { diagnoses: [], summary: 'Ổn định' } }, state).outcome).toBe(
      'events',
    );
  });

  it('a patient sent back without a word of findings needs a paper', () => {
    const { paper: _, ...bare } = commands['refer-back'];
    missing(bare, 'arrived', 'paper');
    expect(decideReferral(bare, replayReferral(given(...ways.answered))).outcome).toBe('events');
    missing({ ...commands['refer-back'], paper: { ...backPaper, from: province } }, 'answered', 'paper.from');
  });

  it('the paper is the one the referral is named after, and goes to another facility', () => {
    missing(issue({ paper: { ...paper, from: province } }), 'unknown', 'paper.from');
    missing(issue({ paper: { ...paper, number: backPaper.number } }), 'unknown', 'paper.number');
    missing(issue({ paper: { ...paper, to: station } }), 'unknown', 'paper.to');
  });

  it('who came, when there is no paper yet', () => {
    const { resident: _, ...nameless } = commands.arrive;
    missing(nameless, 'unknown', 'resident');
    expect(decideReferral(nameless, replayReferral(given(...ways.issued))).outcome).toBe('events');
  });
});

describe('messages about another person', () => {
  for (const [step, status] of [
    ['arrive', 'issued'],
    ['answer', 'arrived'],
    ['refer-back', 'answered'],
    ['arrive', 'arrived'],
  ] as const) {
    it(`${status} · ${step} of another resident is refused`, () => {
      const command = { ...commands[step], resident: otherResident };
      expect(decideReferral(command, replayReferral(given(...ways[status])))).toEqual(
        status === 'arrived' && step === 'arrive'
          ? { outcome: 'refused', refusal: { reason: 'illegal-step', step, status } }
          : { outcome: 'refused', refusal: { reason: 'other-resident', step } },
      );
    });
  }

  it('a paper for another person than the one who came before it starts the referral it is', () => {
    const history = given({ ...commands.arrive, resident: otherResident }, commands.issue);
    expect(replayReferral(history)).toMatchObject({ status: 'issued', resident, to: hospital });
    expect(replayReferral(history)).not.toHaveProperty('arrival');
  });
});

describe('messages in any order', () => {
  it('the paper that comes after the arrival fills in and moves nothing back', () => {
    const state = replayReferral(given(commands.arrive, commands.answer, commands.issue));
    expect(state).toMatchObject({
      status: 'answered',
      issue: { paper },
      arrival: { late: false, episode },
      answers: [answer],
    });
    expect(
      replayReferral(given(commands.arrive, commands.answer, commands['refer-back'], commands.close, commands.issue))
        .status,
    ).toBe('closed');
  });

  it('the paper that names another facility than the one the patient came to leaves the patient where he is', () => {
    const state = replayReferral(given({ ...commands.arrive, by: province }, commands.issue));
    expect(state).toMatchObject({ status: 'arrived', to: province, addressees: [province, hospital] });
  });

  it('a patient who came in time is not late, whenever the message comes', () => {
    expect(replayReferral(given(...ways.expired, { ...commands.arrive, at: lastDay }))).toMatchObject({
      status: 'arrived',
      arrival: { late: false },
    });
  });

  it('a patient who came after the last valid day is late', () => {
    expect(replayReferral(given(...ways.expired, { ...commands.arrive, at: tooLate }))).toMatchObject({
      arrival: { late: true },
    });
    expect(replayReferral(given(...ways.issued, { ...commands.arrive, at: tooLate }))).toMatchObject({
      arrival: { late: true },
    });
  });

  it('a patient who came after being given up is late', () => {
    expect(replayReferral(given(...ways['did-not-arrive'], commands.arrive))).toMatchObject({
      status: 'arrived',
      arrival: { late: true },
    });
  });
});

describe('corrections', () => {
  const corrected = issue({ paper: { ...paper, treatment: 'Amlodipin 10mg' } });

  for (const status of ['issued', 'received', 'accepted', 'redirected', 'did-not-arrive', 'expired'] as const) {
    it(`${status} · a corrected paper is recorded and changes no status`, () => {
      const state = replayReferral(given(...ways[status], corrected));
      expect(state).toMatchObject({ status, issue: { paper: { treatment: 'Amlodipin 10mg' } } });
    });
  }

  for (const status of ['arrived', 'answered', 'referred-back', 'closed', 'declined', 'cancelled'] as const) {
    it(`${status} · a corrected paper is refused`, () => {
      expect(decideReferral(corrected, replayReferral(given(...ways[status])))).toEqual({
        outcome: 'refused',
        refusal: { reason: 'illegal-step', step: 'issue', status },
      });
    });
  }

  it('a paper corrected to another addressee begins anew there', () => {
    const state = replayReferral(given(...ways.accepted, issue({ paper: { ...paper, to: province } })));
    expect(state).toMatchObject({ status: 'issued', to: province, addressees: [hospital, province] });
  });

  it('a changed appointment is recorded, the same one is not', () => {
    const appointment = '2026-09-10T08:00:00+07:00' as DateTime;
    const history = given(...ways.accepted, { ...commands.accept, appointment });
    expect(replayReferral(history)).toMatchObject({ status: 'accepted', appointment });
    expect(decideReferral({ ...commands.accept, appointment }, replayReferral(history))).toEqual({
      outcome: 'unchanged',
    });
  });

  for (const status of ['answered', 'referred-back', 'closed'] as const) {
    it(`${status} · a corrected answer is recorded in place of the first and changes no status`, () => {
      const better = { ...answer, treatment: 'Losartan 50mg' };
      expect(replayReferral(given(...ways[status], { ...commands.answer, answer: better }))).toMatchObject({
        status,
        answers: [better],
      });
    });
  }

  it('each episode has its own answer, so that a repeat of either is unchanged', () => {
    const first = { ...commands.answer, answer: { ...answer, episode } };
    const second = { ...commands.answer, answer: { ...answer, episode: '08Z01.202609.00002' as EpisodeNumber } };
    const state = replayReferral(given(...ways.arrived, first, second));
    expect(state).toMatchObject({ answers: [first.answer, second.answer] });
    expect(decideReferral(first, state)).toEqual({ outcome: 'unchanged' });
    expect(decideReferral(second, state)).toEqual({ outcome: 'unchanged' });
  });

  it('another reason is not the same step again', () => {
    expect(
      decideReferral({ ...commands.decline, reason: 'Khác' }, replayReferral(given(...ways.declined))),
    ).toMatchObject({
      refusal: { reason: 'illegal-step' },
    });
    expect(
      decideReferral({ ...commands.cancel, reason: 'Khác' }, replayReferral(given(...ways.cancelled))),
    ).toMatchObject({
      refusal: { reason: 'illegal-step' },
    });
  });
});

describe('validity', () => {
  const validUntil = (change: Parameters<typeof issue>[0]) => {
    const state = replayReferral(given(issue(change)));
    return state.status === 'issued' ? state.issue.validUntil : undefined;
  };

  it('ten working days from signing, holidays left out (TT 01/2025 Art. 12(1))', () => {
    expect(validUntil({})).toBe('2026-09-21');
    expect(validUntil({ holidays: new Set(['2026-09-09', '2026-09-12']) })).toBe('2026-09-22');
    expect(validUntil({ paper: { ...paper, issuedAt: '2026-09-05' as DateTime } })).toBe('2026-09-18');
  });

  it('one year where the paper says so (Art. 12(2))', () => {
    expect(validUntil({ validity: 'one-year' })).toBe('2027-09-07');
  });

  it('does not expire on its last day', () => {
    expect(decideReferral({ ...commands.expire, at: lastDay }, replayReferral(given(commands.issue)))).toEqual({
      outcome: 'refused',
      refusal: { reason: 'still-valid', step: 'expire', validUntil: '2026-09-21' },
    });
  });

  it('expires the day after, as a fact of the issuing facility', () => {
    expect(decideReferral(commands.expire, replayReferral(given(commands.issue)))).toEqual({
      outcome: 'events',
      events: [{ type: 'ReferralExpired', data: { referral, resident, at: tooLate, by: station } }],
    });
  });
});

it('an issued referral carries the paper, the direction and the last valid day', () => {
  expect(decideReferral(issue({ episode, residence: { communeCode: '02266' } }), replayReferral([]))).toEqual({
    outcome: 'events',
    events: [
      {
        type: 'ReferralIssued',
        data: {
          referral, resident, at: signedAt, by: station, paper, direction: 'up', validUntil: '2026-09-21', episode,
          residence: { communeCode: '02266' },
        }, // prettier-ignore
      },
    ],
  });
});

it('times and texts given by hand are kept', () => {
  expect(
    decideReferral({ ...commands['did-not-arrive'], note: 'Gọi không được' }, replayReferral(given(...ways.accepted))),
  ).toEqual({
    outcome: 'events',
    events: [
      { type: 'PatientDidNotArrive', data: { referral, resident, at: nextDay, by: hospital, note: 'Gọi không được' } },
    ],
  });
});
