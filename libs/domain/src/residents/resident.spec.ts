import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate, PartialDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import { contradicts, demographicKey, mayBeSamePerson } from './identity.js';
import type { HealthHistory, ResidentDetails, ResidentIdentifier } from './resident-content.js';
import {
  decideResident,
  evolveResident,
  initialResident,
  type ObserveResident,
  type ResidentState,
} from './resident.js';

const station = '08Z11' as FacilityCode;
const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const nationalId = (value: string): ResidentIdentifier => ({ system: 'national-id', value });

const details = (changes: Partial<ResidentDetails> = {}): ResidentDetails => ({
  name: 'Người Thử Nghiệm',
  sex: 'female',
  birthDate: '1970-05-10' as PartialDate,
  residence: { provinceCode: '08', communeCode: '02266', text: 'Thôn Thử, Xã Lăng Can' },
  ...changes,
});

const observe = (changes: Partial<ObserveResident> = {}): ObserveResident => ({
  type: 'ObserveResident',
  resident,
  by: station,
  details: details(),
  identifiers: [nationalId('008170000001')],
  cards: [],
  observedOn: '2026-09-02' as LocalDate,
  ...changes,
});

const after = (...observations: readonly ObserveResident[]): ResidentState =>
  observations.reduce(
    (state, observation) => decideResident(observation, state).reduce(evolveResident, state),
    initialResident,
  );

const typesOf = (command: ObserveResident, state: ResidentState): readonly string[] =>
  decideResident(command, state).map((event) => event.type);

describe('a resident', () => {
  it('is registered by the first who sees them', () => {
    expect(typesOf(observe(), initialResident)).toEqual(['ResidentRegistered']);
  });

  it('is not changed by what is known', () => {
    expect(typesOf(observe(), after(observe()))).toEqual([]);
    expect(typesOf(observe({ details: details({ name: 'NGUOI THU NGHIEM' }) }), after(observe()))).toEqual([]);
  });

  it('has new numbers and cards recorded beside the old ones', () => {
    const state = after(observe());
    const command = observe({
      identifiers: [nationalId('008170000001'), { system: 'facility-patient-number', value: 'BN1', facility: station }],
      cards: [{ number: 'HN2080000000001' }],
    });
    expect(typesOf(command, state)).toEqual(['IdentifierRecorded', 'InsuranceCardRecorded']);
  });

  it('moves when a newer statement names another commune, and not when an older one does', () => {
    const elsewhere = details({ residence: { provinceCode: '08', communeCode: '02302' } });
    expect(typesOf(observe({ details: elsewhere, observedOn: '2026-10-01' as LocalDate }), after(observe()))).toEqual([
      'ResidentMoved',
    ]);
    expect(typesOf(observe({ details: elsewhere, observedOn: '2026-08-01' as LocalDate }), after(observe()))).toEqual(
      [],
    );
  });

  it('keeps what a message leaves out, and fills what was missing even from an older one', () => {
    const { birthDate: _, ...withoutBirthDate } = details();
    expect(typesOf(observe({ details: withoutBirthDate }), after(observe()))).toEqual([]);
    const older = observe({ details: details({ phone: '0900000000' }), observedOn: '2026-01-01' as LocalDate });
    const state = after(observe(), older);
    expect(state).toMatchObject({ details: { phone: '0900000000' }, observedOn: '2026-09-02' });
  });

  it('keeps the exact birth date when a later form only knows the year', () => {
    const yearOnly = observe({
      details: details({ birthDate: '1970' as PartialDate }),
      observedOn: '2026-10-01' as LocalDate,
    });
    expect(typesOf(yearOnly, after(observe()))).toEqual([]);
  });

  it('keeps the longer of two forms of one address', () => {
    const shorter = details({ residence: { communeCode: '02266', text: 'Thôn Thử' } });
    expect(typesOf(observe({ details: shorter, observedOn: '2026-10-01' as LocalDate }), after(observe()))).toEqual([]);
  });

  it('has a history that changes only in what changed', () => {
    const history = { diseases: [{ code: '2', display: 'Tăng huyết áp', present: true }] };
    expect(typesOf(observe({ history }), initialResident)).toEqual(['ResidentRegistered', 'HealthHistoryRecorded']);
    const state = after(observe({ history }));
    expect(typesOf(observe({ history }), state)).toEqual([]);
    const more = { ...history, allergies: [{ code: '1', present: true }] };
    expect(decideResident(observe({ history: more }), state)).toMatchObject([
      { type: 'HealthHistoryRecorded', data: { changed: ['allergies'] } },
    ]);
  });
  it('has a history of which an older statement only fills gaps, and never makes it older', () => {
    const told = (pregnancies: number, on: string, more: HealthHistory['reproductive'] = {}) =>
      observe({ history: { reproductive: { pregnancies, ...more } }, observedOn: on as LocalDate });
    const state = after(told(2, '2026-09-01'), told(1, '2026-03-01', { births: 1 }));
    expect(state).toMatchObject({
      history: { reproductive: { pregnancies: 2, births: 1 } },
      historyObservedOn: '2026-09-01',
    });
    // Newer than the one that filled the gap, older than the one that stands.
    expect(typesOf(told(3, '2026-06-01'), state)).toEqual([]);
    expect(after(told(2, '2026-09-01'), told(3, '2026-10-01'))).toMatchObject({
      history: { reproductive: { pregnancies: 3 } },
    });
  });

  it('says nothing new twice, whatever was seen', () => {
    const observation = fc
      .record({
        name: fc.constantFrom('Người Thử Nghiệm', 'NGUOI THU NGHIEM', 'Người Thử Hai'),
        birthDate: fc.constantFrom('1970', '1970-05', '1970-05-10', '1971-01-01'),
        communeCode: fc.constantFrom('02266', '02302'),
        phone: fc.option(fc.constantFrom('0900000000', '0911111111'), { nil: undefined }),
        observedOn: fc.constantFrom('2026-01-01', '2026-09-02', '2026-10-01'),
      })
      .map(({ name, birthDate, communeCode, phone, observedOn }) =>
        observe({
          details: details({
            name,
            birthDate: birthDate as PartialDate,
            residence: { communeCode },
            ...(phone !== undefined && { phone }),
          }),
          observedOn: observedOn as LocalDate,
        }),
      );
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 5 }), observation, (earlier, last) => {
        const state = after(...earlier, last);
        expect(decideResident(last, state)).toEqual([]);
      }),
    );
  });
});

describe('identity', () => {
  it('two of name, birth date and sex speak against a shared number; one does not', () => {
    expect(contradicts(details(), details({ name: 'Trần Văn Khác' }))).toBe(false);
    expect(contradicts(details(), details({ name: 'Trần Văn Khác', sex: 'male' }))).toBe(true);
    expect(contradicts(details(), details({ name: 'Trần Văn Khác', birthDate: '2001-01-01' as PartialDate }))).toBe(
      true,
    );
    expect(contradicts(details(), details({ birthDate: '1970' as PartialDate, sex: 'unknown' }))).toBe(false);
  });

  it('another personal number speaks against people who look the same', () => {
    const known = { details: details(), identifiers: [nationalId('008170000001')] };
    expect(mayBeSamePerson(known, { details: details(), identifiers: [nationalId('008170000002')] })).toBe(false);
    expect(mayBeSamePerson(known, { details: details(), identifiers: [] })).toBe(true);
  });

  it('people without numbers are known only by a full set of name, birth date, sex and commune', () => {
    expect(demographicKey(details())).toBe('nguoi thu nghiem|1970-05-10|female|02266');
    expect(demographicKey(details({ birthDate: '1970' as PartialDate }))).toBe('nguoi thu nghiem|1970|female|02266');
    const { birthDate: _, ...undated } = details();
    expect(demographicKey(undated)).toBeUndefined();
    expect(demographicKey(details({ sex: 'unknown' }))).toBeUndefined();
    expect(demographicKey(details({ residence: { provinceCode: '08' } }))).toBeUndefined();
  });
});
