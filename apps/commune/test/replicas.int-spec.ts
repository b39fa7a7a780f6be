import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { comparedDetails } from '../src/identity/comparable-resident.js';
import { SharedRegistrations } from '../src/identity/shared-registrations.js';
import type { IntakeAnswer } from '../src/intake/intake.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import { receiptId } from '../src/intake/receipt.js';
import { PostgresOriginals } from '../src/originals/postgres-originals.js';
import { openSharedDatabase, type SharedDatabase } from '../src/shared-database.js';
import { UnfinishedMessages } from '../src/unfinished-messages.js';
import type { ResidentId } from '#domain/ids.js';
import {
  message,
  openIntake,
  otherStation,
  station,
  testPerson,
  visitCommand,
  type IntakeHarness,
} from './intake-harness.js';

const server = await testDatabase('replicas of the intake');
afterAll(() => server?.stop(), 60_000);

(server === undefined ? describe.skip : describe)('replicas of the intake', () => {
  const schema = `t${randomUUID().slice(0, 8)}`;
  let shared: SharedDatabase;
  let harness: IntakeHarness;
  beforeAll(async () => {
    shared = await openSharedDatabase({ url: server?.url ?? '', schema });
    harness = await openIntake({
      matching: true,
      registrations: (view) => new SharedRegistrations(shared.turns, view),
    });
  }, 60_000);
  afterAll(async () => {
    await harness?.close();
    await shared?.close();
    await server?.dropSchemas(schema);
  }, 60_000);

  const residentOf = (answer: IntakeAnswer): string =>
    ('receipt' in answer ? answer.receipt.records[0]?.resident : undefined) ?? answer.outcome;

  it('make one resident of a person told to two of them at once under different numbers', async () => {
    const replicas = [harness.intake, harness.replica()] as const;
    const birthDates = Array.from({ length: 12 }, (_, day) => `1961-05-${String(day + 10)}`);
    const told = await Promise.all(
      birthDates.map(async (birthDate, index) => {
        const person = testPerson({ birthDate, name: `Nông Thị Thử ${'ABCDEGHIKLMN'[index]}` });
        const one = { ...person, identifiers: [{ system: 'national-id', value: `0081610000${10 + index}` }] };
        const other = { ...person, identifiers: [{ system: 'insurance-number', value: `81610000${10 + index}` }] };
        const answers = await Promise.all([
          replicas[0].receive(message(station, visitCommand(`A${index}`, { person: one }))),
          replicas[1].receive(message(otherStation, visitCommand(`B${index}`, { person: other }))),
        ]);
        return answers.map(residentOf);
      }),
    );
    expect(told.filter(([a, b]) => a !== b)).toEqual([]);
    expect(new Set(told.flat()).size).toBe(birthDates.length);
  }, 60_000);

  it('finish the messages that one of them left behind when it was killed', async () => {
    const killed = new PostgresOriginals(shared.pool, { holdMs: 0 });
    const surviving = new PostgresOriginals(shared.pool);
    const left = message(station, visitCommand('L1', { person: testPerson({ birthDate: '1971-01-02' }) }));
    await killed.keep(left);
    await new UnfinishedMessages(surviving, harness.replica(), pino({ level: 'silent' })).finish();
    const found = await new MessageJournal(harness.store).find(receiptId(station, left.digest));
    expect(found?.event).toMatchObject({ type: 'MessageAccepted', data: { receipt: { status: 'accepted' } } });
    await surviving.close();
    expect(await killed.unanswered()).toEqual([]);
    await killed.close();
  });

  it('tell each other of a registration before the log has it, and keep the next alike waiting for its end', async () => {
    const listeners: ((position: number) => void)[] = [];
    const registrations = new SharedRegistrations(shared.turns, {
      onAdvanced: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    });
    const keys = { name_year: 7_001, given_day: 7_002 };
    const resident = randomUUID() as ResidentId;
    const person = { details: comparedDetails({ name: 'Nông Thị Thử Nghiệm', sex: 'female' }), identifiers: [] };
    const first = registrations.turn();
    expect(await first.begin(keys)).toEqual([]);
    await first.registers(resident, person);
    const second = registrations.turn();
    const begun = second.begin({ name_year: 7_001 });
    const elsewhere = registrations.turn();
    expect(await elsewhere.begin({ name_year: 8_001 })).toEqual([]);
    await elsewhere[Symbol.asyncDispose]();
    await first.registered(resident, 500);
    await first[Symbol.asyncDispose]();
    expect(await begun).toEqual([{ resident, person }]);
    await second[Symbol.asyncDispose]();

    for (const listener of listeners) listener(499);
    const third = registrations.turn();
    expect(await third.begin({ given_day: 7_002 })).toEqual([{ resident, person }]);
    await third[Symbol.asyncDispose]();
  });

  it('forget a registration that the view has', async () => {
    const listeners: ((position: number) => void)[] = [];
    const registrations = new SharedRegistrations(shared.turns, {
      onAdvanced: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    });
    const keys = { phone: 9_001 };
    await using turn = registrations.turn();
    await turn.begin(keys);
    const resident = randomUUID() as ResidentId;
    await turn.registers(resident, { details: comparedDetails({ name: 'A', sex: 'male' }), identifiers: [] });
    await turn.registered(resident, 600);
    expect(await turn.begin(keys)).toHaveLength(1);
    for (const listener of listeners) listener(600);
    for (let tries = 0; tries < 500 && (await turn.begin(keys)).length > 0; tries += 1);
    expect(await turn.begin(keys)).toEqual([]);
  });
});
