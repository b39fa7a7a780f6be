import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as askFor,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { serviceNames, serviceOfPath, type ServiceName } from './public-paths.js';

export interface GatewayOptions {
  /** Replicas of each service, `http://127.0.0.1:3001`; asked for with each request. */
  readonly replicas: (service: ServiceName) => readonly string[];
  /** 0: any that is free. */
  readonly port: number;
}

export interface Gateway {
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * One origin for services that run apart: what a reverse proxy does in production, for development and tests. A replica that
 * does not listen is passed over; what is cut off in the middle is answered 502, for the sender to send again.
 */
export async function startGateway({ replicas, port }: GatewayOptions): Promise<Gateway> {
  const gateway = new ReverseProxy(replicas);
  const server = createServer((request, response) => void gateway.pass(request, response));
  server.requestTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => stop(server, gateway) };
}

async function stop(server: Server, gateway: ReverseProxy): Promise<void> {
  server.close();
  server.closeAllConnections();
  gateway.close();
  await once(server, 'close');
}

class ReverseProxy {
  readonly #agent = new Agent({ keepAlive: true });
  #turn = 0;

  constructor(private readonly replicas: (service: ServiceName) => readonly string[]) {}

  async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    try {
      if (path === '/views') await this.#views(request, response);
      else await this.#forward(request, response, serviceOfPath(path));
    } catch {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { 'retry-after': '1' }).end();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  /** To the first replica that listens, beginning with another one each time. */
  async #forward(request: IncomingMessage, response: ServerResponse, service: ServiceName): Promise<void> {
    const origins = this.replicas(service);
    const first = this.#turn++;
    for (const index of origins.keys()) {
      const origin = origins[(first + index) % origins.length] ?? '';
      if (await this.#forwardTo(origin, request, response)) return;
    }
    throw new Error(`no replica of ${service} listens`);
  }

  /** False when the replica does not listen: nothing of the request has been taken then. */
  #forwardTo(origin: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const onward = askFor(new URL(request.url ?? '/', origin), {
        method: request.method,
        headers: request.headers,
        agent: this.#agent,
      });
      let connected = false;
      const begin = (): void => {
        connected = true;
        request.pipe(onward);
      };
      onward.on('socket', (socket) => (socket.connecting ? socket.once('connect', begin) : begin()));
      onward.on('error', (error) => (connected ? reject(error) : resolve(false)));
      onward.on('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', reject);
        answer.on('end', () => resolve(true));
      });
      response.on('close', () => onward.destroy());
    });
  }

  /** Those of all services together, so that one question tells whether everything is caught up. */
  async #views({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const all: { position: number; views: unknown[] } = { position: 0, views: [] };
    for (const service of serviceNames) {
      const [origin] = this.replicas(service);
      if (origin === undefined) continue;
      const authorization = headers.authorization ?? '';
      const answer = await fetch(new URL('/views', origin), { headers: { authorization } });
      const text = await answer.text();
      if (!answer.ok) {
        response
          .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
          .end(text);
        return;
      }
      const told = JSON.parse(text) as typeof all;
      all.position = Math.max(all.position, told.position);
      all.views.push(...told.views);
    }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(all));
  }
}
