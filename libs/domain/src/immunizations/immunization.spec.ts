import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate } from '../dates.js';
import type { FacilityCode, ImmunizationId, ResidentId } from '../ids.js';
import type { ImmunizationContent } from './immunization-content.js';
import {
  decideImmunization,
  evolveImmunization,
  initialImmunization,
  type ImmunizationCommand,
  type ImmunizationState,
} from './immunization.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const station = '08Z11' as FacilityCode;
const other = '08Z12' as FacilityCode;
const day = (text: string): LocalDate => text as LocalDate;
const dose = (more: Partial<ImmunizationContent> = {}): ImmunizationContent => ({
  immunization: '00000000-0000-8000-8000-0000000000a1' as ImmunizationId,
  facility: station,
  vaccineCode: 'VAT',
  vaccineName: 'Uốn ván',
  givenOn: day('2026-05-04'),
  ...more,
});
const record = (more: Partial<ImmunizationContent> = {}, on = '2026-09-01'): ImmunizationCommand => ({
  type: 'RecordImmunization',
  resident,
  immunization: dose(more),
  observedOn: day(on),
});
const retract = (on = '2026-10-01', facility = station): ImmunizationCommand => ({
  type: 'RetractImmunization',
  facility,
  reason: 'not given',
  observedOn: day(on),
});
const step = (state: ImmunizationState, command: ImmunizationCommand): ImmunizationState => {
  const decision = decideImmunization(command, state);
  return 'events' in decision ? decision.events.reduce(evolveImmunization, state) : state;
};
const after = (...commands: readonly ImmunizationCommand[]): ImmunizationState =>
  commands.reduce(step, initialImmunization);

describe('a dose of a vaccine', () => {
  it('is recorded once, unchanged when told again, amended by what is new', () => {
    expect(decideImmunization(record(), initialImmunization)).toMatchObject({ outcome: 'recorded' });
    expect(decideImmunization(record({}, '2026-09-09'), after(record()))).toEqual({ outcome: 'unchanged' });
    expect(decideImmunization(record({ reaction: 'Sốt nhẹ' }), after(record()))).toMatchObject({
      outcome: 'amended',
      events: [{ type: 'ImmunizationAmended', data: { changed: ['reaction'] } }],
    });
    expect(decideImmunization(record(), after(record({ reaction: 'Sốt nhẹ' })))).toEqual({ outcome: 'unchanged' });
  });

  it('is corrected by a newer statement of its facility; an older one or another facility only fills gaps', () => {
    const known = after(record({ vaccineName: 'Uốn ván' }, '2026-09-01'));
    expect(step(known, record({ vaccineName: 'Td' }, '2026-09-02'))).toMatchObject({
      immunization: { vaccineName: 'Td' },
    });
    for (const late of [
      record({ vaccineName: 'Td', lotNumber: 'L1' }, '2026-08-01'),
      record({ vaccineName: 'Td', lotNumber: 'L1', facility: other }, '2026-12-01'),
    ]) {
      expect(step(known, late)).toMatchObject({
        immunization: { vaccineName: 'Uốn ván', lotNumber: 'L1', facility: station },
      });
    }
  });

  it('is taken back by its facility alone, not by an older statement, and may be told again', () => {
    expect(decideImmunization(retract(), initialImmunization)).toMatchObject({ outcome: 'refused' });
    expect(decideImmunization(retract('2026-10-01', other), after(record()))).toEqual({
      outcome: 'refused',
      reason: 'other-facility',
    });
    expect(decideImmunization(retract('2026-08-01'), after(record()))).toEqual({ outcome: 'unchanged' });
    expect(after(record(), retract())).toMatchObject({ status: 'retracted' });
    expect(decideImmunization(retract(), after(record(), retract()))).toEqual({ outcome: 'unchanged' });
    expect(decideImmunization(record(), after(record(), retract()))).toEqual({ outcome: 'unchanged' });
    expect(decideImmunization(record({}, '2026-11-01'), after(record(), retract()))).toMatchObject({
      outcome: 'recorded',
    });
  });

  it('stands as the newest statement left it, however often earlier ones come again', () => {
    const statement = fc.record({ given: fc.boolean(), reaction: fc.constantFrom('A', 'B'), again: fc.nat() });
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 8 }), (statements) => {
        const told = statements.map(({ given, reaction }, index) =>
          given ? record({ reaction }, `2026-09-1${index}`) : retract(`2026-09-1${index}`),
        );
        const delivered = told.flatMap((command, index) => {
          const earlier = told[(statements[index]?.again ?? 0) % (index + 1)];
          return earlier ? [command, earlier] : [command];
        });
        const state = after(record({ reaction: 'A' }, '2026-09-01'), ...delivered);
        const newest = told.at(-1);
        expect(state).toMatchObject(
          newest?.type === 'RecordImmunization'
            ? { status: 'given', immunization: { reaction: newest.immunization.reaction } }
            : { status: 'retracted' },
        );
      }),
    );
  });
});
