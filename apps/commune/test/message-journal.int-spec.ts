import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '#event-store/event-store.js';
import type { MessageContext } from '../src/intake/message-context.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import type { MessageEvent, ReceiptRecord } from '../src/intake/receipt.js';
import { openIntake, station, type IntakeHarness } from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const context = (receivedAt: string): MessageContext => ({
  facility: station,
  actor: `station:${station}`,
  receipt: `${station}-${'0'.repeat(32)}`,
  digest: '0'.repeat(64),
  receivedAt,
});

/** So long that it takes several events. */
function answer({ receipt: id, facility, digest, receivedAt }: MessageContext): MessageEvent {
  const records = Array.from({ length: 3_000 }, (_, index): ReceiptRecord => {
    const episode = `${receivedAt}-${index}-${'x'.repeat(100)}`;
    return { kind: 'visit', episode, outcome: 'recorded', resident: null, faults: [] };
  });
  const receipt = { id, status: 'accepted', format: 'qd4750', facility, receivedAt, digest, records, faults: [] };
  return { type: 'MessageAccepted', data: { receipt } } as MessageEvent;
}

const morning = context('2026-10-05T08:00:00.000Z');
const noon = context('2026-10-05T12:00:00.000Z');

describe('an answer in parts', () => {
  it('that a replica left half-way is given by another, whole', async () => {
    let appends = 0;
    const failing: EventStore = Object.assign(Object.create(harness.store) as EventStore, {
      append: (...append: Parameters<EventStore['append']>) => {
        if (appends++ === 1) throw new Error('killed');
        return harness.store.append(...append);
      },
    });
    await expect(new MessageJournal(failing).record(answer(morning), -1, morning)).rejects.toThrow('killed');
    const journal = new MessageJournal(harness.store);
    expect((await journal.find(noon.receipt))?.event).toBeUndefined();
    // It did not look before: both replicas have the message in hand.
    expect(await journal.record(answer(noon), -1, noon)).toEqual(answer(noon));
    expect((await journal.find(noon.receipt))?.event?.data.receipt).toEqual(answer(noon).data.receipt);
  });

  it('that two replicas give at once is one answer to everybody', async () => {
    const given = await Promise.all(
      [morning, noon].map((one) => new MessageJournal(harness.store).record(answer(one), -1, one)),
    );
    const kept = (await new MessageJournal(harness.store).find(noon.receipt))?.event;
    expect(given.map(({ data }) => data.receipt)).toEqual([kept?.data.receipt, kept?.data.receipt]);
    const answers = (await harness.events('message')).filter(({ type }) => type === 'MessageAccepted');
    expect(answers).toHaveLength(1);
  });
});
