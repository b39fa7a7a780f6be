import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { LargeMessage } from '../src/intake/message.js';
import { receiptId } from '../src/intake/receipt.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import { UnfinishedMessages } from '../src/unfinished-messages.js';
import { envelopeOfMany, episodesInEnvelope } from './crash/large-messages.js';
import { envelope, message, openIntake, station, visitCommand, type IntakeHarness } from './intake-harness.js';

const silent = pino({ level: 'silent' });

/** The message as it comes over the line when it is large, whatever its size. */
async function asLarge(harness: IntakeHarness, body: Buffer): Promise<LargeMessage> {
  const { body: _held, ...details } = message(station, body);
  const upload = await harness.originals.upload();
  for (let at = 0; at < body.length; at += 10_000) await upload.write(body.subarray(at, at + 10_000));
  return upload.finish(details);
}

async function within(work: (harness: IntakeHarness) => Promise<void>, folder?: string): Promise<void> {
  const harness = await openIntake(folder === undefined ? {} : { folder });
  try {
    await work(harness);
  } finally {
    await harness.close();
  }
}

describe('a large message', () => {
  it('has the receipt and the effects that it has as a small one', async () => {
    const twice = Buffer.from(
      envelope(
        { episode: 'E1', reason: 'Ho' },
        { episode: 'E2', reason: 'Sốt' },
        { episode: 'E1', reason: 'Ho khan' },
        { episode: 'thiếu chỗ', reason: 'Đau' },
      ),
    );
    const told: unknown[] = [];
    for (const large of [false, true]) {
      await within(async (harness) => {
        const answer = await harness.intake.receive(large ? await asLarge(harness, twice) : message(station, twice));
        if (!('receipt' in answer)) throw new Error(answer.outcome);
        const { receivedAt: _when, ...receipt } = answer.receipt;
        const visits = await harness.events('visit');
        told.push({
          outcome: answer.outcome,
          receipt,
          visits: visits.map(({ id, type, stream, data }) => ({ id, type, stream, data })),
        });
        expect(await harness.originals.unanswered()).toEqual([]);
      });
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[0]).toMatchObject({
      receipt: {
        records: [
          { episode: 'E1', outcome: 'recorded' },
          { episode: 'E2', outcome: 'recorded' },
          { episode: 'E1', outcome: 'amended' },
          { outcome: 'refused' },
        ],
      },
    });
  });

  it('takes nothing when the sender is another, wherever that is said, or when its end is broken', async () => {
    await within(async (harness) => {
      const good = envelope({ episode: 'E1', reason: 'Ho' }, { episode: 'E2', reason: 'Ho' });
      const sender = `<THONGTINDONVI><MACSKCB>${station}</MACSKCB></THONGTINDONVI>`;
      const otherAtEnd = good.replace(sender, '').replace('</GIAMDINHHS>', '<MACSKCB>08Z12</MACSKCB></GIAMDINHHS>');
      const outcomes = [];
      for (const text of [otherAtEnd, good.replace('</GIAMDINHHS>', ''), good.replace(sender, '')]) {
        outcomes.push(await harness.intake.receive(await asLarge(harness, Buffer.from(text))));
      }
      expect(outcomes).toMatchObject([
        { outcome: 'refused', httpStatus: 403 },
        { outcome: 'refused', httpStatus: 422 },
        { outcome: 'refused', httpStatus: 422 },
      ]);
      expect(await harness.events('visit')).toEqual([]);
      const senderAtEnd = good
        .replace(sender, '')
        .replace('</GIAMDINHHS>', `<MACSKCB>${station}</MACSKCB></GIAMDINHHS>`);
      expect(await harness.intake.receive(await asLarge(harness, Buffer.from(senderAtEnd)))).toMatchObject({
        outcome: 'taken',
      });
    });
  });

  it('may be a command too, is a duplicate when it comes again, and can be run again', async () => {
    await within(async (harness) => {
      const command = Buffer.from(JSON.stringify(visitCommand('E1')).padEnd(100_000));
      const asCommand = { ...(await asLarge(harness, command)), contentType: 'application/json' };
      expect(await harness.intake.receive(asCommand)).toMatchObject({ outcome: 'taken' });
      const large = await asLarge(harness, envelopeOfMany(1));
      expect(await harness.intake.receive(large)).toMatchObject({ outcome: 'taken' });
      const head = await harness.store.head();
      expect(await harness.intake.receive(large)).toMatchObject({ outcome: 'duplicate' });
      expect(await harness.intake.reprocess(large)).toMatchObject({ outcome: 'taken' });
      expect(await harness.store.head()).toBe(head);
    });
  });
});

describe('a message whose Idempotency-Key was used for another', () => {
  it('stays refused when the process ended between keeping and answering it', async () => {
    await within(async (harness) => {
      await harness.post(station, visitCommand('E1'), { key: 'k1' });
      await harness.originals.keep(message(station, visitCommand('E2'), { key: 'k1' }));
      const { body, ...details } = message(station, visitCommand('E3'), { key: 'k2' });
      await harness.originals.keep({ ...details, body });
      await new UnfinishedMessages(harness.originals, harness.replica(), silent).finish();
      expect((await harness.events('visit')).map(({ stream }) => stream)).toEqual([
        `visit-${station}.E1`,
        `visit-${station}.E3`,
      ]);
      expect(await harness.originals.unanswered()).toEqual([]);
      // The key of the one that was finished is used now.
      expect(await harness.post(station, visitCommand('E4'), { key: 'k2' })).toEqual({ outcome: 'key-reused' });
    });
  });
});

describe('killed in the middle of an envelope of many episodes', () => {
  it('intake finishes it at the next start: nothing lost, nothing twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-large-crash-'));
    const script = fileURLToPath(new URL('./crash/large-posting-process.js', import.meta.url));
    try {
      for (let kill = 0; kill < 4; kill += 1) {
        const child = spawn(process.execPath, ['--no-warnings', script, folder, String(kill)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const ended = once(child, 'exit');
        await once(createInterface({ input: child.stdout }), 'line');
        await after(Math.random() * 400);
        child.kill('SIGKILL');
        await ended;
      }
      await within(async (harness) => {
        await new UnfinishedMessages(harness.originals, harness.intake, silent).finish();
        for (let number = 0; number < 4; number += 1) {
          const body = envelopeOfMany(number);
          const { digest } = message(station, body);
          const sent = await harness.intake.receive(await asLarge(harness, body));
          expect(['taken', 'duplicate']).toContain(sent.outcome);
          const found = await new MessageJournal(harness.store).find(receiptId(station, digest));
          const records = found?.event?.data.receipt.records ?? [];
          expect(records).toHaveLength(episodesInEnvelope);
          expect(records.every(({ outcome }) => outcome !== 'refused')).toBe(true);
        }
        const visits = await harness.events('visit');
        expect(visits.every(({ type }) => type === 'VisitRecorded')).toBe(true);
        expect(visits).toHaveLength(4 * episodesInEnvelope);
        expect(new Set(visits.map(({ stream }) => stream)).size).toBe(visits.length);
        const residents = (await harness.events('resident')).filter(({ type }) => type === 'ResidentRegistered');
        expect(residents).toHaveLength(4 * episodesInEnvelope);
        for (const { facility, digest } of await harness.originals.unanswered())
          harness.originals.answered(facility, digest);
      }, folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);
});
