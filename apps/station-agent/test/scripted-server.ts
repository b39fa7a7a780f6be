import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingMessage['headers'];
  /** Empty where bodies are not kept. */
  readonly body: Buffer;
  readonly digest: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `hang`: no answer at all. */
export type Script = (received: Received) => ScriptedAnswer | 'cut' | 'hang';

export const digestOf = (body: Buffer | string): string => createHash('sha256').update(body).digest('hex');

export const accepted: Script = ({ digest }) => ({
  status: 201,
  body: JSON.stringify({
    id: `08Z13-${digest.slice(0, 32)}`,
    digest,
    status: 'accepted',
    faults: [],
    records: [],
  }),
});

export const problem = (status: number, code: string, more: object = {}, headers = {}): ScriptedAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({
    type: `urn:lien-tuyen:problem:${code}`,
    title: 'Không nhận',
    status,
    en: { title: 'Not taken' },
    ...more,
  }),
});

export const refusal: Script = ({ body }) =>
  problem(422, 'nothing-taken', {
    receipt: {
      id: `08Z13-${digestOf(body).slice(0, 32)}`,
      digest: digestOf(body),
      status: 'refused',
      faults: [{ path: 'HOSO[1]', code: 'required', severity: 'error', text: { vi: 'Thiếu.', en: 'Missing.' } }],
      records: [],
    },
  });

/** Intake as a test wants it: keeps what came and answers as told. */
export class ScriptedServer {
  readonly received: Received[] = [];
  script: Script = accepted;
  keepsBodies = true;
  /** Answered before the body is read, where it is set. */
  unwanted: ScriptedAnswer | undefined;
  /** Of unwanted bodies. */
  bytesRead = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async open(): Promise<ScriptedServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedServer(server);
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  get bodies(): readonly string[] {
    return this.received.map(({ body }) => body.toString());
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.unwanted) {
      request.on('data', (part: Buffer) => (this.bytesRead += part.byteLength));
      response.writeHead(this.unwanted.status, this.unwanted.headers).end(this.unwanted.body);
      return;
    }
    const hash = createHash('sha256');
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) {
      hash.update(part);
      if (this.keepsBodies) parts.push(part);
    }
    const received = { headers: request.headers, body: Buffer.concat(parts), digest: hash.digest('hex') };
    this.received.push(received);
    const answer = this.script(received);
    if (answer === 'cut') request.destroy();
    else if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  }
}
