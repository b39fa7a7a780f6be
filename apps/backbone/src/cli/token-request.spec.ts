import { describe, expect, it } from '@jest/globals';
import { WrongUse } from './output.js';
import { parseTokenRequest } from './token-request.js';

const resident = '0190a1b2-0000-7000-8000-000000000001';
const parse = (line: string): unknown => parseTokenRequest(line.split(' ').filter(Boolean));

describe('npm run token', () => {
  it.each([
    ['--as station --facility 08Z11', { kind: 'station', facility: '08Z11', hours: 12 }],
    ['--as hospital --facility=08Z01 --hours 0.5', { kind: 'hospital', facility: '08Z01', hours: 0.5 }],
    ['--as clinician', { kind: 'clinician', hours: 12 }],
    ['--as clinician --facility 08Z01', { kind: 'clinician', facility: '08Z01', hours: 12 }],
    [`--as resident --resident ${resident}`, { kind: 'resident', resident, hours: 12 }],
    ['--as province --hours 1', { kind: 'province', hours: 1 }],
    ['--as operator', { kind: 'operator', hours: 12 }],
    ['--help', 'help'],
  ])('%s is understood', (line, grant) => {
    expect(parse(line)).toEqual(grant);
  });

  it.each([
    ['', '--as'],
    ['--as minister', '--as'],
    ['--as constructor', '--as'],
    ['--as station', '--facility'],
    ['--as hospital', '--facility'],
    ['--as station --facility 8Z11', '--facility'],
    ['--as province --facility 08Z11', '--facility'],
    ['--as resident', '--resident'],
    ['--as resident --resident 012345678901', '--resident'],
    [`--as operator --resident ${resident}`, '--resident'],
    ['--as operator --hours 0', '--hours'],
    ['--as operator --hours x', '--hours'],
    ['--as operator --hours 100000', '--hours'],
    ['--as operator --colour red', '--colour'],
    ['operator', 'operator'],
  ])('%j is refused for its %s', (line, at) => {
    expect(() => parse(line)).toThrow(WrongUse);
    expect(() => parse(line)).toThrow(at);
  });
});

describe('npm run token -- --scope', () => {
  const withScope = (scope: string, kind = 'station'): unknown =>
    parseTokenRequest(['--as', kind, ...(kind === 'station' ? ['--facility', '08Z11'] : []), '--scope', scope]);

  it('gives the scopes that are named, ours and those of SMART', () => {
    expect(withScope('record.read  sensitive.hiv system/Observation.rs')).toMatchObject({
      scope: 'record.read sensitive.hiv system/Observation.rs',
    });
  });

  it.each([
    ['statistics.read', 'station'],
    ['patient/*.rs', 'station'],
    ['system/*.rs', 'clinician'],
    ['system/Observation.rs?category=laboratory', 'station'],
    ['sensitive.hiv', 'province'],
    ['nothing', 'station'],
    ['', 'station'],
  ])('%j cannot be given to a %s', (scope, kind) => {
    expect(() => withScope(scope, kind)).toThrow(WrongUse);
  });
});
