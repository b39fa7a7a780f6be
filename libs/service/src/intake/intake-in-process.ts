import type { FastifyInstance } from 'fastify';
import {
  headersOf,
  type IntakeMessage,
  type IntakePort,
  type IntakeReply,
  messagesPath,
  replyOf,
} from './intake-port.js';

/** Intake in the same process: its route is asked without a network between. */
export class IntakeInProcess implements IntakePort {
  /** @param server asked for when the first message is sent: routes are made after what uses them */
  constructor(private readonly server: () => FastifyInstance) {}

  async send(message: IntakeMessage): Promise<IntakeReply> {
    const answer = await this.server().inject({
      method: 'POST',
      url: messagesPath,
      headers: headersOf(message),
      payload: Buffer.from(message.body.buffer, message.body.byteOffset, message.body.byteLength),
    });
    return replyOf(
      answer.statusCode,
      (name) => {
        const value = answer.headers[name];
        return value === undefined ? undefined : String(value);
      },
      answer.json(),
    );
  }
}
