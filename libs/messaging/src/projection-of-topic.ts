import type { Projection, ViewTransaction } from '#projections/projection.js';
import type { Topic, TopicMessage } from './topic.js';

/**
 * A reader of a topic with a view of its own. Its rows and its place in the topic move in one transaction, whichever engine
 * delivers: a message has its effect exactly once although it may be delivered twice.
 */
export interface TopicHandler<Payload> {
  /** Identity of the view, with the version. */
  readonly name: string;
  readonly version: number;
  readonly schema: readonly string[];
  /** As a projection has it. */
  readonly appliesBy?: readonly string[];
  /** Applies messages in order; depends on them and on the view's own rows alone. */
  apply(messages: readonly TopicMessage<Payload>[], view: ViewTransaction): Promise<void>;
}

/** A projection whose view can be read from a broker's topic as well: the rows are the same. */
export interface TopicProjection<Payload> extends Projection {
  readonly topic: Topic<Payload>;
  readonly handler: TopicHandler<Payload>;
}

export function isTopicProjection(projection: Projection): projection is TopicProjection<unknown> {
  return 'topic' in projection && 'handler' in projection;
}

/** The embedded engine: the same topic and the same handler, read straight from the log by checkpoint. */
export function projectionOfTopic<Payload>(
  topic: Topic<Payload>,
  handler: TopicHandler<Payload>,
): TopicProjection<Payload> {
  return {
    topic,
    handler,
    name: handler.name,
    version: handler.version,
    filter: topic.reads,
    schema: handler.schema,
    ...(handler.appliesBy && { appliesBy: handler.appliesBy }),
    async apply(events, view) {
      const messages: TopicMessage<Payload>[] = [];
      for (const event of events) {
        const message = topic.messageOf(event);
        if (message) messages.push(message);
      }
      if (messages.length > 0) await handler.apply(messages, view);
    },
  };
}
