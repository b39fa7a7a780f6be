import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import type { View } from '#projections/view-host.js';
import { type Caller, type CallerKind, scopesOf } from '#security/caller.js';
import { MessageJournal } from '../src/intake/message-journal.js';
import { ReceiptsController } from '../src/receipts/receipts.controller.js';
import { openIntake, otherStation, station, visitCommand, type IntakeHarness } from './intake-harness.js';

let harness: IntakeHarness;
let receipts: ReceiptsController;
beforeEach(async () => {
  harness = await openIntake();
  const noView = {} as View;
  receipts = new ReceiptsController(new MessageJournal(harness.store), harness.intake, harness.originals, noView);
});
afterEach(() => harness.close());

const caller = (kind: CallerKind, facility?: FacilityCode): Caller => ({
  kind,
  actor: kind,
  holder: kind,
  scopes: new Set(scopesOf[kind]),
  ...(facility && { facility }),
});
const unknown = expect.objectContaining({ status: 404 });

describe('a receipt', () => {
  it('is read by its sender and the operator, and is not there for others', async () => {
    const answer = await harness.post(station, visitCommand('E1'));
    const id = 'receipt' in answer ? answer.receipt.id : '';
    expect(await receipts.find(caller('station', station), id)).toMatchObject({ id, facility: station });
    expect(await receipts.find(caller('operator'), id)).toMatchObject({ id });
    await expect(receipts.find(caller('station', otherStation), id)).rejects.toEqual(unknown);
    await expect(receipts.original(caller('operator'), id, {} as FastifyRequest)).rejects.toEqual(unknown);
  });

  it('is all that its address opens: what else is kept of messages is not', async () => {
    await harness.post(station, visitCommand('E1'), { key: 'k1' });
    const streams = (await harness.events('message')).map(({ stream }) => stream.slice('message-'.length));
    const keys = streams.filter((name) => name.includes('-key-'));
    expect(keys).toHaveLength(1);
    for (const id of [...keys, `${station}-`, `${station}-\ud800`]) {
      await expect(receipts.find(caller('station', station), id)).rejects.toEqual(unknown);
      await expect(receipts.find(caller('operator'), id)).rejects.toEqual(unknown);
    }
  });

  it('is run again for so many at once as memory holds, the others are asked to come back', async () => {
    const answer = await harness.post(station, visitCommand('E1'));
    const id = 'receipt' in answer ? answer.receipt.id : '';
    const reply = { status: () => reply } as unknown as FastifyReply;
    const again = (): Promise<unknown> => receipts.reprocess(caller('station', station), id, reply);
    const asked = await Promise.allSettled(Array.from({ length: 200 }, again));
    const refused = asked.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(40);
    for (const { reason } of refused) expect(reason).toMatchObject({ status: 429 });
    await expect(again()).resolves.toMatchObject({ id });
  });
});
