import type { Grant, TokenIssuer } from '#security/token-issuer.js';

/** An answer other than 2xx. */
export class NotServed extends Error {
  override readonly name = 'NotServed';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Asks a running server as different kinds of user. */
export class Client {
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(
    readonly origin: string,
    private readonly issuer: TokenIssuer,
  ) {}

  async get<Answer>(path: string, as: Omit<Grant, 'hours'>): Promise<Answer> {
    const answer = await fetch(new URL(path, this.origin), { headers: await this.#authorization(as) });
    if (!answer.ok) {
      const said = (await answer.text()).slice(0, 300);
      throw new NotServed(answer.status, `GET ${path} was answered ${answer.status}: ${said}`);
    }
    return (await answer.json()) as Answer;
  }

  /** The status of the answer; a station's message is taken (200, 201) or refused. */
  async send(
    body: Uint8Array<ArrayBuffer>,
    as: Omit<Grant, 'hours'>,
    contentType = 'application/xml',
    idempotencyKey?: string,
  ): Promise<number> {
    const headers = {
      ...(await this.#authorization(as)),
      'content-type': contentType,
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    };
    const answer = await fetch(new URL('/intake/messages', this.origin), { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status;
  }

  async #authorization(as: Omit<Grant, 'hours'>): Promise<{ authorization: string }> {
    const key = [as.kind, as.facility, as.resident].join(' ');
    const token = this.#tokens.get(key) ?? this.issuer.issue({ ...as, hours: 1 });
    this.#tokens.set(key, token);
    return { authorization: `Bearer ${await token}` };
  }
}
