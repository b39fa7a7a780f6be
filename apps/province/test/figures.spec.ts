import { describe, expect, it } from '@jest/globals';
import {
  detailsCorrected,
  historyRecorded,
  livesIn,
  moved,
  referral,
  registered,
  residentId,
  screeningCompleted,
  screeningId,
  screeningRetracted,
  visitAmended,
  visitRecorded,
  visitRetracted,
} from './support/events.js';
import { FigureReader } from '../src/statistics/figure-reader.js';
import { lines, periodOf, place, Province, today } from './support/province.js';

const an = residentId(1);
const binh = residentId(2);
const lamBinh = livesIn('02266');

async function given(...events: Parameters<Province['tell']>[0]): Promise<Province> {
  const province = await Province.open();
  await province.tell(events);
  return province;
}

describe('visits', () => {
  it('are counted once for each episode, on the day it began, whatever is told of it again', async () => {
    const province = await given(
      registered(an, { residence: lamBinh, on: '2026-09-30' }),
      visitRecorded(an, { episode: '1', start: '2026-09-30T23:50:00+07:00', residence: lamBinh }),
      visitAmended(an, { episode: '1', start: '2026-09-30T23:50:00+07:00', pressure: [120, 70], residence: lamBinh }),
    );
    expect(await province.figure('visits', '2026-09-30')).toEqual([1, null]);
    expect(await province.figure('visits-insured', '2026-Q3')).toEqual([1, 1]);
    expect(await province.figure('visits', '2026-10')).toEqual([0, null]);
  });

  it('restate their period when amended and leave it when retracted', async () => {
    const province = await given(
      registered(an),
      visitRecorded(an, { episode: '1', start: '2026-09-30' }),
      visitAmended(an, { episode: '1', start: '2026-10-01', insured: false }),
    );
    expect(await province.figure('visits-insured', '2026-09')).toEqual([0, 0]);
    expect(await province.figure('visits-insured', '2026-10')).toEqual([0, 1]);
    expect(await province.figure('residents-seen', '2026-09')).toEqual([0, null]);
    await province.tell([visitRetracted(an, '08Z11', '1')]);
    expect(await province.figure('visits', 'all')).toEqual([0, null]);
    expect(await province.figure('residents-seen', 'all')).toEqual([0, null]);
  });

  it('count the people behind them once in a period, and move with an episode that was somebody else’s', async () => {
    const province = await given(
      registered(an),
      registered(binh),
      visitRecorded(an, { episode: '1', start: '2026-09-01' }),
      visitRecorded(an, { episode: '2', start: '2026-09-20' }),
      visitRecorded(an, { facility: '08Z20', episode: '1', start: '2026-10-02' }),
    );
    expect(await province.figure('residents-seen', '2026-09')).toEqual([1, null]);
    expect(await province.figure('residents-seen', '2026')).toEqual([1, null]);
    expect(await province.figure('residents-seen', 'all', place('facility', '08Z20'))).toEqual([1, null]);
    await province.tell([visitAmended(binh, { episode: '2', start: '2026-09-20' })]);
    expect(await province.figure('residents-seen', '2026-09')).toEqual([2, null]);
  });

  it('are not screenings', async () => {
    const province = await given(registered(an), screeningCompleted(an, screeningId(1), '2026-10-01'));
    expect(await province.figure('visits', 'all')).toEqual([0, null]);
    expect(await province.figure('health-managed-12m', '2026-10')).toEqual([1, 1]);
    await province.tell([screeningRetracted(an, screeningId(1))]);
    expect(await province.figure('health-managed-12m', '2026-10')).toEqual([0, 1]);
  });
});

describe('places', () => {
  it('are those of the day: the same code is another commune after 1 July 2025, and districts end', async () => {
    const province = await given(
      registered(an, { residence: livesIn('02233'), on: '2025-05-01' }),
      visitRecorded(an, { episode: '1', start: '2025-05-01', residence: livesIn('02233') }),
      visitRecorded(an, { episode: '2', start: '2025-08-01', residence: livesIn('02266') }),
    );
    expect(await province.figure('visits', '2025', place('commune', '02233'))).toEqual([1, null]);
    expect(await province.figure('visits', '2025', place('commune', '02266'))).toEqual([1, null]);
    expect(await province.figure('visits', '2025', place('district', '071'))).toEqual([1, null]);
    expect(await province.figure('visits', '2025', place('province', '08'))).toEqual([2, null]);
    // The resident is counted where the commune went.
    expect(await province.figure('residents-known', '2025-06', place('commune', '02233'))).toEqual([1, null]);
    expect(await province.figure('residents-known', '2025-06', place('district', '071'))).toEqual([1, null]);
    expect(await province.figure('residents-known', '2025-07', place('commune', '02233'))).toEqual([0, null]);
    expect(await province.figure('residents-known', '2025-07', place('commune', '02266'))).toEqual([1, null]);
    expect(await province.figure('residents-known', '2025-07', place('district', '071'))).toEqual([0, null]);
  });

  it('are the facility’s own where the residence is missing or unknown, and the code where the province is not shipped', async () => {
    const province = await given(
      registered(an, { residence: livesIn('99999') }),
      visitRecorded(an, { episode: '1', start: '2026-10-01' }),
      visitRecorded(an, { episode: '2', start: '2026-10-02', residence: livesIn('99999') }),
      visitRecorded(an, { episode: '3', start: '2026-10-03', residence: livesIn('00070', '01') }),
      visitRecorded(an, { facility: '08Z01', episode: '4', start: '2026-10-04' }),
    );
    expect(await province.figure('visits', '2026', place('commune', '02266'))).toEqual([2, null]);
    expect(await province.figure('visits', '2026', place('commune', '00070'))).toEqual([1, null]);
    expect(await province.figure('visits', '2026', place('province', '01'))).toEqual([1, null]);
    expect(await province.figure('visits', '2026', place('province', '08'))).toEqual([3, null]);
  });

  it('follow a resident who moves, from the day of the move, and a residence that was corrected, from the beginning', async () => {
    const province = await given(
      registered(an, { residence: lamBinh, on: '2026-01-10' }),
      moved(an, livesIn('02302'), '2026-06-15'),
    );
    expect(await province.figure('residents-known', '2026-05', place('commune', '02266'))).toEqual([1, null]);
    expect(await province.figure('residents-known', '2026-06', place('commune', '02266'))).toEqual([0, null]);
    expect(await province.figure('residents-known', '2026-06', place('commune', '02302'))).toEqual([1, null]);
    await province.tell([detailsCorrected(an, { residence: livesIn('02296') }, ['residence'])]);
    expect(await province.figure('residents-known', '2026-06', place('commune', '02302'))).toEqual([0, null]);
    expect(await province.figure('residents-known', '2026-06', place('commune', '02296'))).toEqual([1, null]);
  });
});

describe('stocks of twelve months', () => {
  it('hold a health check from its day until the same day a year later', async () => {
    const province = await given(
      registered(an, { on: '2025-03-10' }),
      visitRecorded(an, { episode: '1', start: '2025-03-10', pressure: [120, 70] }),
    );
    expect(await province.figure('health-managed-12m', '2025-03-09')).toEqual([0, 0]);
    expect(await province.figure('health-managed-12m', '2025-03-10')).toEqual([1, 1]);
    expect(await province.figure('health-managed-12m', '2026-03-09')).toEqual([1, 1]);
    expect(await province.figure('health-managed-12m', '2026-03-10')).toEqual([0, 1]);
  });

  it('take a late visit into the past as well', async () => {
    const province = await given(registered(an, { on: '2026-10-01' }));
    expect(await province.figure('residents-known', '2026-05')).toEqual([0, null]);
    await province.tell([visitRecorded(an, { episode: '1', start: '2026-05-05', careType: '16' })]);
    expect(await province.figure('residents-known', '2026-05')).toEqual([1, null]);
    expect(await province.figure('health-managed-12m', '2026-05')).toEqual([1, 1]);
  });

  it('of a running period stand today', async () => {
    const province = await given(
      registered(an, { on: '2025-12-01' }),
      visitRecorded(an, { episode: '1', start: '2025-12-15', pressure: [120, 70] }),
    );
    // On 22 November 2026 the check still holds, on 31 December it will not.
    expect(await province.figure('health-managed-12m', '2026')).toEqual([1, 1]);
  });

  it('know who is at high risk by diagnosis, age, history or tobacco', async () => {
    const people = [1, 2, 3, 4, 5].map(residentId);
    const province = await Province.open();
    const [byDiagnosis = an, byAge = an, byHistory = an, byTobacco = an, none = an] = people;
    await province.tell([
      ...people.map((who) => registered(who, { on: '2026-01-01', birthDate: who === byAge ? '1966-12-31' : '2000' })),
      visitRecorded(byDiagnosis, { episode: '1', start: '2026-02-01', codes: ['K29.7', 'J44.9'] }),
      historyRecorded(byHistory, { diseases: [{ code: '1', present: true }] }, '2026-02-01'),
      historyRecorded(byTobacco, { riskFactors: [{ kind: 'tobacco', status: 'regular' }] }, '2026-02-01'),
      historyRecorded(none, { diseases: [{ code: '2', present: false }] }, '2026-02-01'),
    ]);
    expect(await province.figure('high-risk-checked-12m', '2026-01')).toEqual([0, 1]);
    expect(await province.figure('high-risk-checked-12m', '2026-02')).toEqual([0, 4]);
  });
});

describe('hypertension and diabetes', () => {
  it.each([
    ['under 65, at target', '1970', ['I10'], [129, 79], [1, 1], [1, 1]],
    ['under 65, above the target of QĐ 5904', '1970', ['I10'], [135, 79], [0, 1], [1, 1]],
    ['65 or older has ten more', '1950', ['I10'], [135, 79], [1, 1], [1, 1]],
    ['diabetes takes them away', '1950', ['I10', 'E11.9'], [135, 79], [0, 1], [1, 1]],
    ['diastolic counts too', '1950', ['I10'], [125, 80], [0, 1], [1, 1]],
    ['above both', '1950', ['I10'], [150, 95], [0, 1], [0, 1]],
  ] as const)('blood pressure at target: %s', async (_, birthDate, codes, pressure, byQd5904, byQd3192) => {
    const province = await given(
      registered(an, { birthDate, on: '2026-10-01' }),
      visitRecorded(an, { episode: '1', start: '2026-10-01', codes, pressure }),
    );
    expect(await province.figure('hypertension-controlled', '2026-10')).toEqual(byQd5904);
    expect(await province.figure('hypertension-controlled-140-90', '2026-10')).toEqual(byQd3192);
  });

  it('the last measurement counts, and only for a year', async () => {
    const province = await given(
      registered(an, { birthDate: '1970', on: '2025-01-05' }),
      visitRecorded(an, { episode: '1', start: '2025-01-05', codes: ['I10'], pressure: [120, 70] }),
      visitRecorded(an, { episode: '2', start: '2025-06-05', codes: ['I10'], pressure: [160, 95] }),
      visitRecorded(an, { episode: '3', start: '2025-12-05', codes: ['I10'] }),
    );
    expect(await province.figure('hypertension-controlled', '2025-05')).toEqual([1, 1]);
    expect(await province.figure('hypertension-controlled', '2025-06')).toEqual([0, 1]);
    expect(await province.figure('hypertension-managed', '2026-07')).toEqual([1, 1]);
    await province.tell([visitAmended(an, { episode: '3', start: '2025-12-05', codes: ['I10'], pressure: [118, 72] })]);
    expect(await province.figure('hypertension-controlled', '2026-07')).toEqual([1, 1]);
  });

  it('are newly found once, by the first diagnosis, unless a history had named them before', async () => {
    const province = await given(
      registered(an),
      registered(binh),
      visitRecorded(an, { episode: '1', start: '2026-03-01', codes: ['I10'] }),
      visitRecorded(an, { episode: '2', start: '2026-02-01', codes: ['A09', 'I11.9'] }),
      historyRecorded(binh, { diseases: [{ code: '2', present: true }] }, '2026-01-01'),
      visitRecorded(binh, { facility: '08Z20', episode: '1', start: '2026-03-01', codes: ['I10'] }),
    );
    expect(await province.figure('hypertension-found', '2026-02')).toEqual([1, null]);
    expect(await province.figure('hypertension-found', '2026')).toEqual([1, null]);
    expect(await province.figure('hypertension-managed', '2026-03')).toEqual([2, 2]);
  });

  it('sugar is at target by HbA1c, or by glucose where there is none', async () => {
    const province = await given(
      registered(an),
      visitRecorded(an, { episode: '1', start: '2026-09-01', codes: ['E11.9'], glucose: 7.2 }),
    );
    expect(await province.figure('diabetes-controlled', '2026-09')).toEqual([1, 1]);
    await province.tell([visitRecorded(an, { episode: '2', start: '2026-09-02', codes: ['E11.9'], hba1c: 7 })]);
    expect(await province.figure('diabetes-controlled', '2026-09')).toEqual([0, 1]);
  });
});

describe('referrals', () => {
  it('count as issued, arrived and answered on the day of issue, and back on their own day', async () => {
    const paper = referral(an, '1');
    const province = await given(
      registered(an),
      paper.issued('2026-09-30T08:00:00+07:00', 'up', lamBinh),
      paper.arrived('2026-10-01T08:00:00+07:00'),
      paper.answered('2026-10-02T20:30:00+07:00'),
      paper.back('2026-10-03T08:00:00+07:00'),
    );
    for (const at of [place('facility', '08Z11'), place('commune', '02266')]) {
      expect(await province.figure('referrals-up', '2026-09', at)).toEqual([1, null]);
      expect(await province.figure('referrals-arrived', '2026-09', at)).toEqual([1, null]);
      expect(await province.figure('referrals-answered', '2026-09', at)).toEqual([1, null]);
      expect(await province.figure('referral-answer-hours', '2026-09', at)).toEqual([60.5, 1]);
      expect(await province.figure('referrals-back', '2026-09', at)).toEqual([0, null]);
      expect(await province.figure('referrals-back', '2026-10', at)).toEqual([1, null]);
    }
  });

  it('count a way back once, whichever of its two papers is told first', async () => {
    const up = referral(an, '1');
    const down = referral(an, 'B1', '08Z01', '08Z11');
    const told = [
      up.issued('2026-09-01T08:00:00+07:00'),
      up.back('2026-09-03T08:00:00+07:00', 'B1'),
      down.issued('2026-09-03T08:00:00+07:00', 'down'),
    ];
    for (const order of [told, [told[2], told[0], told[1]].flatMap((event) => (event ? [event] : []))]) {
      const province = await given(registered(an), ...order);
      expect(await province.figure('referrals-back', 'all')).toEqual([1, null]);
    }
    // A paper down that answers no referral is a way back of its own.
    const alone = await given(registered(an), down.issued('2026-09-03T08:00:00+07:00', 'down'));
    expect(await alone.figure('referrals-back', 'all')).toEqual([1, null]);
    expect(await alone.figure('referrals-up', 'all')).toEqual([0, null]);
  });
});

describe('the position of the figures', () => {
  it('is that of the newest fact in them, in whatever order the partitions of the topic were read', async () => {
    const province = await given();
    const [first, second] = [
      [registered(an, { residence: lamBinh }), visitRecorded(an, { episode: '1', start: '2026-09-01' })],
      [registered(binh), visitRecorded(binh, { facility: '08Z20', episode: '1', start: '2026-09-02' })],
    ].map((told) => told.map((event) => province.log.record(event)));
    await province.view.apply(second ?? []);
    await province.view.apply(first ?? []);
    const all = periodOf('all');
    const { position, figures } = await new FigureReader(province.view).read(place('province', '08'), all, today);
    expect(position).toBe(second?.at(-1)?.position);
    const [recounted] = await province.recounted([place('province', '08')], 'all', position);
    expect(lines(figures)).toEqual(lines(recounted ?? new Map()));
  });
});
