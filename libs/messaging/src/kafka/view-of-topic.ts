import type { Kafka } from 'kafkajs';
import type { Position } from '#event-store/event-store.js';
import { lead, keepTrying, retryFromLog } from '#projections/postgres/postgres-view.js';
import { type Generation, SharedView, type SharedViewOptions } from '#projections/postgres/shared-view.js';
import type { BeforeServing } from '#projections/postgres/view-catalogue.js';
import { leaderLock } from '#projections/postgres/view-schema.js';
import type { SetAsideEvent } from '#projections/view-host.js';
import type { TopicProjection } from '../projection-of-topic.js';
import { type DeadLetter, deadLetters, replay, setAside } from './dead-letters.js';
import { identityIn } from './kafka-message.js';
import { PostgresTopicView } from './postgres-topic-view.js';
import { placesAfterLog, topicReaderSchema } from './topic-places.js';
import { readTopic, reasonOf } from './topic-reader.js';

export interface ViewOfTopicOptions extends Omit<SharedViewOptions, 'name' | 'tables' | 'projects'> {
  readonly kafka: Kafka;
  /** Of the topic. */
  readonly partitions: number;
  /** A projection for one generation: it may keep what it knows of its view in memory. */
  readonly newProjection: () => Promise<TopicProjection<unknown>>;
}

const tablesOf = (view: string): string => `${view}-of-topic`;

/**
 * A view read from a topic, to those who read it like any other: its dead letters are what was set aside. A topic keeps its
 * messages for a while, the log for ever: a generation is built from the log, by one replica, and goes on with the topic, in all of
 * them, when it serves.
 */
export class ViewOfTopic extends SharedView {
  readonly #options: ViewOfTopicOptions;
  readonly #projection: TopicProjection<unknown>;

  constructor(projection: TopicProjection<unknown>, options: ViewOfTopicOptions) {
    const { name, version, readableFrom, handler } = projection;
    super({
      ...options,
      name,
      projects: true,
      // A name of its own: the view may be there from the log too, while one way is exchanged for the other.
      tables: {
        name: tablesOf(name),
        version,
        schema: [...topicReaderSchema, ...handler.schema],
        ...(readableFrom !== undefined && { readableFrom }),
      },
    });
    this.#options = options;
    this.#projection = projection;
  }

  protected async keepUp(generation: Generation, signal: AbortSignal): Promise<void> {
    await keepTrying(
      signal,
      async () => {
        if (generation.serves || (await this.#buildFromLog(generation, signal))) await this.#read(generation, signal);
      },
      (error) => this.cannotGoOn(generation, signal, error),
    );
  }

  protected async setAsideIn({ opened }: Generation): Promise<readonly SetAsideEvent[]> {
    const { topic } = this.#projection;
    const fromLog = await opened.store.setAside();
    const letters = await deadLetters(opened.database);
    const fromTopic = letters.map(({ partition, offset, sequence, value, reason, setAsideAt }) => ({
      position: sequence,
      ...identityIn(value),
      stream: `${topic.name}/${partition}@${offset}`,
      reason,
      setAsideAt,
    }));
    return [...fromLog, ...fromTopic].toSorted((a, b) => a.position - b.position);
  }

  protected override async alsoSetAside({ opened }: Generation): Promise<number> {
    const [row] = await opened.database.query<{ letters: number }>('select count(*) as letters from dead_letter');
    return row?.letters ?? 0;
  }

  protected async retryIn(generation: Generation): Promise<{ applied: number; remaining: number }> {
    const { store, schema, database } = generation.opened;
    const fromLog = await retryFromLog(store, this.#projection, this.#options.events);
    if (fromLog > 0) this.advance(schema, (await store.progress()).position, true);
    const rows = this.#rowsOf(generation);
    let applied = fromLog;
    for (const letter of await deadLetters(database)) applied += (await this.#retry(rows, letter)) ? 1 : 0;
    const { setAside: remaining } = await store.progress();
    return { applied, remaining: remaining + (await this.alsoSetAside(generation)) };
  }

  /** @returns true when it serves now; false when another replica builds it */
  async #buildFromLog(generation: Generation, signal: AbortSignal): Promise<boolean> {
    const { database, events, newProjection, partitions } = this.#options;
    const { schema } = generation.opened;
    const built = new AbortController();
    const beforeServing: BeforeServing = async (client, { schema: inSchema, position, replaces }) => {
      // Rows of one partition may be ahead of the view's position, which is that of the hindmost.
      if (replaces !== undefined && (await furthestIn(client, replaces)) > position) return false;
      for (const place of placesAfterLog(partitions, position)) {
        await client.query(
          `insert into ${inSchema}.topic_place (partition_number, sequence, next_offset) values ($1, $2, $3)`,
          [...place],
        );
      }
      return true;
    };
    await database.whileHolding(leaderLock(schema), signal, async (held) => {
      // Another replica may have built it, and all may read the topic by now, before this one has heard of it.
      const rows = await database.catalogue.of([tablesOf(this.#projection.name)]);
      const state = rows.find((row) => row.schema === schema)?.state;
      if (state !== 'building') {
        if (state === 'serving') built.abort();
        return;
      }
      const projection = await newProjection();
      const until = AbortSignal.any([held, built.signal]);
      const onServing = () => built.abort();
      await lead({ generation, view: this, database, events, projection, beforeServing, onServing }, until);
    });
    return built.signal.aborted;
  }

  async #read(generation: Generation, signal: AbortSignal): Promise<void> {
    const { kafka } = this.#options;
    const { topic, handler, name } = this.#projection;
    await readTopic({
      kafka,
      topic,
      handler,
      view: this.#rowsOf(generation),
      // A group for each generation: what one has read the other has not.
      group: groupOf(handler, generation.generation),
      signal,
      onAdvanced: () => (generation.failing = false),
      onFault: ({ reason }) => this.#options.onFault?.({ view: `${name}-v${handler.version}`, reason }),
    });
  }

  #rowsOf({ opened: { store, schema } }: Generation): PostgresTopicView {
    return new PostgresTopicView(store, this.#options.partitions, (position, changed) =>
      this.advance(schema, position, changed),
    );
  }

  async #retry(rows: PostgresTopicView, letter: DeadLetter): Promise<boolean> {
    const { topic, handler } = this.#projection;
    try {
      return await rows.transaction(
        (transaction) => replay(transaction, letter, topic, handler),
        (replayed) => replayed,
      );
    } catch (error) {
      if (rows.isUnavailable(error)) throw error;
      const setAsideAt = new Date().toISOString();
      await rows.transaction((transaction) =>
        setAside(transaction, { ...letter, reason: reasonOf(error), setAsideAt }),
      );
      return false;
    }
  }
}

const groupOf = ({ name, version }: { readonly name: string; readonly version: number }, generation: number): string =>
  `${name}-v${version}${generation === 1 ? '' : `-g${generation}`}`;

async function furthestIn(client: Parameters<BeforeServing>[0], schema: string): Promise<Position> {
  const { rows } = await client.query<{ furthest: Position | null }>(
    `select max(sequence) as furthest from ${schema}.topic_place`,
  );
  return rows[0]?.furthest ?? 0;
}
