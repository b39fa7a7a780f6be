import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The line between client and server: can be dropped, and can go silent without being closed. */
export interface TcpLine {
  readonly port: number;
  /** Breaks every connection there is; new ones can be made at once. */
  drop(): void;
  /** Nothing passes any more, in either direction, on the connections there are; they stay open. New ones are well. */
  silence(): void;
  close(): Promise<void>;
}

/** @param port where clients reach the target; 0: any that is free */
export async function openTcpLine(target: number, port = 0): Promise<TcpLine> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const silent = new WeakSet<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.setNoDelay(true);
    far.setNoDelay(true);
    const pair = [near, far] as const;
    pairs.add(pair);
    const carry = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        if (!silent.has(from) && to.writable) to.write(bytes);
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
  server.listen(port, '127.0.0.1');
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
    silence() {
      for (const socket of [...pairs].flat()) silent.add(socket);
    },
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}
