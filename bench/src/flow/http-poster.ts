import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly milliseconds: number;
}

/** A lean HTTP client: on two cores a heavy one would be measured instead of the server. */
export class HttpPoster {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });

  constructor(private readonly origin: string) {}

  send(
    method: 'GET' | 'POST',
    path: string,
    token: string,
    body?: Uint8Array,
    contentType = 'application/xml',
  ): Promise<Answer> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.origin),
        {
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body && { 'content-type': contentType, 'content-length': body.byteLength }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              body: Buffer.concat(chunks).toString(),
              milliseconds: performance.now() - began,
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Lines of a `text/event-stream` until aborted. */
  async follow(path: string, token: string, signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.origin),
        { signal, headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } },
        (answer) => {
          let rest = '';
          answer.setEncoding('utf8').on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) onLine(line);
          });
          answer.on('close', resolve);
        },
      );
      sent.on('error', (error) => (signal.aborted ? resolve() : reject(error)));
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
