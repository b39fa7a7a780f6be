import { describe, expect, it } from '@jest/globals';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { type Caller, type CallerKind, scopesOf } from '#security/caller.js';
import { visibilityOf } from './visibility.js';

const caller = (kind: CallerKind, more: Partial<Caller> = {}): Caller => ({
  kind,
  actor: kind,
  holder: kind,
  scopes: new Set(scopesOf[kind]),
  ...more,
});
const atStation = { facility: '08Z11' as FacilityCode };
const own = '00000000-0000-8000-8000-000000000001' as ResidentId;

describe('whose records a caller may read', () => {
  it('facilities those they are concerned with, a resident the own, a clinician of no facility all', () => {
    expect(visibilityOf(caller('station', atStation))).toEqual({
      kind: 'facility',
      facility: '08Z11',
      own: '08Z11',
      classes: [],
    });
    expect(visibilityOf(caller('hospital', atStation))).toMatchObject({ kind: 'facility', facility: '08Z11' });
    expect(visibilityOf(caller('clinician', atStation))).toMatchObject({ kind: 'facility', facility: '08Z11' });
    expect(visibilityOf(caller('clinician'))).toEqual({ kind: 'everybody', classes: [] });
    expect(visibilityOf(caller('resident', { resident: own }))).toEqual({
      kind: 'resident',
      resident: own,
      classes: ['hiv', 'mental-health'],
      regardless: true,
    });
  });

  it.each(['station', 'hospital', 'resident', 'province', 'operator'] as const)(
    'nobody: %s without what it needs',
    (kind) => {
      expect(() => visibilityOf(caller(kind, { scopes: new Set(['record.read']) }))).toThrow(
        expect.objectContaining({ status: 403 }),
      );
    },
  );
});
