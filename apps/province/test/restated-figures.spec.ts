import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DomainEvent } from '#domain/domain-events.js';
import type { ResidentId } from '#domain/ids.js';
import { MergedResidents } from '#domain/residents/merged-residents.js';
import { everywhere } from '../src/statistics/figure-place-key.js';
import {
  detailsCorrected,
  historyRecorded,
  livesIn,
  merged,
  moved,
  referral,
  registered,
  residentId,
  screeningCompleted,
  screeningId,
  screeningRetracted,
  unmerged,
  visitAmended,
  visitRecorded,
  visitRetracted,
} from './support/events.js';
import { lines, place, Province } from './support/province.js';

const facility = fc.constantFrom('08Z01', '08Z11', '08Z20', '08Z99');
const resident = fc.integer({ min: 1, max: 4 }).map(residentId);
/** Around the change of the map of 1 July 2025, and up to today. */
const date = fc
  .integer({ min: 0, max: 900 })
  .map((days) => new Date(Date.parse('2024-08-01T00:00:00Z') + days * 86_400_000).toISOString().slice(0, 10));
const start = fc
  .tuple(date, fc.option(fc.integer({ min: 0, max: 23 })))
  .map(([day, hour]) => (hour === null ? day : `${day}T${String(hour).padStart(2, '0')}:30:00+07:00`));
const residence = fc.constantFrom(
  undefined,
  livesIn('02233'),
  livesIn('02266'),
  livesIn('02302'),
  livesIn('00688', '02'),
  livesIn('00070', '01'),
  livesIn('99999'),
  livesIn('xã bên', '01'),
  {},
);
const codes = fc.subarray(['I10', 'E11.9', 'J44.9', 'A09', 'K29.7', 'I10 vô căn', 'E14 đái tháo đường típ không rõ'], {
  minLength: 1,
  maxLength: 3,
});

const visitWords = fc
  .record({
    facility,
    episode: fc.constantFrom('1', '2', '3'),
    start,
    insured: fc.boolean(),
    careType: fc.constantFrom('01', '15', '16'),
    codes,
    pressure: fc.option(fc.tuple(fc.constantFrom(118, 129, 135, 150), fc.constantFrom(70, 79, 85, 95)), {
      nil: undefined,
    }),
    glucose: fc.option(fc.constantFrom(5.5, 7.2, 9.1), { nil: undefined }),
    hba1c: fc.option(fc.constantFrom(6.4, 7, 8.2), { nil: undefined }),
    residence,
  })
  .map(({ pressure, glucose, hba1c, residence: lives, ...words }) => ({
    ...words,
    ...(pressure && { pressure }),
    ...(glucose !== undefined && { glucose }),
    ...(hba1c !== undefined && { hba1c }),
    ...(lives && { residence: lives }),
  }));

const person = fc
  .record({
    birthDate: fc.constantFrom(undefined, '1950', '1961-03', '1966-07-02', '1999-12-31'),
    residence,
    by: facility,
  })
  .map(({ birthDate, residence: lives, by }) => ({
    by,
    ...(birthDate && { birthDate }),
    ...(lives && { residence: lives }),
  }));

const history = fc.record({
  diseases: fc.subarray(['1', '2', '3', '4', '6']).map((found) => found.map((code) => ({ code, present: true }))),
  riskFactors: fc
    .constantFrom<['no' | 'yes' | 'regular', boolean]>(['no', false], ['regular', false], ['regular', true])
    .map(([status, stopped]) => [{ kind: 'tobacco' as const, status, stopped }]),
});

const referralSteps = fc
  .record({
    resident,
    number: fc.constantFrom('7', '8'),
    from: fc.constantFrom('08Z11', '08Z20'),
    when: start,
    residence,
  })
  .chain(({ resident: who, number, from, when, residence: lives }) => {
    const paper = referral(who, number, from);
    const back = referral(who, `B${number}`, '08Z01', from);
    return fc.constantFrom(
      paper.issued(when, 'up', lives),
      paper.issued(when, 'level', lives),
      paper.arrived(when),
      paper.answered(when),
      paper.back(when),
      paper.back(when, `B${number}`),
      back.issued(when, 'down', lives),
    );
  });

/** Anything that the log may tell, in any order: late, repeated, amended, retracted, of somebody else. */
const event: fc.Arbitrary<DomainEvent> = fc.oneof(
  { arbitrary: fc.tuple(resident, visitWords).map(([who, words]) => visitRecorded(who, words)), weight: 6 },
  { arbitrary: fc.tuple(resident, visitWords).map(([who, words]) => visitAmended(who, words)), weight: 4 },
  fc
    .tuple(resident, facility, fc.constantFrom('1', '2', '3'))
    .map(([who, where, episode]) => visitRetracted(who, where, episode)),
  fc
    .tuple(resident, fc.integer({ min: 1, max: 3 }), start, facility, fc.subarray(['I10', 'E11']), residence)
    .map(([who, number, when, where, findings, lives]) =>
      screeningCompleted(who, screeningId(number), when, {
        facility: where,
        findings,
        ...(lives && { residence: lives }),
      }),
    ),
  fc
    .tuple(resident, fc.integer({ min: 1, max: 3 }))
    .map(([who, number]) => screeningRetracted(who, screeningId(number))),
  fc.tuple(resident, person).map(([who, words]) => detailsCorrected(who, words, ['residence', 'birthDate'])),
  fc.tuple(resident, residence, date).map(([who, to, on]) => moved(who, to ?? {}, on)),
  fc.tuple(resident, history, date).map(([who, told, on]) => historyRecorded(who, told, on)),
  { arbitrary: referralSteps, weight: 3 },
);

const log = fc
  .tuple(
    fc.subarray([1, 2, 3, 4]),
    fc.array(fc.tuple(person, date), { minLength: 4, maxLength: 4 }),
    fc.array(event, { maxLength: 40 }),
  )
  .map(([known, people, told]): readonly DomainEvent[] => [
    ...known.map((number, index) => {
      const [words, on] = people[index] ?? [{}, '2026-01-01'];
      return registered(residentId(number), { ...words, on });
    }),
    ...told,
  ]);

/** Merges and unmerges among what is told, such as the two records' streams allow: no ring, nobody joined twice. */
const logWithMerges = fc
  .tuple(log, fc.array(fc.tuple(fc.nat(60), resident, resident, fc.boolean()), { minLength: 1, maxLength: 8 }))
  .map(([told, asked]): readonly DomainEvent[] => {
    const known = new MergedResidents<ResidentId>();
    const events: DomainEvent[] = [...told];
    const fromTheFront = asked.toSorted(([a], [b]) => a - b);
    for (const [index, one, other, apart] of fromTheFront) {
      const [a, b] = [known.survivorOf(one), known.survivorOf(other)];
      const at = Math.min(index, events.length);
      if (apart && known.membersOf(a).includes(one) && one !== a && known.isDirect(a, one)) {
        known.unmerge(a, one);
        events.splice(at, 0, unmerged(a, one));
      } else if (a !== b) {
        known.merge(a, b);
        events.splice(at, 0, merged(a, b));
      }
    }
    return events;
  });

const places = [
  everywhere,
  place('province', '08'),
  place('province', '02'),
  place('district', '071'),
  place('commune', '02266'),
  place('commune', '02302'),
  place('commune', '00070'),
  place('facility', '08Z11'),
  place('facility', '08Z01'),
];
const periods = [
  'all',
  '2024',
  '2025',
  '2026',
  '2025-Q2',
  '2025-Q3',
  '2025-06',
  '2025-07',
  '2026-10',
  '2026-11',
  '2025-06-30',
  '2026-11-22',
  '2027',
];

describe('figures kept incrementally', () => {
  it('equal a recount of the log, whatever was told in whatever order and batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        log,
        fc.integer({ min: 1, max: 12 }),
        fc.subarray(places, { minLength: 2, maxLength: 4 }),
        fc.subarray(periods, { minLength: 2, maxLength: 4 }),
        async (told, batchSize, asked, when) => {
          const province = await Province.open();
          await province.tell(told, batchSize);
          for (const period of when) {
            const recounted = await province.recounted(asked, period);
            for (const [index, at] of asked.entries()) {
              expect({ at, period, figures: lines(await province.figures(at, period)) }).toEqual({
                at,
                period,
                figures: lines(recounted[index] ?? new Map()),
              });
            }
          }
          await province.view.close();
        },
      ),
      { numRuns: 120 },
    );
  });

  it('count merged records as one person and unmerged ones as two, as a recount does', async () => {
    await fc.assert(
      fc.asyncProperty(
        logWithMerges,
        fc.integer({ min: 1, max: 12 }),
        fc.subarray(places, { minLength: 2, maxLength: 4 }),
        fc.subarray(periods, { minLength: 2, maxLength: 4 }),
        async (told, batchSize, asked, when) => {
          const province = await Province.open();
          await province.tell(told, batchSize);
          for (const period of when) {
            const recounted = await province.recounted(asked, period);
            for (const [index, at] of asked.entries()) {
              expect({ at, period, figures: lines(await province.figures(at, period)) }).toEqual({
                at,
                period,
                figures: lines(recounted[index] ?? new Map()),
              });
            }
          }
          await province.view.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are after a merge and its unmerge what they were', async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.subarray(places, { minLength: 3, maxLength: 3 }), async (told, asked) => {
        const [alone, again] = [await Province.open(), await Province.open()];
        const [a, b] = [residentId(1), residentId(2)];
        await alone.tell(told);
        await again.tell([merged(a, b), ...told, unmerged(a, b)], 3);
        for (const at of asked)
          expect(lines(await again.figures(at, 'all'))).toEqual(lines(await alone.figures(at, 'all')));
        await Promise.all([alone.view.close(), again.view.close()]);
      }),
      { numRuns: 40 },
    );
  });

  it('of a place add up over its facilities and over its communes', async () => {
    const flows = ['visits', 'visits-insured', 'hypertension-found', 'referrals-up', 'referrals-back'] as const;
    await fc.assert(
      fc.asyncProperty(log, fc.constantFrom(...flows), fc.constantFrom(...places), async (told, code, at) => {
        const province = await Province.open();
        await province.tell(told);
        const [whole] = await province.figure(code, 'all', at);
        expect(await province.sumOfParts(code, at, 'facility')).toBe(whole);
        expect(await province.sumOfParts(code, at, 'commune')).toBe(whole);
        await province.view.close();
      }),
      { numRuns: 40 },
    );
  });
});
