import type { FacilityCode } from '#domain/ids.js';
import { hospital, otherStation, station, testPerson, visitCommand } from '../intake-harness.js';

/** Every person comes up in several messages, several of them new at the same moment. */
export const messagesPerPerson = 5;

export const personOf = (number: number): number => Math.floor(number / messagesPerPerson);

/** Message by number: the same number always gives the same bytes, and an episode of its own. */
export function crashMessage(number: number): { readonly facility: FacilityCode; readonly body: object } {
  const person = testPerson({
    name: `Người Thử Nghiệm Số ${personOf(number)}`,
    identifiers: [{ system: 'national-id', value: `0081${String(personOf(number)).padStart(8, '0')}` }],
  });
  return {
    facility: [station, otherStation, hospital][number % 3] ?? station,
    body: visitCommand(`E${number}`, { person }),
  };
}
