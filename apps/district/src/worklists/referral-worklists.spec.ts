import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { DateTime } from '#domain/dates.js';
import type { FacilityCode, ReferralNumber, ResidentId } from '#domain/ids.js';
import { decideReferral } from '#domain/referrals/decide-referral.js';
import type { ReferralCommand } from '#domain/referrals/referral-commands.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { replayReferral } from '#domain/referrals/referral-state.js';
import { type RecordedEvent, streamName } from '#event-store/event-store.js';
import type { Row, ViewTransaction } from '#projections/projection.js';
import { createProjection } from './referral-worklists.projection.js';

const station = '08Z11' as FacilityCode;
const hospital = '08Z01' as FacilityCode;
const provincial = '08Z00' as FacilityCode;
const resident = '018f0000-0000-7000-8000-000000000001' as ResidentId;
const at = '2026-09-08T09:00:00+07:00' as DateTime;
const key = (number: string) => ({ from: station, number: number as ReferralNumber });

/** The events of commands about several referrals, as the log would give them. Synthetic. */
function logOf(commands: readonly ReferralCommand[]): RecordedEvent[] {
  const log: RecordedEvent[] = [recorded(0, 'resident-1', 0, 'ResidentRegistered', { resident, details: { name: 'Nông Thị Thử', sex: 'female', birthDate: '1961-05' } })]; // prettier-ignore
  for (const command of commands) {
    const stream = streamName('referral', command.referral.number);
    const before = log.filter((event) => event.stream === stream);
    const decision = decideReferral(command, replayReferral(before as unknown as ReferralEvent[]));
    if (decision.outcome !== 'events') throw new Error(JSON.stringify(decision));
    for (const { type, data } of decision.events) log.push(recorded(log.length, stream, before.length, type, data));
  }
  return log;
}

function recorded(index: number, stream: string, revision: number, type: string, data: unknown): RecordedEvent {
  const position = (index + 1) * 10;
  return {
    id: `${position}`,
    type,
    data,
    metadata: { occurredAt: at },
    schemaVersion: 1,
    stream: stream as RecordedEvent['stream'],
    revision,
    position,
    recordedAt: '2026-09-08T02:00:00.000Z',
  };
}

/** The tables of the view after the events came in batches of a size. */
async function viewOf(events: readonly RecordedEvent[], batchSize: number): Promise<Record<string, readonly Row[]>> {
  const projection = await createProjection(undefined);
  const database = new DatabaseSync(':memory:');
  for (const statement of projection.schema) database.exec(statement);
  const all = (sql: string, parameters: readonly unknown[] = []) =>
    database.prepare(sql).all(...(parameters as SQLInputValue[])) as Row[];
  const view = {
    query: async (sql: string, parameters?: readonly unknown[]) => all(sql, parameters),
    execute: async (sql: string, parameters: readonly unknown[] = []) =>
      void database.prepare(sql).run(...(parameters as SQLInputValue[])),
  } as ViewTransaction;
  for (let from = 0; from < events.length; from += batchSize) {
    await projection.apply(events.slice(from, from + batchSize), view);
  }
  const tables = Object.fromEntries(
    ['referral', 'referral_step', 'referral_feed', 'resident'].map((table) => [table, all(`select * from ${table}`)]),
  );
  database.close();
  return tables;
}

const issue = (number: string): ReferralCommand => ({
  step: 'issue',
  referral: key(number),
  at,
  by: station,
  resident,
  direction: 'up',
  validity: 'ten-working-days',
  paper: { ...key(number), to: hospital, issuedAt: at, diagnoses: [{ code: 'I10', role: 'main' }] },
});

const history = logOf([
  issue('1'),
  issue('2'),
  { step: 'receive', referral: key('1'), at, by: hospital },
  { step: 'redirect', referral: key('2'), at, by: hospital, to: provincial, reason: 'Vượt khả năng' },
  { step: 'arrive', referral: key('1'), at, by: hospital },
  { step: 'answer', referral: key('1'), at, by: hospital, answer: { diagnoses: [{ code: 'E11.9', role: 'main' }] } },
  { step: 'accept', referral: key('2'), at, by: provincial },
  { step: 'arrive', referral: key('3'), at, by: hospital, resident },
]);

describe('the view of worklists', () => {
  it('has a row per referral, where it stands and with whom', async () => {
    const { referral } = await viewOf(history, 500);
    expect(referral).toEqual([
      expect.objectContaining({
        id: '08Z11.1',
        sender: station,
        addressee: hospital,
        status: 'answered',
        revision: 3,
        valid_until: '2026-09-22',
      }),
      expect.objectContaining({
        id: '08Z11.2',
        sender: station,
        addressee: provincial,
        status: 'accepted',
        revision: 2,
      }),
      expect.objectContaining({
        id: '08Z11.3',
        sender: station,
        addressee: hospital,
        status: 'arrived',
        revision: 0,
        valid_until: null,
        referred_at: at,
      }),
    ]);
  });

  it('tells each step to everybody concerned by then', async () => {
    const { referral_feed: feed = [] } = await viewOf(history, 500);
    const of = (facility: string) => feed.filter((row) => row['facility'] === facility).map(({ position }) => position);
    expect(of(station)).toEqual([20, 30, 40, 50, 60, 70, 80, 90]);
    expect(of(hospital)).toEqual([20, 30, 40, 50, 60, 70, 80, 90]);
    expect(of(provincial)).toEqual([50, 80]);
  });

  it('knows a person as last corrected', async () => {
    const details = { name: 'Nông Thị Sửa', sex: 'female' };
    const log = [
      ...history,
      recorded(history.length, 'resident-1', 1, 'ResidentDetailsCorrected', { resident, details, changed: ['name'] }),
    ];
    expect((await viewOf(log, 500))['resident']).toEqual([
      { id: resident, name: 'Nông Thị Sửa', sex: 'female', birth_year: null },
    ]);
  });

  it('is the same whatever the batches', async () => {
    const whole = await viewOf(history, 500);
    for (const size of [1, 2, 3, 7]) expect(await viewOf(history, size)).toEqual(whole);
  });

  it('does not take a step of a referral nobody issued', async () => {
    const orphan = recorded(0, 'referral-9', 0, 'ReferralAccepted', { referral: key('9'), resident, at, by: hospital });
    await expect(viewOf([orphan], 1)).rejects.toThrow('ReferralAccepted of a referral that nobody issued');
  });
});
