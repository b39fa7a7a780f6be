import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MatchSuggested } from '#domain/residents/matching/match-review.js';
import type { IntakeAnswer } from '../src/intake/intake.js';
import {
  message,
  openIntake,
  otherStation,
  station,
  testPerson,
  visitCommand,
  type IntakeHarness,
  type PersonCommand,
} from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake({ matching: true });
});
afterEach(() => harness.close());

const residentOf = (answer: IntakeAnswer): string => {
  const resident = 'receipt' in answer ? answer.receipt.records[0]?.resident : undefined;
  if (resident === undefined || resident === null) throw new Error(`no resident: ${answer.outcome}`);
  return resident;
};
const visit = async (episode: string, person: PersonCommand, at = station, more: object = {}): Promise<string> =>
  residentOf(await harness.post(at, visitCommand(episode, { person, visit: more })));
const suggestions = async (): Promise<readonly MatchSuggested['data'][]> =>
  (await harness.events('match-review'))
    .filter(({ type }) => type === 'MatchSuggested')
    .map(({ data }) => data as MatchSuggested['data']);
const without = (field: keyof PersonCommand, person = testPerson()): PersonCommand => {
  const { [field]: _, ...rest } = person;
  return rest as PersonCommand;
};
const unnumbered = without('identifiers');

describe('a person without a number', () => {
  it('is found by likeness, from the view and before the view has it', async () => {
    const known = await visit('E1', testPerson());
    const asWritten = { ...unnumbered, name: 'NONG THI THU NGHIEM', birthDate: '1961-11-05' };
    expect(await visit('E2', asWritten, otherStation)).toBe(known);
    await harness.settled();
    expect(await visit('E3', { ...asWritten, name: 'Nông Nghiệm' }, otherStation)).toBe(known);
    expect(await suggestions()).toEqual([]);
  });

  it('told at once in two spellings is made once', async () => {
    const spellings = [unnumbered, { ...unnumbered, name: 'Nong Thi Thu Nghiem', birthDate: '1961-11-05' }];
    const residents = await Promise.all(
      Array.from({ length: 8 }, (_, index) => visit(`E${index}`, spellings[index % 2] ?? unnumbered)),
    );
    expect(new Set(residents).size).toBe(1);
  });

  it('and without birth date or commune is the same when the episode is told again', async () => {
    const hardlyKnown: PersonCommand = { name: 'Nguyễn Văn An', sex: 'male' };
    const first = await visit('E1', hardlyKnown);
    expect(await visit('E1', hardlyKnown, station, { treatment: 'nghỉ ngơi' })).toBe(first);
    expect(await visit('E2', hardlyKnown)).not.toBe(first);
    const numbered = { ...hardlyKnown, identifiers: [{ system: 'national-id', value: '008061000009' }] };
    expect(await visit('E1', numbered, station, { treatment: 'uống thuốc' })).toBe(first);
  });

  it('who may be somebody known has a record of their own, and the pair is suggested once', async () => {
    const old: PersonCommand = { ...testPerson(), name: 'Nguyễn Thị Hoa', birthDate: '1941' };
    const known = await visit('E1', old);
    const other = await visit('E2', without('identifiers', old));
    expect(other).not.toBe(known);
    const [pair, ...more] = await suggestions();
    expect(more).toEqual([]);
    expect(pair).toMatchObject({ reason: 'likeness', residents: [known, other].toSorted() });
    expect(JSON.stringify(pair)).not.toMatch(/Hoa|1941|008161/);
    await visit('E3', without('identifiers', old));
    expect(await suggestions()).toHaveLength(1);
  });

  it('is not joined with the unlike', async () => {
    const known = await visit('E1', testPerson());
    expect(await visit('E2', { ...unnumbered, name: 'Trần Văn Bình', sex: 'male', birthDate: '1988-02-03' })).not.toBe(
      known,
    );
    expect(await suggestions()).toEqual([]);
  });
});

describe('numbers', () => {
  it('of two people in one message put the two before a human', async () => {
    const insured = { system: 'insurance-number', value: '0812345678' };
    const hoa = testPerson({ name: 'Nguyễn Thị Hoa' });
    const one = await visit('E1', hoa);
    const other = await visit('E2', {
      ...hoa,
      identifiers: [insured],
      birthDate: '1961',
      residence: { communeCode: '02266' },
    });
    expect(other).not.toBe(one);
    expect(await suggestions()).toEqual([]);
    const both = { ...hoa, identifiers: [...(hoa.identifiers ?? []), insured] };
    const answer = await harness.post(station, visitCommand('E3', { person: both }));
    expect(residentOf(answer)).toBe(one);
    expect(answer).toMatchObject({
      receipt: { records: [{ faults: [{ code: 'identifier-of-another-person' }] }] },
    });
    expect(await suggestions()).toMatchObject([{ reason: 'tied-by-message', residents: [one, other].toSorted() }]);
    await visit('E4', both);
    expect(await suggestions()).toHaveLength(1);
  });

  it('lent or mistyped make no one of two, and the pair is suggested', async () => {
    const known = await visit('E1', testPerson());
    const stranger = testPerson({ name: 'Trần Văn Khác', sex: 'male', birthDate: '1999-01-01' });
    expect(await visit('E2', stranger)).not.toBe(known);
    expect(await suggestions()).toMatchObject([{ reason: 'shared-number' }]);
  });

  it('one digit apart are two people’s, for a human to say', async () => {
    const known = await visit('E1', testPerson());
    const next = testPerson({ identifiers: [{ system: 'national-id', value: '008161000002' }] });
    expect(await visit('E2', next)).not.toBe(known);
    expect(await suggestions()).toMatchObject([{ contradictions: ['exclusive-number'] }]);
  });

  it('that decide leave the view alone', async () => {
    await visit('E1', testPerson());
    await harness.settled();
    const began = await harness.store.head();
    const again = await harness.intake.receive(message(station, visitCommand('E9')));
    expect(residentOf(again)).toBeDefined();
    const types = (await harness.events()).filter(({ position }) => position > began).map(({ type }) => type);
    expect(types).toEqual(['VisitRecorded', 'MessageAccepted']);
  });
});
