import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { LocalDate } from '#domain/dates.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import type { ColumnKey } from '#station-formats/outreach/columns.js';
import type { Caller } from '#security/caller.js';
import { syntheticOutreachSheet } from '#station-formats/synthetic/outreach-sheet.js';
import { ResidentIdentity } from '../src/identity/resident-identity.js';
import type { IntakeAnswer } from '../src/intake/intake.js';
import { readMessage } from '../src/intake/read-message.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import { receiptId, type ReceiptRecord } from '../src/intake/receipt.js';
import { OutreachDryRun, type DryRunResult } from '../src/outreach/dry-run.js';
import { OutreachRunsController } from '../src/outreach/outreach-runs.controller.js';
import { OutreachRuns } from '../src/outreach/outreach-runs.js';
import { UnfinishedMessages } from '../src/unfinished-messages.js';
import { message, openIntake, otherStation, station, visitCommand, type IntakeHarness } from './intake-harness.js';

const places = new PlaceRegister([
  { code: '02302', level: 'commune', name: 'Xã Minh Quang', provinceCode: '08', validFrom: '2025-07-01' as LocalDate },
]);

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake({ places });
});
afterEach(() => harness.close());

type Change = (cells: Record<ColumnKey, string>, index: number) => void;
const sheet = (change?: Change, rows = 12): Buffer =>
  syntheticOutreachSheet({ seed: 5, rows, day: '12/10/2026', commune: 'Xã Minh Quang', ...(change && { change }) });
const send = (body: Uint8Array, facility = station): Promise<IntakeAnswer> =>
  harness.post(facility, body, { contentType: 'text/csv; charset=utf-8' });
async function recordsOf(answer: Promise<IntakeAnswer>): Promise<readonly ReceiptRecord[]> {
  const got = await answer;
  if (!('receipt' in got)) throw new Error(got.outcome);
  return got.receipt.records;
}
const tally = (records: readonly ReceiptRecord[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(records, ({ outcome }) => outcome)].map(([name, of]) => [name, of.length]));
const typesOf = async (category: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(await harness.events(category), ({ type }) => type)].map(([type, events]) => [type, events.length]),
  );
const dryRun = (body: Uint8Array, facility = station): Promise<DryRunResult> =>
  new OutreachDryRun(harness.store, new ResidentIdentity(harness.store, Buffer.alloc(32, 'test')), places).of(
    body,
    facility,
  );

describe('the sheet of a screening day', () => {
  it('makes a screening of each row, with the row in the receipt', async () => {
    const answer = await send(sheet());
    expect(answer).toMatchObject({ outcome: 'taken', receipt: { status: 'accepted', format: 'outreach-csv' } });
    const records = await recordsOf(send(sheet()));
    expect(records.map(({ kind, row, outcome }) => [kind, row, outcome])).toEqual(
      Array.from({ length: 12 }, (_, index) => ['screening', index + 2, 'recorded']),
    );
    expect(await typesOf('screening')).toEqual({ ScreeningCompleted: 12 });
    const [first] = await harness.events('screening');
    expect(first?.data).toMatchObject({
      screening: { at: '2026-10-12', programme: 'general', residence: { communeCode: '02302' } },
    });
  });

  it('lets others work while it is read, however long it is', async () => {
    let turns = 0;
    let reading = true;
    const others = (): void => {
      turns += 1;
      if (reading) setImmediate(others);
    };
    const body = sheet(undefined, 1000);
    const contentType = 'text/csv';
    setImmediate(others);
    const read = await readMessage(message(station, body, { contentType }), places);
    reading = false;
    expect(read).toMatchObject({ outcome: 'read' });
    expect(turns).toBeGreaterThan(10);
  });

  it('is a duplicate when it is sent again, and counted once when only its form is another', async () => {
    await send(sheet());
    expect(await send(sheet())).toMatchObject({ outcome: 'duplicate' });
    const otherForm = syntheticOutreachSheet({
      seed: 5,
      rows: 12,
      day: '2026-10-12',
      commune: '02302',
      encoding: 'utf-16le',
      style: { separator: '\t', lineEnd: '\n', quoteAll: true, guarded: false },
    });
    expect(tally(await recordsOf(send(otherForm)))).toEqual({ unchanged: 12 });
    expect(await typesOf('screening')).toEqual({ ScreeningCompleted: 12 });
  });

  it('amends where it was corrected, and doubles nobody', async () => {
    await send(sheet());
    const corrected = sheet((cells, index) => {
      if (index === 0) cells.systolic = '139';
      if (index === 1) cells.conclusion = 'Đo lại: bình thường';
    });
    expect(tally(await recordsOf(send(corrected)))).toEqual({ amended: 2, unchanged: 10 });
    expect(await typesOf('screening')).toEqual({ ScreeningCompleted: 12, ScreeningAmended: 2 });
    expect((await typesOf('resident'))['ResidentRegistered']).toBe(12);
  });

  it('knows the person again whose number was missing before', async () => {
    await send(sheet((cells) => Object.assign(cells, { personNumber: '', insuranceCard: '' }), 3));
    expect(tally(await recordsOf(send(sheet(undefined, 3))))).toEqual({ unchanged: 3 });
    expect((await typesOf('resident'))['ResidentRegistered']).toBe(3);
  });

  it('amends by the number of the form even where the person was a mistake', async () => {
    const numbered: Change = (cells, index) => (cells.formNumber = `P-${index}`);
    await send(sheet(numbered, 3));
    const records = await recordsOf(
      send(
        sheet((cells, index) => {
          numbered(cells, index);
          if (index === 0) Object.assign(cells, { name: 'Người Khác Hẳn', personNumber: '', birthDate: '1950' });
        }, 3),
      ),
    );
    expect(tally(records)).toEqual({ amended: 1, unchanged: 2 });
  });

  it('takes the good rows and says of the others what is wrong; the corrected sheet brings them', async () => {
    const spoiled: Change = (cells, index) => {
      if (index === 3) cells.systolic = '1500';
      if (index === 4) cells.screenedOn = 'hôm qua';
    };
    const answer = await send(sheet(spoiled));
    expect(answer).toMatchObject({ outcome: 'taken', receipt: { status: 'accepted-with-faults' } });
    const refused = (await recordsOf(Promise.resolve(answer))).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ row, faults }) => [row, faults[0]?.path, faults[0]?.code])).toEqual([
      [5, 'row[5]/Huyết áp tâm thu (mmHg)', 'not-possible'],
      [6, 'row[6]/Ngày khám', 'not-a-date'],
    ]);
    expect(tally(await recordsOf(send(sheet())))).toEqual({ unchanged: 10, recorded: 2 });
  });

  it('is refused with its reason when nothing in it can be read', async () => {
    expect(await send(Buffer.from('a;b\n1;2\n'))).toMatchObject({
      outcome: 'refused',
      httpStatus: 422,
      receipt: { format: 'outreach-csv', faults: [{ code: 'no-headings' }] },
    });
  });

  it('belongs to its sender: another station makes screenings of its own', async () => {
    await send(sheet());
    expect(tally(await recordsOf(send(sheet(), otherStation)))).toEqual({ recorded: 12 });
    expect((await typesOf('resident'))['ResidentRegistered']).toBe(12);
  });
});

describe('the dry run', () => {
  it('writes nothing and tells what the real run then does', async () => {
    await send(sheet(undefined, 6));
    const before = await harness.events();
    const changed = sheet((cells, index) => {
      if (index === 0) cells.pulse = '99';
      if (index === 7) cells.pulse = '999';
    });
    const foreseen = await dryRun(changed);
    expect(await harness.events()).toEqual(before);
    expect(foreseen).toMatchObject({
      rows: 12,
      outcomes: { recorded: 5, amended: 1, unchanged: 5, refused: 1 },
      residents: { new: 5, known: 6 },
      duplicates: 0,
      errors: 1,
      faulty: [{ row: 9, outcome: 'refused', faults: [{ code: 'not-possible' }] }],
    });
    const { faulty, headings } = foreseen;
    expect(faulty[0]?.cells?.[headings.indexOf('Mạch (lần/phút)')]).toBe('999');
    expect(tally(await recordsOf(send(changed)))).toEqual({ recorded: 5, amended: 1, unchanged: 5, refused: 1 });
  });

  it('counts rows that repeat each other', async () => {
    const [head, first, second] = sheet(undefined, 2).toString('utf8').split('\r\n');
    const twice = Buffer.from([head, first, second, first].join('\r\n'));
    expect(await dryRun(twice)).toMatchObject({
      duplicates: 1,
      outcomes: { recorded: 2, unchanged: 1 },
      residents: { new: 2 },
    });
    expect(tally(await recordsOf(send(twice)))).toEqual({ recorded: 2, unchanged: 1 });
  });
});

describe('the run of a sheet', () => {
  const silent = pino({ level: 'silent' });
  const caller = {
    kind: 'station',
    facility: station,
    actor: `station:${station}`,
    scopes: new Set(),
  } as unknown as Caller;
  /** A replica of the service: its own memory of runs, what is kept is shared. */
  const replica = (): OutreachRunsController =>
    new OutreachRunsController(
      harness.replica(),
      new MessageJournal(harness.store),
      new OutreachRuns(),
      harness.originals,
      new AbortController().signal,
      silent,
    );

  it('is known at every replica: that it goes on, and how it ended', async () => {
    const body = sheet();
    const kept = message(station, body, { contentType: 'text/csv; charset=utf-8' });
    const id = receiptId(station, kept.digest);
    const [first, second] = [replica(), replica()];
    await expect(second.show(caller, id)).rejects.toMatchObject({ status: 404 });
    // Begun at a replica that has no time to finish it.
    await harness.originals.keep(kept);
    expect(await second.show(caller, id)).toMatchObject({ receipt: id, state: 'running', rows: 12, done: 0 });
    await expect(second.show({ ...caller, facility: otherStation }, id)).rejects.toMatchObject({ status: 404 });
    await new UnfinishedMessages(harness.originals, harness.intake, silent).finish();
    for (const one of [first, second]) {
      expect(await one.show(caller, id)).toMatchObject({ state: 'done', rows: 12, done: 12, status: 'accepted' });
    }
  });

  it('is none of another format that is being taken', async () => {
    const other = message(station, visitCommand('E1'));
    await harness.originals.keep(other);
    await expect(replica().show(caller, receiptId(station, other.digest))).rejects.toMatchObject({ status: 404 });
  });
});
