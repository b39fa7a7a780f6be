import { Ajv } from 'ajv';

/** A JSON Schema, draft 07, with the `discriminator` of OpenAPI. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Names the place and the rule that was broken, never the value. */
export class MessageNotOfSchema extends Error {
  override readonly name = 'MessageNotOfSchema';
  constructor(
    readonly topic: string,
    readonly faults: readonly string[],
  ) {
    super(`${topic}: ${faults.join('; ')}`);
  }
}

/** Compiles the schema once. The check throws {@link MessageNotOfSchema}. */
export function schemaCheck(topic: string, schema: JsonSchema): (data: unknown) => void {
  const validate = new Ajv({ strict: true, discriminator: true }).compile(schema);
  return (data) => {
    if (validate(data)) return;
    throw new MessageNotOfSchema(
      topic,
      (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.keyword}`),
    );
  };
}
