import type { Kafka, Message, Producer } from 'kafkajs';
import { CompressionTypes } from 'kafkajs';
import type { EventBatch, EventStore, Position, RecordedEvent } from '#event-store/event-store.js';
import { MessageNotOfSchema } from '../schema-check.js';
import type { Topic } from '../topic.js';
import { wireMessage, wireProgress } from './kafka-message.js';
import { partitionOfKey } from './key-partition.js';
import { deadLetterTopic } from './topic-layout.js';

/** How far a relay is: what is acknowledged by the brokers is behind it. */
export interface RelayPlace {
  readonly position: Position;
  /** Sequence of the last message of each partition. */
  readonly partitions: readonly number[];
}

/** Keeps a relay's place durably. */
export interface RelayPlaces {
  load(topic: string): Promise<RelayPlace | undefined>;
  save(topic: string, place: RelayPlace): Promise<void>;
}

/** What a batch of the log became. */
export interface SentMessages {
  readonly messages: number;
  /** Events that no message could be made of: sent to the dead letters. */
  readonly refused: number;
}

export interface RelayOptions<Payload> {
  readonly topic: Topic<Payload>;
  readonly partitions: number;
  readonly events: EventStore;
  readonly kafka: Kafka;
  readonly places: RelayPlaces;
  /** Ends the relay, in order. */
  readonly signal: AbortSignal;
  /** Told after every acknowledged batch. */
  readonly onPublished?: (place: RelayPlace, sent: SentMessages) => void;
  /** Told of each fault that is tried again; the text names no content. */
  readonly onFault?: (fault: { readonly reason: string; readonly retryInMs: number }) => void;
}

/** Readers learn at most so much later how far the log is, when nothing is sent to their partition. */
const progressEveryMs = 250;
const mostAtOnce = 1_000;
const longestPauseMs = 15_000;

/**
 * Publishes the messages of a topic: log → brokers, in the order of the log, the place saved after the acknowledgement. What was
 * sent before a crash but not saved is sent again with the same sequence: readers drop it. One relay of a topic runs at a time.
 */
export async function runRelay<Payload>(options: RelayOptions<Payload>): Promise<void> {
  const relay = new Relay(options);
  for (let failures = 0; !options.signal.aborted;) {
    try {
      await relay.run(() => (failures = 0));
    } catch (error) {
      const retryInMs = Math.min(longestPauseMs, 200 * 2 ** failures++);
      options.onFault?.({ reason: nameOf(error), retryInMs });
      await pause(retryInMs, options.signal);
    }
  }
}

/** Age in milliseconds of the oldest event that is still to be sent; 0 when there is none. */
export async function relayDelayMs(
  { name, reads }: Pick<Topic<unknown>, 'name' | 'reads'>,
  places: Pick<RelayPlaces, 'load'>,
  events: Pick<EventStore, 'readAll'>,
): Promise<number> {
  const after = (await places.load(name))?.position ?? 0;
  for await (const batch of events.readAll({ after, filter: reads, batchSize: 1 })) {
    const [oldest] = batch.events;
    if (oldest) return Math.max(0, Date.now() - Date.parse(oldest.recordedAt));
  }
  return 0;
}

class Relay<Payload> {
  #partitionOf = new Map<string, number>();

  constructor(private readonly options: RelayOptions<Payload>) {}

  /** From the saved place on, until the signal, or an error that ends this producer. */
  async run(onProgress: () => void): Promise<void> {
    const { topic, partitions, events, kafka, places } = this.options;
    const ended = new AbortController();
    const signal = AbortSignal.any([this.options.signal, ended.signal]);
    // A producer of its own for each run: after an unknown outcome its sequence numbers cannot be gone on with.
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    // Reading, sending and saving overlap: each waits for a server most of the time.
    let saving: Promise<void> = Promise.resolve();
    try {
      let place = (await places.load(topic.name)) ?? {
        position: 0,
        partitions: Array.from({ length: partitions }, () => 0),
      };
      let toldAt = 0;
      const filter = topic.reads;
      const subscription = events.subscribe({ after: place.position, filter, batchSize: mostAtOnce, signal });
      for await (const batch of readAhead(subscription, ended)) {
        const tell = batch.caughtUp || Date.now() - toldAt >= progressEveryMs;
        const before = place.position;
        place = await this.#publish(producer, batch, place, tell);
        if (tell) toldAt = Date.now();
        onProgress();
        await saving;
        if (place.position > before) saving = settledLater(places.save(topic.name, place));
        // One more may have been read ahead.
        if (signal.aborted) break;
      }
      await saving;
    } finally {
      await saving.catch(() => undefined);
      await producer.disconnect();
    }
  }

  async #publish(producer: Producer, batch: EventBatch, from: RelayPlace, tell: boolean): Promise<RelayPlace> {
    const { topic, onPublished } = this.options;
    const last = [...from.partitions];
    const messages: Message[] = [];
    const refused: Message[] = [];
    for (const event of batch.events) {
      try {
        const message = topic.messageOf(event);
        if (!message) continue;
        const partition = this.#partition(message.key);
        messages.push(wireMessage(message, partition, last[partition] ?? 0));
        last[partition] = message.position;
      } catch (error) {
        refused.push(deadLetterOf(event, error));
      }
    }
    const published = messages.length;
    if (tell) {
      for (const [partition, sequence] of last.entries()) {
        if (sequence >= batch.position) continue;
        messages.push(wireProgress(partition, batch.position, sequence));
        last[partition] = batch.position;
      }
    }
    const place: RelayPlace = { position: batch.position, partitions: last };
    if (messages.length + refused.length > 0) {
      await producer.sendBatch({
        acks: -1,
        compression: CompressionTypes.GZIP,
        topicMessages: [
          ...(messages.length > 0 ? [{ topic: topic.name, messages }] : []),
          ...(refused.length > 0 ? [{ topic: deadLetterTopic(topic.name), messages: refused }] : []),
        ],
      });
    }
    onPublished?.(place, { messages: published, refused: refused.length });
    return place;
  }

  #partition(key: string): number {
    let found = this.#partitionOf.get(key);
    if (found === undefined) {
      // As many keys as there are communes or open referrals of late: more would only cost memory.
      if (this.#partitionOf.size >= 50_000) this.#partitionOf.clear();
      found = partitionOfKey(key, this.options.partitions);
      this.#partitionOf.set(key, found);
    }
    return found;
  }
}

/** Which event had no message, and why: the event itself stays in the log. */
function deadLetterOf(event: RecordedEvent, error: unknown): Message {
  const reason = error instanceof MessageNotOfSchema ? error.message : nameOf(error);
  return {
    key: event.id,
    partition: 0,
    value: JSON.stringify({ stage: 'relay', event: event.id, type: event.type, position: event.position, reason }),
  };
}

/**
 * The next is asked for while one is worked on.
 * @param ended aborted when this ends, so that what was asked for ends too
 */
async function* readAhead<T>(source: AsyncIterable<T>, ended: AbortController): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (let coming = iterator.next(); ;) {
      const next = await coming;
      if (next.done) return;
      coming = settledLater(iterator.next());
      yield next.value;
    }
  } finally {
    ended.abort();
    await iterator.return?.();
  }
}

/** Its fault is heard of where it is awaited, not before. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
