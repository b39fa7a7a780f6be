import type { SharedViewOptions, ViewProgress } from '#projections/postgres/shared-view.js';
import { SharedView } from '#projections/postgres/shared-view.js';
import type { ViewStore } from '#projections/postgres/view-store.js';
import type { SetAsideEvent } from '#projections/view-host.js';
import type { TopicHandler } from '../projection-of-topic.js';
import type { Topic } from '../topic.js';
import { type DeadLetter, deadLetters, replay, setAside } from './dead-letters.js';
import { identityIn } from './kafka-message.js';
import { PostgresTopicView } from './postgres-topic-view.js';
import { reasonOf } from './topic-reader.js';

export interface ViewOfTopicOptions<Payload> extends SharedViewOptions {
  readonly store: ViewStore;
  readonly topic: Topic<Payload>;
  readonly handler: TopicHandler<Payload>;
  readonly partitions: number;
}

/** A view read from a topic, to those who read it like any other: its dead letters are what was set aside. */
export class ViewOfTopic<Payload> extends SharedView {
  readonly rows: PostgresTopicView;
  readonly #options: ViewOfTopicOptions<Payload>;

  constructor(options: ViewOfTopicOptions<Payload>) {
    super(options);
    this.#options = options;
    this.rows = new PostgresTopicView(options.store, options.partitions, (position, changed) =>
      this.advance(position, changed),
    );
  }

  async setAside(): Promise<readonly SetAsideEvent[]> {
    const { topic } = this.#options;
    return (await deadLetters(this.database)).map(({ partition, offset, sequence, value, reason, setAsideAt }) => ({
      position: sequence,
      ...identityIn(value),
      stream: `${topic.name}/${partition}@${offset}`,
      reason,
      setAsideAt,
    }));
  }

  async retrySetAside(): Promise<{ applied: number; remaining: number }> {
    let applied = 0;
    for (const letter of await deadLetters(this.database)) applied += (await this.#retry(letter)) ? 1 : 0;
    const { setAside: remaining } = await this.progress();
    return { applied, remaining };
  }

  protected async progress(): Promise<ViewProgress> {
    const { position, settled } = await this.#options.store.progress();
    const [row] = await this.database.query<{ letters: number }>('select count(*) as letters from dead_letter');
    return { position, settled, setAside: row?.letters ?? 0 };
  }

  async #retry(letter: DeadLetter): Promise<boolean> {
    const { topic, handler } = this.#options;
    try {
      return await this.rows.transaction(
        (transaction) => replay(transaction, letter, topic, handler),
        (replayed) => replayed,
      );
    } catch (error) {
      if (this.rows.isUnavailable(error)) throw error;
      const setAsideAt = new Date().toISOString();
      await this.rows.transaction((transaction) =>
        setAside(transaction, { ...letter, reason: reasonOf(error), setAsideAt }),
      );
      return false;
    }
  }
}
