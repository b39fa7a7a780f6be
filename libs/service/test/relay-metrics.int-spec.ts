import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { postgresRelayPlaces } from '#messaging/kafka/relay-among-replicas.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import { observeRelays } from '../src/engines/relay-metrics.js';

const server = await testDatabase('metrics of relays');
afterAll(() => server?.stop());

const topic = { name: 'referrals.v1', reads: { categories: ['referral'] } };

(server === undefined ? describe.skip : describe)('metrics of relays', () => {
  const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
  let folder: string;
  let events: EventStore;
  let database: ViewDatabase;
  let metrics: Registry;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relay-metrics-'));
    events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    database = await ViewDatabase.open({ url: server?.url ?? '', schemaPrefix });
    metrics = new Registry();
  });
  afterEach(async () => {
    await database.close();
    await events.close();
    await server?.dropSchemas(schemaPrefix);
    await rm(folder, { recursive: true });
  });

  const append = (category: string): Promise<{ position: number }> =>
    events.append(streamName(category, randomUUID()), 'noStream', [
      { id: randomUUID(), type: 'Happened', data: {}, metadata: { occurredAt: '2026-10-05T01:30:00Z' } },
    ]);
  const valueOf = async (name: string): Promise<number> => {
    const text = await metrics.getSingleMetricAsString(name);
    return Number(text.slice(text.lastIndexOf(' ')));
  };

  it('tell from the saved place how old the oldest event is that a topic still lacks', async () => {
    observeRelays(metrics, [topic], { database, events });
    expect(await valueOf('relay_delay_seconds')).toBe(0);
    const { position } = await append('referral');
    await append('visit');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await valueOf('relay_delay_seconds')).toBeGreaterThanOrEqual(0.02);
    await postgresRelayPlaces(database).save(topic.name, { position, partitions: [position] });
    // What is not for the topic keeps nobody waiting.
    expect(await valueOf('relay_delay_seconds')).toBe(0);
    expect(await valueOf('relay_position')).toBe(position);
  });

  it('count what was sent, what no message could be made of, and faults, each by its topic', async () => {
    const observed = observeRelays(metrics, [topic], { database, events });
    observed.published(topic.name, { messages: 7, refused: 1 });
    observed.published(topic.name, { messages: 3, refused: 0 });
    observed.fault(topic.name);
    const counts = ['relay_messages_total', 'relay_refused_total', 'relay_faults_total'].map(valueOf);
    expect(await Promise.all(counts)).toEqual([10, 1, 1]);
  });
});
