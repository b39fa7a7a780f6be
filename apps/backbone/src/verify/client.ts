import type { Grant, TokenIssuer } from '#security/token-issuer.js';

/** Asks a running server as different kinds of user. */
export class Client {
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(
    readonly origin: string,
    private readonly issuer: TokenIssuer,
  ) {}

  async get<Answer>(path: string, as: Omit<Grant, 'hours'>): Promise<Answer> {
    const answer = await this.#ask(path, as, {});
    if (!answer.ok)
      throw new Error(`GET ${path} was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as Answer;
  }

  /** The status of the answer; a station's message is taken (200, 201) or refused. */
  async send(body: Uint8Array<ArrayBuffer>, as: Omit<Grant, 'hours'>): Promise<number> {
    const answer = await this.#ask('/intake/messages', as, {
      method: 'POST',
      headers: { 'content-type': 'application/xml' },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  async #ask(
    path: string,
    as: Omit<Grant, 'hours'>,
    init: RequestInit & { headers?: Record<string, string> },
  ): Promise<Response> {
    const key = [as.kind, as.facility, as.resident].join(' ');
    const token = this.#tokens.get(key) ?? this.issuer.issue({ ...as, hours: 1 });
    this.#tokens.set(key, token);
    return fetch(new URL(path, this.origin), {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${await token}` },
    });
  }
}
