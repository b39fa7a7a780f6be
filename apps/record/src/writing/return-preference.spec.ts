import { expect, it } from '@jest/globals';
import { returnPreference } from './return-preference.js';

it.each([
  [undefined, undefined],
  ['return=minimal', 'minimal'],
  ['handling=lenient; return=representation', 'representation'],
  ['respond-async, return=OperationOutcome', 'OperationOutcome'],
  ['return=everything', undefined],
  ['no-return=minimal', undefined],
])('Prefer: %s asks for %s', (prefer, expected) => {
  expect(returnPreference({ headers: prefer === undefined ? {} : { prefer } })).toBe(expected);
});
