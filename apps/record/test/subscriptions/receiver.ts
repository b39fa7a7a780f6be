/** A really listening endpoint of subscriptions, which behaves as it is told. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bundle, Parameters, ParametersParameter } from '@medplum/fhirtypes';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bundle: Bundle;
}

/** How it answers: a status, or not at all. */
export type Behaviour = number | 'hang' | 'cut';

export class Receiver {
  readonly received: Received[] = [];
  /** Notifications that it has taken. */
  readonly taken: Received[] = [];
  behaviour: Behaviour = 200;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', () => undefined)
        .on('end', () => {
          const bundle = JSON.parse(Buffer.concat(chunks).toString()) as Bundle;
          const one = { path: request.url ?? '', headers: request.headers, bundle };
          this.received.push(one);
          const { behaviour } = this;
          if (behaviour === 'hang') return;
          if (behaviour === 'cut') {
            request.socket.destroy();
            return;
          }
          if (behaviour < 300) this.taken.push(one);
          response.writeHead(behaviour, behaviour === 302 ? { location: '/elsewhere' } : {}).end();
        });
    });
  }

  /** @param port where it was before; any other when it is new */
  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/notify`;
  }

  ofKind(kind: string): readonly Received[] {
    return this.taken.filter(({ bundle }) => valueOf(bundle, 'type') === kind);
  }

  /** Numbers of the events it has taken, in the order they came, repeats included. */
  numbers(): readonly number[] {
    return this.taken.flatMap(({ bundle }) => eventsOf(bundle).map(({ number }) => number));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export const statusIn = (bundle: Bundle): Parameters => bundle.entry?.[0]?.resource as Parameters;

export function valueOf(bundle: Bundle, name: string): string | undefined {
  const found = statusIn(bundle).parameter?.find((one) => one.name === name);
  return found?.valueCode ?? found?.valueString ?? found?.valueReference?.reference ?? found?.valueCanonical;
}

export interface ReceivedEvent {
  readonly number: number;
  readonly focus: string | undefined;
}

export function eventsOf(bundle: Bundle): readonly ReceivedEvent[] {
  const part = (parts: readonly ParametersParameter[] | undefined, name: string): ParametersParameter | undefined =>
    parts?.find((one) => one.name === name);
  return (statusIn(bundle).parameter ?? [])
    .filter(({ name }) => name === 'notification-event')
    .map((event) => ({
      number: Number(part(event.part, 'event-number')?.valueString),
      focus: part(event.part, 'focus')?.valueReference?.reference,
    }));
}
