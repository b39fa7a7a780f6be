import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import type { FacilityDetails } from './facility-events.js';
import { FacilityRegister } from './facility-register.js';
import {
  decideFacility,
  evolveFacility,
  initialFacility,
  type FacilityCommand,
  type FacilityState,
} from './facility.js';

const code = '08Z11' as FacilityCode;
const details = (changes: Partial<FacilityDetails> = {}): FacilityDetails => ({
  code,
  name: 'Trạm Y tế thử nghiệm',
  kind: 'commune-station',
  careLevel: 'initial',
  provinceCode: '08',
  places: [
    { districtCode: '071', communeCode: '02233', validTo: '2025-06-30' as LocalDate },
    { communeCode: '02266', validFrom: '2025-07-01' as LocalDate },
  ],
  ...changes,
});
const describeIt = (facility = details()): FacilityCommand => ({ type: 'DescribeFacility', facility });
const close: FacilityCommand = { type: 'CloseFacility', facility: code, on: '2026-12-31' as LocalDate };
const after = (...commands: readonly FacilityCommand[]): FacilityState =>
  commands.reduce((state: FacilityState, command) => {
    const decision = decideFacility(command, state);
    return 'events' in decision ? decision.events.reduce(evolveFacility, state) : state;
  }, initialFacility);

describe('a facility', () => {
  it('is registered, unchanged when described alike, and changed where it differs', () => {
    expect(decideFacility(describeIt(), initialFacility)).toMatchObject({ events: [{ type: 'FacilityRegistered' }] });
    expect(decideFacility(describeIt(), after(describeIt()))).toEqual({ outcome: 'unchanged' });
    expect(decideFacility(describeIt(details({ name: 'Tên mới' })), after(describeIt()))).toMatchObject({
      events: [{ type: 'FacilityDetailsChanged', data: { changed: ['name'] } }],
    });
  });

  it('is closed once, never before it was registered, and opens again when described', () => {
    expect(decideFacility(close, initialFacility)).toEqual({ outcome: 'refused', reason: 'unknown-facility' });
    expect(decideFacility(close, after(describeIt(), close))).toEqual({ outcome: 'unchanged' });
    expect(decideFacility(describeIt(), after(describeIt(), close))).toMatchObject({
      events: [{ type: 'FacilityRegistered' }],
    });
  });
});

describe('the register of facilities', () => {
  it('knows where a facility stood on a day', () => {
    const register = new FacilityRegister();
    register.apply({ type: 'FacilityRegistered', data: { facility: details() } });
    expect(register.placeOn(code, '2025-05-01' as LocalDate)).toMatchObject({
      districtCode: '071',
      communeCode: '02233',
    });
    expect(register.placeOn(code, '2026-05-01' as LocalDate)).toEqual({
      communeCode: '02266',
      validFrom: '2025-07-01',
    });
    expect(register.placeOn('08Z99', '2026-05-01' as LocalDate)).toBeUndefined();
  });
});
