import { FigurePlaces } from '#domain/indicators/figure-places.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { HealthFact } from '#messaging/health-facts/health-fact.js';
import type { TopicHandler } from '#messaging/projection-of-topic.js';
import { BatchOfFacts } from './batch-of-facts.js';
import { viewSchema } from './view-schema.js';

/** Reads `health-facts.v1` and keeps every figure of every place and day. */
export function provinceFigures(register: PlaceRegister): TopicHandler<HealthFact> {
  const places = new FigurePlaces(register);
  return {
    name: 'province-figures',
    version: 2,
    schema: viewSchema,
    appliesBy: ['encounter_of_resident', 'merged_resident_into'],
    async apply(messages, view) {
      const facts = messages.map((message) => message.envelope.data);
      const batch = await BatchOfFacts.open(view, facts, places);
      for (const { envelope, position } of messages) batch.take(envelope.data, position);
      await batch.write(view);
      const last = messages.at(-1);
      // Partitions are not read in the order of the log: one that was behind does not take back how far the others are.
      if (last) {
        await view.execute('update applied set position = ? where one = 1 and position < ?', [
          last.position,
          last.position,
        ]);
      }
    },
  };
}
