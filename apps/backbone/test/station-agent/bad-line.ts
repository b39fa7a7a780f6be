import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { SeededRandom } from '#station-formats/synthetic/random.js';

/** Where a line was cut, counted. */
export interface Cuts {
  beforeRequest: number;
  midRequest: number;
  answerSwallowed: number;
  silent: number;
}

/** A line to a server that breaks where it hurts, until it is told to be good. */
export class BadLine {
  readonly cuts: Cuts = { beforeRequest: 0, midRequest: 0, answerSwallowed: 0, silent: 0 };
  readonly #open = new Set<Socket>();
  #connections = 0;
  #good = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    private readonly random: SeededRandom,
  ) {
    server.on('connection', (client) => this.#carry(client));
  }

  static async to(target: string, random: SeededRandom): Promise<BadLine> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BadLine(server, new URL(target), random);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  becomeGood(): void {
    this.#good = true;
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.becomeGood();
    this.server.close();
    await once(this.server, 'close');
  }

  #carry(client: Socket): void {
    // Every kind of cut happens once at least; from then on chance decides.
    this.#connections += 1;
    const [first, second, third] = [1, 2, 3].map((number) => number === this.#connections);
    if (first || this.#happens(0.15)) {
      this.cuts.beforeRequest += 1;
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const sockets = [client, upstream];
    const cut = (): void => sockets.forEach((socket) => socket.destroy());
    for (const socket of sockets) {
      this.#open.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        this.#open.delete(socket);
        cut();
      });
    }
    client.on('data', (part) => {
      if (third || this.#happens(0.12)) {
        this.cuts.midRequest += 1;
        upstream.write(part.subarray(0, this.random.int(0, part.byteLength - 1)), cut);
      } else if (this.#happens(0.02)) {
        this.cuts.silent += 1;
        client.pause();
      } else upstream.write(part);
    });
    upstream.on('data', (part) => {
      if (second || this.#happens(0.15)) {
        // The server has done its work and answered; nobody hears it.
        this.cuts.answerSwallowed += 1;
        client.write(part.subarray(0, this.random.int(0, part.byteLength - 1)), cut);
      } else client.write(part);
    });
  }

  #happens(probability: number): boolean {
    return !this.#good && this.random.chance(probability);
  }
}
