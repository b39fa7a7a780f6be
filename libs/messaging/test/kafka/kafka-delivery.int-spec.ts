import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Message, Partitioners } from 'kafkajs';
import { describeOn, describeWhere } from '#deploy/local/src/describe-on.js';
import { everyTestBroker } from '#deploy/local/src/test-broker.js';
import { streamName } from '#event-store/event-store.js';
import type { CloudEvent } from '../../src/cloud-event.js';
import { deadLetters, replay } from '../../src/kafka/dead-letters.js';
import { wireMessage } from '../../src/kafka/kafka-message.js';
import { deadLetterTopic } from '../../src/kafka/topic-layout.js';
import { positionReached } from '../../src/kafka/topic-places.js';
import { type CountedVisit, countedEvent, countedVisits, listVisits, newTopicName } from './counted-visits.js';
import { countIn, Delivery, expectEachOnceInOrder, until } from './delivery.js';

const partitions = 4;

describeOn(await everyTestBroker('delivery through Kafka'), (engine, broker, killable) => {
  describe(`delivery through a broker: ${engine}`, () => {
    let delivery: Delivery;
    beforeAll(async () => {
      delivery = await Delivery.start('delivery through Kafka', broker().brokers, partitions);
    }, 180_000);
    afterEach(() => delivery.stopReaders(), 30_000);
    afterAll(() => delivery?.close(), 60_000);

    const openView = (handler = listVisits()) => delivery.views.open(handler.schema);

    it('brings every message once, in the order of its key', async () => {
      const view = await openView();
      await delivery.record(500);
      delivery.read(view);
      await delivery.record(500);
      await expectEachOnceInOrder(delivery, view);
    }, 60_000);

    describeWhere(killable, 'the broker is not the suite’s own to kill', () => {
      it('loses and doubles nothing when the broker is killed and started again under load', async () => {
        const view = await openView();
        delivery.read(view);
        await delivery.underLoad(async () => {
          for (let round = 0; round < 2; round += 1) {
            await pause(1_500);
            await broker().process?.kill();
            await pause(500);
            await broker().process?.start();
          }
          await pause(1_000);
        });
        await expectEachOnceInOrder(delivery, view, 60_000);
      }, 150_000);
    });

    it('drops what a relay sends again after a crash between acknowledgement and saving', async () => {
      const view = await openView();
      delivery.read(view);
      await expectEachOnceInOrder(delivery, view);
      const before = delivery.place;
      await delivery.record(200);
      await expectEachOnceInOrder(delivery, view);
      await delivery.stopRelay();
      delivery.startRelayFrom(before);
      await delivery.record(50);
      await expectEachOnceInOrder(delivery, view);
      await until(() => (delivery.place?.position ?? 0) > (before?.position ?? 0));
    }, 60_000);

    it('goes on in the right order when messages come doubled and in the wrong order', async () => {
      const view = await openView();
      const faults: string[] = [];
      const topic = newTopicName();
      await delivery.makeTopics(topic, 1);
      const sent = Array.from({ length: 30 }, (_, number): Message => {
        const data: CountedVisit = { kind: 'visit', facility: '08Z99', number };
        const position = (number + 1) * 10;
        return wireMessage({ key: data.facility, position, envelope: envelopeOf(data, position) }, 0, number * 10);
      });
      const early = [...sent.slice(0, 5), ...sent.slice(10, 20).toReversed()];
      const late = [...sent.slice(3, 10), ...sent.slice(15)];
      await send(topic, early);
      delivery.read(view, { topic: countedVisits(topic), onFault: ({ reason }) => faults.push(reason) });
      await until(() => faults.includes('GapInPartition'));
      expect(await countIn(view)).toBe(5);
      await send(topic, late);
      await until(async () => (await countIn(view)) === 30);
      const rows = await view.rows('select number from listed_visit order by place_in_order');
      expect(rows.map((row) => row['number'])).toEqual(sent.map((_, number) => number));
    }, 60_000);

    it('sets a poisonous message aside with its reason, shows it to operators, and applies it when it can be', async () => {
      let poison: number | undefined;
      const handler = listVisits(() => poison);
      const view = await openView(handler);
      const { facilities, topic } = delivery;
      await delivery.record(120);
      poison = (delivery.numbers.get('08Z15') ?? 0) + 2;
      await delivery.record(120);
      delivery.read(view, { handler });
      await until(async () => (await countIn(view)) === delivery.recorded - facilities.length);
      const letters = await view.transaction((transaction) => deadLetters(transaction));
      expect(letters).toHaveLength(facilities.length);
      expect(new Set(letters.map(({ reason }) => reason))).toEqual(new Set(['PoisonousNumber']));
      const seen = await shownToOperators((letter) => letter['stage'] === 'reader', letters.length);
      expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(facilities));
      poison = undefined;
      for (const letter of letters) {
        await view.transaction((transaction) => replay(transaction, letter, topic, handler));
      }
      expect(await countIn(view)).toBe(delivery.recorded);
      expect(await view.transaction((transaction) => deadLetters(transaction))).toEqual([]);
    }, 60_000);

    it('sends nothing that its schema does not allow: operators are told of the event, what comes after it goes on', async () => {
      const view = await openView();
      delivery.read(view);
      const wrong = countedEvent({ kind: 'visit', facility: '08Z10', number: -1 });
      await delivery.events.append(streamName('counted', randomUUID()), 'noStream', [wrong]);
      await delivery.record(24);
      await expectEachOnceInOrder(delivery, view);
      const [shown] = await shownToOperators((letter) => letter['event'] === wrong.id, 1);
      expect(shown?.letter).toMatchObject({ stage: 'relay', reason: `${delivery.topic.name}: /number minimum` });
    }, 60_000);

    it('takes nothing that its schema does not allow, whoever sent it', async () => {
      const view = await openView();
      const topic = newTopicName();
      await delivery.makeTopics(topic, 1);
      const message = (number: number, data: unknown): Message => {
        const position = (number + 1) * 10;
        const envelope = envelopeOf(data as CountedVisit, position);
        return wireMessage({ key: '08Z99', position, envelope }, 0, number * 10);
      };
      await send(topic, [
        message(0, { kind: 'visit', facility: '08Z99', number: 0 }),
        message(1, { kind: 'visit', facility: '08Z99', number: 1, patient: 'a name' }),
        { key: '08Z99', partition: 0, value: 'not of the relay' },
        message(2, { kind: 'visit', facility: '08Z99', number: 1 }),
      ]);
      delivery.read(view, { topic: countedVisits(topic) });
      await until(async () => (await countIn(view)) === 2);
      const letters = await view.transaction((transaction) => deadLetters(transaction));
      expect(letters.map(({ reason }) => reason).toSorted()).toEqual([
        `MessageNotOfSchema: ${topic}: / additionalProperties`,
        'NotARelayedMessage: a message without lt-sequence',
      ]);
    }, 60_000);

    it('has each effect once when replicas share a view, come and go, and are slow', async () => {
      const handler = listVisits(undefined, 2);
      const view = await openView(handler);
      const first = delivery.read(view, { handler });
      await delivery.record(240);
      await pause(500);
      delivery.read(view, { handler });
      await delivery.record(240);
      await pause(2_000);
      await first.stop();
      await delivery.record(120);
      delivery.read(view, { handler });
      await expectEachOnceInOrder(delivery, view, 60_000);
    }, 150_000);

    it('tells readers how far the log is though nothing is sent to their partition', async () => {
      const view = await openView();
      delivery.read(view);
      await delivery.record(1);
      const head = await delivery.events.head();
      const reached = (): Promise<number> =>
        view.transaction((transaction) => positionReached(transaction, partitions));
      await until(async () => (await reached()) >= head);
      expect(await reached()).toBeGreaterThanOrEqual(head);
    }, 60_000);

    async function send(topic: string, messages: Message[]): Promise<void> {
      const producer = delivery.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic, messages });
      await producer.disconnect();
    }

    type Shown = { readonly key: string; readonly letter: Readonly<Record<string, unknown>> };

    async function shownToOperators(
      wanted: (letter: Readonly<Record<string, unknown>>) => boolean,
      count: number,
    ): Promise<readonly Shown[]> {
      const consumer = delivery.kafka.consumer({ groupId: randomUUID() });
      const seen: Shown[] = [];
      await consumer.connect();
      await consumer.subscribe({ topic: deadLetterTopic(delivery.topic.name), fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          const letter = JSON.parse(message.value?.toString() ?? '{}') as Record<string, unknown>;
          if (wanted(letter)) seen.push({ key: message.key?.toString() ?? '', letter });
        },
      });
      await until(() => seen.length >= count);
      await consumer.disconnect();
      return seen;
    }
  });
});

function envelopeOf(data: CountedVisit, position: number): CloudEvent<CountedVisit> {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/events/counted',
    type: 'vn.lien-tuyen.counted-visits.v1.visit',
    time: '2026-10-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:lien-tuyen:schema:counted-visits.v1',
    partitionkey: data.facility,
    sequence: String(position),
    data,
  };
}
