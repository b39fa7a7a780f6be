import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readStationMessage } from '../src/read-station-message.js';
import { syntheticWorld, type SyntheticFile, type SyntheticWorldOptions } from '../src/synthetic/synthetic-world.js';
import { countBy, tally } from './tally.js';

const digest = (files: readonly SyntheticFile[]): string =>
  files.reduce((hash, file) => hash.update(file.name).update(file.bytes), createHash('sha256')).digest('hex');

const world = (changes: Partial<SyntheticWorldOptions>): SyntheticWorldOptions => ({
  seed: 1,
  residents: 60,
  from: '2026-09-01',
  to: '2026-10-31',
  era: '2026',
  untidy: false,
  ...changes,
});

describe.each([
  world({ seed: 11 }),
  world({ seed: 12, untidy: true }),
  world({ seed: 13, untidy: true, era: '2025', from: '2025-04-01', to: '2025-05-31' }),
  world({ seed: 14, untidy: true, residents: 120 }),
])('world $seed', (options) => {
  const { files, truth } = syntheticWorld(options);
  const messages = files.map((file) => readStationMessage(file.bytes));

  it('reads back as its own script counted it', () => {
    const counted = tally(messages, '08Z01');
    expect(counted).toEqual(
      Object.fromEntries(Object.keys(counted).map((key) => [key, truth[key as keyof typeof counted]])),
    );
  });

  it('has the sender and the kind that its list of files says', () => {
    expect(messages.map((message) => [message.format, message.sender])).toEqual(
      files.map((file) => [file.kind, file.sender]),
    );
  });

  it('is written without a fault', () => {
    const faults = messages.flatMap((message) => [
      ...message.faults,
      ...message.records.flatMap((record) => [...record.faults, ...record.visits.flatMap((visit) => visit.faults)]),
    ]);
    expect(countBy(faults.map((fault) => `${fault.severity} ${fault.code} ${fault.path}`))).toEqual({});
  });

  it('comes out the same again', () => {
    expect(digest(syntheticWorld(options).files)).toBe(digest(files));
    expect(digest(syntheticWorld({ ...options, seed: options.seed + 100 }).files)).not.toBe(digest(files));
  });
});

it('holds referrals up, received and sent back, duplicates, resubmissions and people without numbers', () => {
  const { truth, files } = syntheticWorld(world({ seed: 14, untidy: true, residents: 200 }));
  for (const figure of [
    truth.referralsUp,
    truth.referralsReceived,
    truth.backReferrals,
    truth.duplicates,
    truth.resubmissions,
  ]) {
    expect(figure).toBeGreaterThan(0);
  }
  const people = files.flatMap((file) =>
    readStationMessage(file.bytes).records.flatMap((record) => (record.person ? [record.person] : [])),
  );
  expect(people.some((person) => !person.identifiers.some((identifier) => identifier.system === 'national-id'))).toBe(
    true,
  );
  expect(people.some((person) => person.cards.length === 0)).toBe(true);
  expect(people.some((person) => person.cards.length === 2)).toBe(true);
  expect(people.some((person) => person.details.birthDate?.length === 4)).toBe(true);
});

it('sends some files of an untidy world after files about later days', () => {
  const days = syntheticWorld(world({ seed: 15, untidy: true, residents: 100 }))
    .files.filter((file) => file.kind === 'qd4750')
    .map((file) => file.name.split('_')[2] ?? '');
  expect(days).not.toEqual(days.toSorted());
});
