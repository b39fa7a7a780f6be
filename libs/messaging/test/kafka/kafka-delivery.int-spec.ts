import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Kafka } from 'kafkajs';
import { type KafkaBroker, startKafkaBroker } from '#deploy/local/src/kafka-broker.js';
import { EngineMissing } from '#deploy/local/src/engine-process.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { type RelayPlace, runRelay } from '../../src/kafka/relay.js';
import { readTopic, type TopicReaderOptions } from '../../src/kafka/topic-reader.js';
import { ensureTopics, layoutsOf } from '../../src/kafka/topic-layout.js';
import { type CountedVisit, countedVisits, listVisits } from './counted-visits.js';
import { SqliteTopicView } from './sqlite-topic-view.js';

const partitions = 4;
const facilities = Array.from({ length: 12 }, (_, i) => `08Z${String(i + 10)}`);

describe('a topic on a real Kafka broker', () => {
  let folder: string;
  let broker: KafkaBroker;
  let kafka: Kafka;
  let events: EventStore;
  const numbers = new Map<string, number>();
  let stopRelay: AbortController;
  let relaying: Promise<void>;
  let place: RelayPlace | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-kafka-'));
    broker = await startKafkaBroker(join(folder, 'broker'));
    kafka = kafkaClient({ brokers: [broker.brokers], clientId: 'test' }, pino({ level: 'silent' }));
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(countedVisits.name, partitions, 1));
    await admin.disconnect();
    events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    startRelay();
  }, 180_000);
  afterAll(async () => {
    stopRelay?.abort();
    await relaying;
    await events?.close();
    await broker?.process.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function startRelay(): void {
    stopRelay = new AbortController();
    relaying = runRelay({
      topic: countedVisits,
      partitions,
      events,
      kafka,
      signal: stopRelay.signal,
      places: {
        load: async () => place,
        save: async (_, saved) => {
          place = saved;
        },
      },
    });
  }

  async function record(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const facility = facilities[i % facilities.length] ?? '';
        const number = numbers.get(facility) ?? 0;
        numbers.set(facility, number + 1);
        const data: CountedVisit = { kind: 'visit', facility, number };
        return events.append(streamName('counted', `${facility}.${number}`), 'noStream', [
          { id: randomUUID(), type: 'Counted', data, metadata: { occurredAt: '2026-10-01T00:00:00Z' } },
        ]);
      }),
    );
  }

  const recorded = (): number => [...numbers.values()].reduce((sum, count) => sum + count, 0);

  function read(
    view: SqliteTopicView,
    more: Partial<TopicReaderOptions<CountedVisit>> = {},
  ): { stop(): Promise<void> } {
    const stop = new AbortController();
    const reading = readTopic({
      kafka,
      topic: countedVisits,
      handler: listVisits(),
      view,
      signal: stop.signal,
      ...more,
    });
    return {
      stop: async () => {
        stop.abort();
        await reading;
      },
    };
  }

  const countIn = (view: SqliteTopicView): number =>
    Number(view.rows<{ count: number }>('select count(*) as count from listed_visit')[0]?.count);

  async function until(condition: () => boolean, withinMs = 30_000): Promise<void> {
    for (const end = Date.now() + withinMs; !condition() && Date.now() < end;) await pause(20);
    expect(condition()).toBe(true);
  }

  it('brings every message once, in the order of its key', async () => {
    const view = new SqliteTopicView(listVisits().schema);
    await record(500);
    const reader = read(view);
    await record(500);
    await until(() => countIn(view) === recorded());
    const rows = view.rows<{ facility: string; count: number; wrong: number }>(
      'select facility, count(*) as count, sum(place_in_order <> number) as wrong from listed_visit group by facility',
    );
    expect(new Map(rows.map(({ facility, count }) => [facility, count]))).toEqual(numbers);
    await reader.stop();
  }, 60_000);
});

void EngineMissing;
