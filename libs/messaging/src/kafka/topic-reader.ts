import { type Consumer, type EachBatchPayload, type Kafka, type KafkaMessage, Partitioners } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ViewTransaction } from '#projections/projection.js';
import type { TopicHandler } from '../projection-of-topic.js';
import { MessageNotOfSchema } from '../schema-check.js';
import type { Topic, TopicMessage } from '../topic.js';
import { type DeadLetter, markSent, sendDeadLetters, setAside, unsentDeadLetters } from './dead-letters.js';
import { arrivedMessage, type Arrived, NotARelayedMessage, readEnvelope } from './kafka-message.js';
import { type PartitionPlace, type Placed, placeMessages } from './partition-sequence.js';
import { placeOf, savePlace } from './topic-places.js';

/** The rows of a reader of a topic; they have the tables of `topicReaderSchema` too. */
export interface TopicView {
  /**
   * Runs the work in one transaction, alone among all replicas that write this view. Nothing stays of it when it throws.
   * @param changes whether the handler's rows may have changed by it; otherwise places alone have
   */
  transaction<Result>(
    work: (view: ViewTransaction) => Promise<Result>,
    changes?: (result: Result) => boolean,
  ): Promise<Result>;
  /** Whether an error is the database's, not the handler's: the work is tried again, not set aside. */
  isUnavailable(error: unknown): boolean;
}

export interface TopicReaderOptions<Payload> {
  readonly kafka: Kafka;
  readonly topic: Topic<Payload>;
  readonly handler: TopicHandler<Payload>;
  readonly view: TopicView;
  /** The consumer group; default `{handler}-v{version}`. */
  readonly group?: string;
  readonly signal: AbortSignal;
  /** Told after each transaction that moved a place. */
  readonly onAdvanced?: (partition: number, place: PartitionPlace, changed: boolean) => void;
  /** Told of what is tried again, and of a gap that is waited for; no content. */
  readonly onFault?: (fault: { readonly reason: string; readonly partition?: number }) => void;
}

/** Something of a partition is missing: the reader waits for it, others go on. */
export class GapInPartition extends Error {
  override readonly name = 'GapInPartition';
}

const mostAtOnce = 250;
const mostWaiting = 2_000;
const longestPauseMs = 15_000;

/**
 * Reads a topic into a view, each message with its effect exactly once: the place in a partition is read and written in the
 * transaction of the rows, so a batch that is delivered again, or to another replica meanwhile, changes nothing. Replicas share
 * the partitions as one consumer group. A message that cannot be applied is set aside with its reason; those after it go on.
 */
export async function readTopic<Payload>(options: TopicReaderOptions<Payload>): Promise<void> {
  for (let failures = 0; !options.signal.aborted;) {
    const reader = new TopicReader(options);
    try {
      await reader.run(() => (failures = 0));
    } catch (error) {
      options.onFault?.({ reason: nameOf(error) });
      const ms = Math.min(longestPauseMs, 200 * 2 ** failures++);
      await pause(ms, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

class TopicReader<Payload> {
  readonly #consumer: Consumer;
  /** Came too early, by partition. Lost when the partition goes elsewhere: the place saved is before them. */
  readonly #waiting = new Map<number, readonly Arrived[]>();
  /** Offsets gone back to, by partition: once is enough to know that what is missing there is no longer kept. */
  readonly #soughtBack = new Map<number, bigint>();

  constructor(private readonly options: TopicReaderOptions<Payload>) {
    const { kafka, handler, group = `${handler.name}-v${handler.version}` } = options;
    this.#consumer = kafka.consumer({
      groupId: group,
      // Several times what a slice takes; how long a replica that died keeps its partitions from the others.
      sessionTimeout: 12_000,
      rebalanceTimeout: 20_000,
      heartbeatInterval: 3_000,
      maxBytesPerPartition: 512 * 1024,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      // Its own endings are handled here, where the reader begins anew.
      retry: { restartOnFailure: async () => false },
    });
  }

  /** Until the signal, or an error that ends this consumer. */
  async run(onProgress: () => void): Promise<void> {
    const { topic, signal } = this.options;
    const consumer = this.#consumer;
    let end: (error?: Error) => void = () => {};
    const ended = new Promise<void>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve());
    });
    const stop = (): void => end();
    signal.addEventListener('abort', stop);
    consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error));
    consumer.on(consumer.events.REBALANCING, () => this.#waiting.clear());
    try {
      if (signal.aborted) return;
      await consumer.connect();
      await consumer.subscribe({ topic: topic.name, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          await this.#take(payload);
          onProgress();
        },
      });
      await ended;
    } finally {
      signal.removeEventListener('abort', stop);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition, messages } = batch;
    for (let from = 0; from < messages.length; from += mostAtOnce) {
      if (!payload.isRunning() || payload.isStale()) return;
      const slice = sliceOf(partition, messages.slice(from, from + mostAtOnce));
      const placed = await this.#apply(slice);
      if (placed === 'ahead') return;
      const { place, waiting } = placed;
      this.#keepWaiting(partition, waiting);
      payload.resolveOffset(String(slice.through - 1n));
      // For those who watch the lag; the place that counts is the view's.
      const offset = String(place.nextOffset);
      await this.#consumer.commitOffsets([{ topic: batch.topic, partition, offset }]).catch(() => undefined);
      await payload.heartbeat();
    }
  }

  async #apply(slice: Slice): Promise<Placed<Arrived> | 'ahead'> {
    const { view, onAdvanced } = this.options;
    try {
      const placed = await view.transaction(
        (transaction) => this.#applyTogether(transaction, slice),
        (result) => result !== 'ahead' && result.due.some(isMessage),
      );
      if (placed === 'ahead') return placed;
      onAdvanced?.(slice.partition, placed.place, placed.due.some(isMessage));
      if (slice.foreign.length > 0) await this.#sendDeadLetters();
      return placed;
    } catch (error) {
      if (view.isUnavailable(error)) throw error;
      const placed = await this.#applySingly(slice);
      onAdvanced?.(slice.partition, placed.place, true);
      await this.#sendDeadLetters();
      return placed;
    }
  }

  async #applyTogether(transaction: ViewTransaction, slice: Slice): Promise<Placed<Arrived> | 'ahead'> {
    const { partition, first } = slice;
    const before = await placeOf(transaction, partition);
    if (before.nextOffset < first && !this.#waiting.has(partition) && this.#goBack(partition, before.nextOffset)) {
      return 'ahead';
    }
    const placed = this.#place(before, slice);
    const messages = placed.due.filter(isMessage).map((message) => this.#read(message));
    if (messages.length > 0) await this.options.handler.apply(messages, transaction);
    for (const letter of slice.foreign) await setAside(transaction, letter);
    await savePlace(transaction, partition, placed.place);
    return placed;
  }

  /** One transaction for each message, so that the one that cannot be applied is known and set aside alone. */
  async #applySingly(slice: Slice): Promise<Placed<Arrived>> {
    const { view, handler } = this.options;
    const { partition } = slice;
    for (;;) {
      let current: Arrived | undefined;
      const step = async (transaction: ViewTransaction, failure?: unknown): Promise<Placed<Arrived> | undefined> => {
        const before = await placeOf(transaction, partition);
        const placed = this.#place(before, slice);
        [current] = placed.due;
        if (current === undefined) {
          for (const letter of slice.foreign) await setAside(transaction, letter);
          await savePlace(transaction, partition, placed.place);
          return placed;
        }
        if (failure !== undefined) await setAside(transaction, letterOf(current, partition, failure));
        else if (isMessage(current)) await handler.apply([this.#read(current)], transaction);
        await savePlace(transaction, partition, { ...before, sequence: current.sequence });
        return undefined;
      };
      let done: Placed<Arrived> | undefined;
      try {
        done = await view.transaction(
          (transaction) => step(transaction),
          () => current !== undefined && isMessage(current),
        );
      } catch (error) {
        if (view.isUnavailable(error) || current === undefined) throw error;
        done = await view.transaction((transaction) => step(transaction, error));
      }
      if (done) return done;
    }
  }

  #place(before: PartitionPlace, { partition, arrived, through }: Slice): Placed<Arrived> {
    return placeMessages(before, this.#waiting.get(partition) ?? [], arrived, through);
  }

  #read({ key, value, sequence }: Arrived & { readonly kind: 'message' }): TopicMessage<Payload> {
    return readEnvelope(this.options.topic, key, value, sequence);
  }

  /** The group's offset is ahead of the view's rows: they were built anew or restored. False when going back brought nothing. */
  #goBack(partition: number, offset: bigint): boolean {
    if (this.#soughtBack.get(partition) === offset) return false;
    this.#soughtBack.set(partition, offset);
    this.#consumer.seek({ topic: this.options.topic.name, partition, offset: String(offset) });
    return true;
  }

  /** @throws GapInPartition when what is missing does not come though much has come since */
  #keepWaiting(partition: number, waiting: readonly Arrived[]): void {
    const waited = this.#waiting.has(partition);
    if (waiting.length === 0) {
      this.#waiting.delete(partition);
      return;
    }
    this.#waiting.set(partition, waiting);
    if (!waited) this.options.onFault?.({ reason: GapInPartition.name, partition });
    if (waiting.length > mostWaiting) throw new GapInPartition(`partition ${partition}`);
  }

  /** Rare: a producer of its own, for this once. What cannot be sent now is sent with the next. */
  async #sendDeadLetters(): Promise<void> {
    const { kafka, topic, handler, view, onFault } = this.options;
    const letters = await view.transaction(unsentDeadLetters);
    if (letters.length === 0) return;
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
      await sendDeadLetters(producer, topic.name, `${handler.name}-v${handler.version}`, letters);
      await view.transaction((transaction) => markSent(transaction, letters));
    } catch (error) {
      onFault?.({ reason: `dead letters not sent: ${nameOf(error)}` });
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }
}

/** Messages of one partition that are taken together. */
interface Slice {
  readonly partition: number;
  readonly first: bigint;
  /** Behind the last. */
  readonly through: bigint;
  readonly arrived: readonly Arrived[];
  /** What is not the relay's. */
  readonly foreign: readonly DeadLetter[];
}

function sliceOf(partition: number, messages: readonly KafkaMessage[]): Slice {
  const arrived: Arrived[] = [];
  const foreign: DeadLetter[] = [];
  for (const message of messages) {
    try {
      arrived.push(arrivedMessage(message));
    } catch (error) {
      if (!(error instanceof NotARelayedMessage)) throw error;
      foreign.push({
        partition,
        offset: BigInt(message.offset),
        sequence: 0,
        key: message.key?.toString() ?? '',
        value: message.value?.toString() ?? '',
        reason: reasonOf(error),
        setAsideAt: new Date().toISOString(),
      });
    }
  }
  return {
    partition,
    first: BigInt(messages[0]?.offset ?? 0),
    through: BigInt(messages.at(-1)?.offset ?? -1) + 1n,
    arrived,
    foreign,
  };
}

const isMessage = (one: Arrived): one is Arrived & { readonly kind: 'message' } => one.kind === 'message';

function letterOf(message: Arrived, partition: number, error: unknown): DeadLetter {
  const { key, value } = isMessage(message) ? message : { key: '', value: '' };
  const { offset, sequence } = message;
  return { partition, offset, sequence, key, value, reason: reasonOf(error), setAsideAt: new Date().toISOString() };
}

/** Texts of other errors may quote what a message holds. */
export function reasonOf(error: unknown): string {
  return error instanceof MessageNotOfSchema || error instanceof NotARelayedMessage
    ? `${error.name}: ${error.message}`
    : nameOf(error);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');
