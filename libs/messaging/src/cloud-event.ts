import type { JsonSchema } from './schema-check.js';

/** CloudEvents 1.0 in JSON, with the `partitionkey` and `sequence` extensions. Attributes hold no personal data. */
export interface CloudEvent<Payload> {
  readonly specversion: '1.0';
  /** Id of the event that the message was made from: a message delivered twice has the same id. */
  readonly id: string;
  /** `/events/{category of the stream}` */
  readonly source: string;
  /** `vn.lien-tuyen.{topic}.{kind}` */
  readonly type: string;
  /** When the event was recorded, ISO 8601 UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** `urn:lien-tuyen:schema:{topic}` */
  readonly dataschema: string;
  readonly partitionkey: string;
  /** Global position of the event, as decimal text. */
  readonly sequence: string;
  readonly data: Payload;
}

/** JSON Schema of the whole message of a topic. @param data schema of the topic */
export const cloudEventSchema = (topic: string, data: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', pattern: '^/events/[a-z-]+$' },
    type: { type: 'string', pattern: `^vn\\.lien-tuyen\\.${topic.replaceAll('.', '\\.')}\\.[A-Za-z-]+$` },
    time: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' },
    datacontenttype: { const: 'application/json' },
    dataschema: { const: `urn:lien-tuyen:schema:${topic}` },
    partitionkey: { type: 'string' },
    sequence: { type: 'string', pattern: '^[1-9]\\d*$' },
    data,
  },
  required: [
    'specversion',
    'id',
    'source',
    'type',
    'time',
    'datacontenttype',
    'dataschema',
    'partitionkey',
    'sequence',
    'data',
  ],
  additionalProperties: false,
});
