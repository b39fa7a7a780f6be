import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import { decideConsent, sharedWith, type SharingStatement, statementOf, withStatement } from './consent.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const said = (sharing: SharingStatement['sharing'], on: string, to?: string): SharingStatement => ({
  sharing,
  statedOn: on as LocalDate,
  takenBy: '08Z11' as FacilityCode,
  ...(to !== undefined && { to: to as FacilityCode }),
});
const after = (...statements: readonly SharingStatement[]): readonly SharingStatement[] =>
  statements.reduce<readonly SharingStatement[]>(
    (known, statement) => decideConsent(resident, statement, known).map(statementOf).reduce(withStatement, known),
    [],
  );

describe('consent to share the record', () => {
  it('is there until it is withdrawn, and again when it is given', () => {
    expect(sharedWith([], '08Z01')).toBe(true);
    const withdrawn = after(said('withdrawn', '2026-10-01'));
    expect([sharedWith(withdrawn, '08Z01'), sharedWith(withdrawn, undefined)]).toEqual([false, false]);
    expect(sharedWith(after(said('withdrawn', '2026-10-01'), said('given', '2026-10-02')), '08Z01')).toBe(true);
  });

  it('of one facility goes before that of all', () => {
    const but = after(said('withdrawn', '2026-10-01'), said('given', '2026-10-02', '08Z01'));
    expect([sharedWith(but, '08Z01'), sharedWith(but, '08Z02'), sharedWith(but, undefined)]).toEqual([
      true,
      false,
      false,
    ]);
    const except = after(said('withdrawn', '2026-10-01', '08Z01'));
    expect([sharedWith(except, '08Z01'), sharedWith(except, '08Z02')]).toEqual([false, true]);
  });

  it('of all ends what was said of single ones before, not after', () => {
    expect(sharedWith(after(said('given', '2026-10-01', '08Z01'), said('withdrawn', '2026-10-02')), '08Z01')).toBe(
      false,
    );
  });

  it('said again, or told late, says nothing new', () => {
    const known = after(said('withdrawn', '2026-10-05'));
    expect(decideConsent(resident, said('withdrawn', '2026-10-05'), known)).toEqual([]);
    expect(decideConsent(resident, said('given', '2026-10-01'), known)).toEqual([]);
    expect(decideConsent(resident, said('given', '2026-10-01', '08Z01'), known)).toEqual([]);
  });
});
