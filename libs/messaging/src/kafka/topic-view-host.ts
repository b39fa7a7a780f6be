import type { Kafka } from 'kafkajs';
import { firstAfter, type ProjectedLog } from '#projections/postgres/projected-log.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import type { ViewStatus } from '#projections/projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '#projections/view-host.js';
import { isTopicProjection, type TopicProjection } from '../projection-of-topic.js';
import { readTopic } from './topic-reader.js';
import { topicReaderSchema } from './topic-places.js';
import { ViewOfTopic } from './view-of-topic.js';

export interface TopicViewHostOptions {
  readonly kafka: Kafka;
  readonly database: ViewDatabase;
  /** For the views' delay. */
  readonly events: Pick<ProjectedLog, 'head' | 'readAll'>;
  /** Partitions of each topic. */
  readonly partitions: number;
  /** Has the views that are not of a topic. Closed with this host. */
  readonly others: ViewHost;
  /** Told of what is tried again; no content. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/**
 * Views whose projection is made of a topic are read from the broker, by all replicas together; the others are another host's.
 * To those who add and read them there is no difference.
 */
export class TopicViewHost implements ViewHost {
  readonly #options: TopicViewHostOptions;
  readonly #views = new Map<string, { readonly view: ViewOfTopic<unknown>; readonly reading: Promise<void> }>();
  readonly #closing = new AbortController();

  constructor(options: TopicViewHostOptions) {
    this.#options = options;
  }

  async add(source: ProjectionSource): Promise<View> {
    const { createProjection } = (await import(source.module.href)) as { createProjection?: CreateProjection };
    const projection = await createProjection?.(source.settings);
    return projection && isTopicProjection(projection) ? this.#read(projection) : this.#options.others.add(source);
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    const own = await Promise.all([...this.#views.values()].map(({ view }) => view.status()));
    return [...own, ...(await this.#options.others.statuses())];
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const views = [...this.#views.values()];
    for (const { view } of views) view.stop();
    await Promise.all([...views.map(({ reading }) => reading), this.#options.others.close()]);
  }

  async #read({ name, version, topic, handler }: TopicProjection<unknown>): Promise<View> {
    const { kafka, database, events, partitions, onFault } = this.#options;
    const { signal } = this.#closing;
    if (signal.aborted) throw new Error('The view host has stopped');
    const label = `${name}-v${version}`;
    if (this.#views.has(label)) throw new Error(`View ${label} was added already`);
    // A name of its own: the view may be there from the log too, while one way is exchanged for the other.
    const tables = { name: `${name}-of-topic`, version, schema: [...topicReaderSchema, ...handler.schema] };
    const { store, database: rows, schema } = await database.openView(tables, (await firstAfter(events, 0))?.id);
    const begun = await store.progress();
    const view = new ViewOfTopic({ name, version, database: rows, events, begun, store, topic, handler, partitions });
    database.follow(schema, view);
    const reading = readTopic({
      kafka,
      topic,
      handler,
      view: view.rows,
      signal,
      onFault: ({ reason }) => onFault?.({ view: label, reason }),
    });
    this.#views.set(label, { view, reading });
    return view;
  }
}
