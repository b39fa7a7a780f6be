import type { JsonSchema } from '../schema-check.js';

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 0 };

const closed = (properties: Readonly<Record<string, unknown>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/**
 * JSON Schema of what operators find on a dead-letter topic: an event that gave no message (`relay`; the event stays in the log),
 * or a message that a reader set aside (`reader`; with its value, as confidential as the topic itself).
 */
export const deadLetterSchema: JsonSchema = {
  type: 'object',
  properties: { stage: { type: 'string' } },
  required: ['stage'],
  oneOf: [
    closed({ stage: { const: 'relay' }, event: text, type: text, position: count, reason: text }),
    closed({
      stage: { const: 'reader' },
      view: text,
      partition: count,
      offset: { type: 'string', pattern: '^\\d+$' },
      sequence: count,
      reason: text,
      setAsideAt: text,
      value: { type: 'string' },
    }),
  ],
};
