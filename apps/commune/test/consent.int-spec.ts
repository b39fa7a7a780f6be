import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type IntakeHarness, openIntake, station } from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const person = {
  name: 'Nông Thị Thử Nghiệm',
  sex: 'female',
  birthDate: '1961-05-11',
  identifiers: [{ system: 'national-id', value: '008161000001' }],
};
const say = (command: 'give-consent' | 'withdraw-consent', consent: object) =>
  harness.post(station, { command, person, consent });

it('what a resident says of sharing is taken by JSON commands, once, and not when it is old', async () => {
  const first = await say('withdraw-consent', { statedOn: '2026-10-05', reason: 'Không muốn chia sẻ' });
  expect(first).toMatchObject({ receipt: { records: [{ kind: 'consent', outcome: 'recorded' }] } });
  await say('give-consent', { statedOn: '2026-10-06', to: '08Z01' });
  const late = await say('give-consent', { statedOn: '2026-10-01' });
  expect(late).toMatchObject({ receipt: { records: [{ kind: 'consent', outcome: 'unchanged' }] } });
  const events = (await harness.events('resident')).filter(({ type }) => type.startsWith('Consent'));
  expect(events.map(({ type, data }) => ({ type, ...(data as object) }))).toEqual([
    expect.objectContaining({
      type: 'ConsentWithdrawn',
      statedOn: '2026-10-05',
      takenBy: station,
      reason: 'Không muốn chia sẻ',
    }),
    expect.objectContaining({ type: 'ConsentGiven', statedOn: '2026-10-06', to: '08Z01' }),
  ]);
});

it('a command that does not say when is refused with the reason', async () => {
  const answer = await say('withdraw-consent', {});
  expect(answer).toMatchObject({
    outcome: 'refused',
    receipt: { faults: [{ path: 'consent/statedOn', code: 'required' }] },
  });
});
