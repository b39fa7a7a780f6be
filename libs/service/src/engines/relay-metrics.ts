import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import { relayDelayMs, type SentMessages } from '#messaging/kafka/relay.js';
import { postgresRelayPlaces } from '#messaging/kafka/relay-among-replicas.js';
import type { Topic } from '#messaging/topic.js';
import { soon } from '#platform/operations/soon.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';

export interface ObservedRelays {
  published(topic: string, sent: SentMessages): void;
  fault(topic: string): void;
}

/** What this process relays, and how far each topic is behind the log, whichever replica relays it. */
export function observeRelays(
  metrics: Registry,
  topics: readonly Pick<Topic<unknown>, 'name' | 'reads'>[],
  { database, events }: { readonly database: ViewDatabase; readonly events: Pick<EventStore, 'readAll'> },
): ObservedRelays {
  const places = postgresRelayPlaces(database);
  const counter = (name: string, help: string): Counter<'topic'> =>
    new Counter({ name, help, labelNames: ['topic'] as const, registers: [metrics] });
  const messages = counter('relay_messages_total', 'Messages that the brokers have acknowledged');
  const refused = counter('relay_refused_total', 'Events that no message could be made of, sent to the dead letters');
  const faults = counter('relay_faults_total', 'Faults after which a relay tried again');
  const position = (topic: string): Promise<number> => places.load(topic).then((place) => place?.position ?? 0);
  const ofEachTopic = (
    name: string,
    help: string,
    valueOf: (topic: Pick<Topic<unknown>, 'name' | 'reads'>) => Promise<number>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: ['topic'] as const,
      registers: [metrics],
      async collect() {
        const values = await Promise.all(topics.map((topic) => soon(valueOf(topic))));
        this.reset();
        for (const [at, topic] of topics.entries()) {
          const value = values[at];
          if (value !== undefined) this.set({ topic: topic.name }, value);
        }
      },
    });
  };
  ofEachTopic('relay_position', 'Position of the log up to which a topic is filled', ({ name }) => position(name));
  ofEachTopic(
    'relay_delay_seconds',
    'Age of the oldest event that is still to be sent to a topic',
    async (topic) => (await relayDelayMs(topic, places, events)) / 1000,
  );
  return {
    published: (topic, sent) => {
      messages.inc({ topic }, sent.messages);
      refused.inc({ topic }, sent.refused);
    },
    fault: (topic) => faults.inc({ topic }),
  };
}
