import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FacilityCode } from '#domain/ids.js';
import { readCommand } from './read-command.js';

const station = '08Z20' as FacilityCode;
const digest = 'd'.repeat(64);
const examples = ['record-visit', 'complete-screening', 'issue-referral'].map((name) =>
  readFileSync(new URL(`../../../../../docs/integrators/examples/${name}.json`, import.meta.url), 'utf8'),
);
const withdrawal = JSON.stringify({ command: 'retract-visit', episode: '08Z20.202610.90001', reason: 'nhầm người' });
const commands = [...examples, withdrawal];

/** Read, or refused in words; anything thrown fails the test. */
function isAnswered(body: Uint8Array): void {
  const read = readCommand(body, station, digest);
  if (read.outcome === 'read') return;
  expect(read).toMatchObject({ outcome: 'unreadable', format: 'json-command' });
  const faults = read.outcome === 'unreadable' ? read.faults : [];
  expect(faults.length).toBeGreaterThan(0);
  expect(faults.length).toBeLessThanOrEqual(200);
  for (const { severity, text } of faults) {
    expect(severity).toBe('error');
    expect(text.vi).not.toBe('');
    expect(text.en).not.toBe('');
  }
}

it('the examples are read', () => {
  expect(commands.map((text) => readCommand(Buffer.from(text), station, digest).outcome)).toEqual([
    'read',
    'read',
    'read',
    'read',
  ]);
});

it('whatever is done to the text of a command, it is read or refused in words', () => {
  const put = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      '\\u0000',
      '\\ud800',
      '1e999',
      '-0',
      'null',
      '{}',
      '[]',
      '"__proto__":{},',
      '"command":1,',
      '"',
      ',',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...commands), fc.nat(), fc.nat(30), put, (text, place, cut, inserted) => {
      const at = place % text.length;
      isAnswered(Buffer.from(text.slice(0, at) + inserted + text.slice(at + cut)));
    }),
    { numRuns: 1500, interruptAfterTimeLimit: 8000 },
  );
});

it('whatever stands in place of a value of a command, it is read or refused in words', () => {
  const pathsOf = (value: unknown): readonly (readonly string[])[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, one]) => [[name], ...pathsOf(one).map((path) => [name, ...path])])
      : [];
  const places = commands.flatMap((text) => pathsOf(JSON.parse(text)).map((path) => ({ text, path })));
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>('2026-02-30', '0000-00-00T00:00:00Z', '\0', 'a\ud800', -1, 1e308, '9'.repeat(5000), []),
  );
  fc.assert(
    fc.property(fc.constantFrom(...places), value, ({ text, path }, put) => {
      const command = JSON.parse(text) as Record<string, unknown>;
      let owner = command;
      for (const name of path.slice(0, -1)) owner = owner[name] as Record<string, unknown>;
      owner[path.at(-1) ?? ''] = put;
      isAnswered(Buffer.from(JSON.stringify(command)));
    }),
    { numRuns: 1500, interruptAfterTimeLimit: 8000 },
  );
});
