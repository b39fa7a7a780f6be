import { Problem } from '#platform/http/problem.js';
import {
  headersOf,
  type IntakeMessage,
  type IntakePort,
  type IntakeReply,
  messagesPath,
  replyOf,
} from './intake-port.js';

/** Longer than intake takes for a message of this road by far; a proxy before us would have given up. */
const patienceMs = 60_000;

/** Intake in another process, asked by HTTP with the sender's own token. */
export class IntakeOverHttp implements IntakePort {
  readonly #address: URL;

  /** @param url where the service of intake answers, `http://commune:3001` */
  constructor(
    url: string,
    private readonly withinMs = patienceMs,
  ) {
    this.#address = new URL(`${url.replace(/\/+$/, '')}${messagesPath}`);
  }

  async send(message: IntakeMessage): Promise<IntakeReply> {
    try {
      const answer = await fetch(this.#address, {
        method: 'POST',
        headers: headersOf(message),
        body: Buffer.from(message.body.buffer, message.body.byteOffset, message.body.byteLength),
        redirect: 'error',
        signal: AbortSignal.timeout(this.withinMs),
      });
      // A proxy between may answer with a page of its own.
      const body: unknown = await answer.json();
      return replyOf(answer.status, (name) => answer.headers.get(name) ?? undefined, body);
    } catch (error) {
      throw noAnswer(error);
    }
  }
}

/** Where nobody has said where intake is. */
export const noIntake: IntakePort = {
  send: () =>
    Promise.reject(
      new Problem(
        503,
        'intake-not-set',
        { vi: 'Dịch vụ này chưa được nối với nơi tiếp nhận', en: 'This service is not connected to intake' },
        {
          detail: {
            vi: 'Thông điệp chưa được nhận. Người vận hành cần đặt INTAKE_URL; trong lúc chờ, hãy gửi qua /intake/messages.',
            en: 'The message has not been received. The operator must set INTAKE_URL; meanwhile send it to /intake/messages.',
          },
          headers: { 'retry-after': '300' },
        },
      ),
    ),
};

function noAnswer(cause: unknown): Problem {
  const problem = new Problem(
    503,
    'intake-unavailable',
    { vi: 'Nơi tiếp nhận không trả lời', en: 'Intake does not answer' },
    {
      detail: {
        vi: 'Không rõ thông điệp đã được nhận hay chưa: hãy gửi lại y nguyên, không gì bị ghi hai lần.',
        en: 'Whether the message has been received is not known: send the same again, nothing is recorded twice.',
      },
      headers: { 'retry-after': '5' },
    },
  );
  problem.cause = cause;
  return problem;
}
