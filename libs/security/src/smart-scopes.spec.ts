import { describe, expect, it } from '@jest/globals';
import { callerOf } from './claims.js';
import { mayUse, parseSmartScope } from './smart-scopes.js';

const caller = (kind: string, scope: string) =>
  callerOf(
    {
      kind,
      scope,
      jti: '00000000',
      ...(['station', 'hospital'].includes(kind) && { facility: '08Z11' }),
      ...(kind === 'resident' && { resident: '00000000-0000-8000-8000-000000000001' }),
    },
    'local',
  );

describe('a scope of SMART', () => {
  it.each([
    ['system/Observation.rs', { context: 'system', resource: 'Observation', interactions: ['r', 's'] }],
    ['user/*.cruds', { context: 'user', resource: '*', interactions: ['c', 'r', 'u', 'd', 's'] }],
    ['patient/Patient.read', { context: 'patient', resource: 'Patient', interactions: ['r', 's'] }],
    ['user/Condition.write', { context: 'user', resource: 'Condition', interactions: ['c', 'u', 'd'] }],
    ['user/*.*', { context: 'user', resource: '*', interactions: ['c', 'r', 'u', 'd', 's'] }],
    ['user/Observation.s', { context: 'user', resource: 'Observation', interactions: ['s'] }],
  ])('%s is read', (word, scope) => expect(parseSmartScope(word)).toEqual(scope));

  it.each([
    'openid',
    'record.read',
    'user/observation.rs',
    'user/Observation.sr',
    'user/Observation.',
    'user/Observation',
    'group/Patient.rs',
    'user/Observation.rs?category=laboratory',
    'user/Observation.readx',
    'user/Observation.rr',
  ])('%s is none', (word) => expect(parseSmartScope(word)).toBeUndefined());
});

describe('scopes of SMART on a token', () => {
  it('narrow what the kind may do, type by type', () => {
    const narrow = caller('station', 'openid system/Observation.r system/Patient.rs');
    expect([...narrow.scopes]).toEqual(['record.read', 'record.export']);
    const may = (type: string, right: 'r' | 's' | 'c'): boolean => mayUse(narrow, type, right);
    expect([may('Observation', 'r'), may('Observation', 's'), may('Patient', 's')]).toEqual([true, false, true]);
    expect([may('Condition', 'r'), may('Patient', 'c')]).toEqual([false, false]);
  });

  it('never widen it: nothing comes of what the kind may not do, or of another’s name', () => {
    expect([...caller('clinician', 'user/*.cruds').scopes]).not.toContain('intake.write');
    expect([...caller('clinician', 'user/*.cruds').scopes]).not.toContain('sensitive.hiv');
    for (const [kind, scope] of [
      ['clinician', 'patient/*.rs'],
      ['clinician', 'system/*.rs'],
      ['resident', 'system/*.rs'],
      ['station', 'patient/*.rs'],
      ['operator', 'user/*.rs'],
      ['province', 'system/*.cruds'],
      ['station', 'system/Observation.rs?category=laboratory'],
    ] as const) {
      const { scopes, smart } = caller(kind, scope);
      expect([kind, scope, [...scopes], smart]).toEqual([kind, scope, [], []]);
    }
  });

  it('let one write only where they say so', () => {
    expect([...caller('station', 'system/*.rs').scopes]).not.toContain('intake.write');
    expect([...caller('station', 'system/*.write').scopes]).toEqual(['intake.write']);
  });

  it('go with our own, which then name what else there is', () => {
    const both = caller('hospital', 'record.read referrals.read system/Condition.rs');
    expect([...both.scopes]).toEqual(['record.read', 'referrals.read']);
    expect(mayUse(both, 'Observation', 'r')).toBe(false);
  });

  it('of none, the kind has what it usually has; sensitive classes only where they are named', () => {
    expect(mayUse(caller('clinician', 'openid profile'), 'Condition', 'r')).toBe(true);
    expect([...caller('clinician', '').scopes]).not.toContain('sensitive.hiv');
    expect([...caller('clinician', 'record.read sensitive.hiv').scopes]).toEqual(['record.read', 'sensitive.hiv']);
    expect([...caller('province', 'statistics.read sensitive.hiv').scopes]).toEqual(['statistics.read']);
  });
});
