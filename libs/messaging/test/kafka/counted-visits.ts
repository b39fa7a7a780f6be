import { randomUUID } from 'node:crypto';
import type { NewEvent } from '#event-store/event-store.js';
import type { TopicHandler } from '../../src/projection-of-topic.js';
import { defineTopic, type Topic } from '../../src/topic.js';

/** A synthetic visit of a small topic. */
export interface CountedVisit {
  readonly kind: 'visit';
  readonly facility: string;
  readonly number: number;
}

/** A name that no other run has on a broker that several use. */
export const newTopicName = (): string => `counted-visits-${randomUUID()}.v1`;

/** The topic under that name, keyed by facility. */
export const countedVisits = (name: string): Topic<CountedVisit> =>
  defineTopic<CountedVisit>({
    name,
    schema: {
      type: 'object',
      properties: { kind: { const: 'visit' }, facility: { type: 'string' }, number: { type: 'integer', minimum: 0 } },
      required: ['kind', 'facility', 'number'],
      additionalProperties: false,
    },
    reads: { categories: ['counted'] },
    content(event) {
      const data = event.data as CountedVisit;
      return { key: data.facility, data };
    },
  });

/** The event that a visit is told of in. */
export const countedEvent = (data: unknown): NewEvent => ({
  id: randomUUID(),
  type: 'Counted',
  data,
  metadata: { occurredAt: '2026-10-01T00:00:00Z' },
});

/** Thrown by the handler for a number it cannot take. */
export class PoisonousNumber extends Error {
  override readonly name = 'PoisonousNumber';
}

/**
 * Writes one row per message: a doubled effect breaks its key, and the order of arrival is kept. A view of its own each time:
 * a name nobody else reads by.
 */
export const listVisits = (
  poison: () => number | undefined = () => undefined,
  slowMs = 0,
): TopicHandler<CountedVisit> => ({
  name: `listed-visits-${randomUUID()}`,
  version: 1,
  schema: [
    `create table listed_visit (
      facility text not null,
      place_in_order integer not null,
      number integer not null,
      primary key (facility, number)
    )`,
  ],
  async apply(messages, view) {
    for (const { envelope } of messages) {
      const { facility, number } = envelope.data;
      if (number === poison()) throw new PoisonousNumber();
      const [row] = await view.query<{ count: number | string }>(
        'select count(*) as count from listed_visit where facility = ?',
        [facility],
      );
      if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
      await view.execute('insert into listed_visit (facility, place_in_order, number) values (?, ?, ?)', [
        facility,
        Number(row?.count),
        number,
      ]);
    }
  },
});
