/** docs/asyncapi.json: valid by AsyncAPI's own schema, made from the topics as they are, and true of what is really sent. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import type { IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import { pino } from 'pino';
import { topicsDocument } from '#apps/backbone/src/topics-document.js';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestBroker } from '#deploy/local/src/test-broker.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import { kafkaClient } from '#messaging/kafka/kafka-client.js';
import { type RelayPlace, runRelay } from '#messaging/kafka/relay.js';
import { ensureTopics, layoutsOf } from '#messaging/kafka/topic-layout.js';
import { referrals } from '#messaging/referrals/referrals-topic.js';
import type { Topic } from '#messaging/topic.js';
import { fillLog } from '../src/views/filled-log.js';

interface InFormat {
  readonly schema: AnySchema;
}
interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, { readonly headers?: InFormat; readonly payload: InFormat }>>;
}

const shipped = JSON.parse(readFileSync(new URL('../../../docs/asyncapi.json', import.meta.url), 'utf8')) as {
  readonly channels: Readonly<Record<string, Channel>>;
};

describe('docs/asyncapi.json', () => {
  it('is what the topics are: npm run -s asyncapi > docs/asyncapi.json', () => {
    expect(shipped).toEqual(topicsDocument());
  });

  it('is AsyncAPI 3.0', () => {
    const require = createRequire(import.meta.url);
    const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as AnySchema;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect([validate(shipped), validate.errors]).toEqual([true, null]);
    expect(validate({ ...shipped, channels: { wrong: { messages: 3 } } })).toBe(false);
  });
});

describeOn(await everyTestBroker('AsyncAPI'), (engine, broker) => {
  describe(`messages as docs/asyncapi.json says: ${engine}`, () => {
    let folder: string;
    let kafka: Kafka;
    let events: EventStore;
    const topics: readonly Topic<unknown>[] = [
      referrals,
      healthFacts({ pseudonyms: pseudonymsBy(Buffer.alloc(32, 'bench')) }),
    ];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'asyncapi-'));
      const { file } = await fillLog(join(folder, 'log'), 60);
      events = await openEmbeddedEventStore({ file });
      kafka = kafkaClient({ brokers: broker().brokers, clientId: 'asyncapi' }, pino({ level: 'silent' }));
    }, 120_000);
    afterAll(async () => {
      await events?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('has everything that is sent of a synthetic province, and what operators are shown', async () => {
      for (const data of [
        {},
        { referral: { from: '08Z11', number: 'CT 1' }, resident: 'r', at: '2026-10-01', by: '?' },
      ]) {
        await events.append(streamName('referral', randomUUID()), 'noStream', [
          { id: randomUUID(), type: 'PatientArrived', data, metadata: { occurredAt: '2026-10-01' } },
        ]);
      }
      for (const topic of topics) {
        // A name of its own on a broker that several use; the messages are those of the topic.
        const ours = { ...topic, name: `${topic.name}-${randomUUID()}` };
        const sent = await relayed(ours);
        const channel = Object.values(shipped.channels).find(({ address }) => address === topic.name);
        const kinds = Object.values(channel?.messages ?? {}).map(({ headers, payload }) => ({
          headers: checkOf(headers?.schema ?? true),
          payload: checkOf(payload.schema),
        }));
        expect(kinds).toHaveLength(2);
        const [ofMessages = 0, ofProgress = 0] = kinds.map(
          ({ headers, payload }) =>
            sent.filter((one) => headers(headersOf(one.headers)) && payload(valueOf(one))).length,
        );
        expect(ofMessages).toBeGreaterThan(10);
        expect(ofProgress).toBeGreaterThan(0);
        expect(ofMessages + ofProgress).toBe(sent.length);
      }
      const letters = await readAll(`${deadLettered}.dead-letter`);
      const described = Object.values(shipped.channels).find(({ address }) => address === 'referrals.v1.dead-letter');
      const isLetter = checkOf(described?.messages['deadLetter']?.payload.schema ?? false);
      expect(letters.length).toBeGreaterThan(0);
      for (const letter of letters) expect([isLetter(valueOf(letter)), isLetter.errors]).toEqual([true, null]);
    }, 120_000);

    let deadLettered = '';

    /** Sends all of the topic that the log has, and gives what arrived. */
    async function relayed(topic: Topic<unknown>): Promise<readonly KafkaMessage[]> {
      const admin = kafka.admin();
      await admin.connect();
      await ensureTopics(admin, layoutsOf(topic.name, 2, 1));
      await admin.disconnect();
      if (topic.name.startsWith('referrals')) deadLettered = topic.name;
      const stop = new AbortController();
      const head = await events.head();
      await runRelay({
        topic,
        partitions: 2,
        events,
        kafka,
        signal: stop.signal,
        places: { load: async () => undefined, save: async () => undefined },
        onPublished: ({ position }: RelayPlace) => position >= head && stop.abort(),
      });
      return readAll(topic.name);
    }

    async function readAll(topic: string): Promise<readonly KafkaMessage[]> {
      const admin = kafka.admin();
      await admin.connect();
      const offsets = await admin.fetchTopicOffsets(topic);
      await admin.disconnect();
      const wanted = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
      const consumer = kafka.consumer({ groupId: randomUUID() });
      const found: KafkaMessage[] = [];
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        if (wanted === 0) resolve();
        consumer
          .run({
            eachMessage: async ({ message }) => {
              if (found.push(message) === wanted) resolve();
            },
          })
          .catch(reject);
      });
      await consumer.disconnect();
      return found;
    }
  });
});

const checkOf = (schema: AnySchema): ValidateFunction =>
  new Ajv({ strict: true, strictTypes: false, strictRequired: false, discriminator: true }).compile(schema);

const valueOf = ({ value }: KafkaMessage): unknown => (value === null ? null : JSON.parse(value.toString()));

const headersOf = (headers: IHeaders | undefined): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, value?.toString()]));
