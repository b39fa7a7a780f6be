import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The line between client and server: can be dropped, and can go silent without being closed. */
export interface TcpLine {
  readonly port: number;
  /** Breaks every connection there is; new ones can be made at once. */
  drop(): void;
  /** Nothing passes any more in either direction; connections stay open. */
  silence(): void;
  resume(): void;
  /** Refuses new connections, or takes them again. */
  refuse(refused: boolean): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function openTcpLine(target: number): Promise<TcpLine> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let silent = false;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = connect(target, '127.0.0.1');
    near.setNoDelay(true);
    far.setNoDelay(true);
    const pair = [near, far] as const;
    pairs.add(pair);
    const carry = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        if (!silent && to.writable) to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    };
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    drop,
    silence: () => void (silent = true),
    resume: () => void (silent = false),
    refuse: (refused) => void (refusing = refused),
    get connections() {
      return pairs.size;
    },
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
