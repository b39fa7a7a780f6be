import type { Kafka } from 'kafkajs';
import type { ProjectedLog } from '#projections/postgres/projected-log.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import type { ViewStatus } from '#projections/projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '#projections/view-host.js';
import { isTopicProjection, type TopicProjection } from '../projection-of-topic.js';
import { ViewOfTopic } from './view-of-topic.js';

export interface TopicViewHostOptions {
  readonly kafka: Kafka;
  readonly database: ViewDatabase;
  /** What the views are built from, before they go on with their topics. */
  readonly events: ProjectedLog;
  /** Partitions of each topic. */
  readonly partitions: number;
  /** Has the views that are not of a topic. Closed with this host. */
  readonly others: ViewHost;
  /** How long what was replaced can still be read by those who began with it, in milliseconds; default 10 s. */
  readonly readingMs?: number;
  /** Told of what is tried again; no content. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/**
 * Views whose projection is made of a topic are read from the broker, by all replicas together; the others are another host's.
 * To those who add and read them there is no difference.
 */
export class TopicViewHost implements ViewHost {
  readonly #options: TopicViewHostOptions;
  readonly #views = new Map<string, ViewOfTopic>();
  readonly #adding = new Set<string>();
  #closed: Promise<void> | undefined;

  constructor(options: TopicViewHostOptions) {
    this.#options = options;
  }

  async add(source: ProjectionSource): Promise<View> {
    const { createProjection } = (await import(source.module.href)) as { createProjection?: CreateProjection };
    const projection = await createProjection?.(source.settings);
    if (createProjection === undefined || !projection || !isTopicProjection(projection)) {
      return this.#options.others.add(source);
    }
    return this.#open(projection, async () => {
      const another = await createProjection(source.settings);
      if (!isTopicProjection(another)) throw new Error(`${source.module.href} made a projection of a topic only once`);
      return another;
    });
  }

  find(name: string): View | undefined {
    return this.#views.get(name) ?? this.#options.others.find(name);
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    const own = await Promise.all([...this.#views.values()].map((view) => view.status()));
    return [...own, ...(await this.#options.others.statuses())];
  }

  whileAlone(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.#options.others.whileAlone(name, signal, work);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...[...this.#views.values()].map((view) => view.stop()), this.#options.others.close()]);
  }

  async #open(
    projection: TopicProjection<unknown>,
    newProjection: () => Promise<TopicProjection<unknown>>,
  ): Promise<View> {
    const { name } = projection;
    if (this.#closed !== undefined) throw new Error('The view host has stopped');
    if (this.#views.has(name) || this.#adding.has(name)) throw new Error(`View ${name} was added already`);
    this.#adding.add(name);
    try {
      const view = new ViewOfTopic(projection, { ...this.#options, newProjection });
      await view.open();
      this.#views.set(name, view);
      return view;
    } finally {
      this.#adding.delete(name);
    }
  }
}
