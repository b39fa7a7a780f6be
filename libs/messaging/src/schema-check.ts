import { Ajv2020 } from 'ajv/dist/2020.js';

/** A JSON Schema, draft 2020-12. */
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

/** Compiles the schema once; the check gives the data back, typed. */
export function schemaCheck<Payload>(topic: string, schema: JsonSchema): (data: unknown) => Payload {
  const validate = new Ajv2020({ strict: true, discriminator: true }).compile<Payload>(schema);
  return (data) => {
    if (validate(data)) return data;
    throw new MessageNotOfSchema(
      topic,
      (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.keyword}`),
    );
  };
}
