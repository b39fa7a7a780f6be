import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectionConfig } from './connections.js';

export interface ReplicaLineOptions {
  readonly url: string;
  readonly channel: string;
  /** A replica that does not stir for so long loses what it holds. */
  readonly takeOverAfterMs: number;
  readonly onNotice: (payload: string) => void;
  /** After every connecting, and every quarter of `takeOverAfterMs`: what may have been missed is asked for. */
  readonly onBeat: (client: pg.ClientBase) => Promise<void>;
  /** Everything that was held is gone. */
  readonly onLost: () => void;
}

const longestPauseMs = 5_000;
const goodbyeMs = 2_000;

/**
 * The connection by which a replica is there for the others: it hears of their commits, and holds the locks of the views that
 * this replica projects. The server lets go of the locks when the process ends, and when it is stopped or cut off for too long.
 */
export class ReplicaLine {
  readonly #options: ReplicaLineOptions;
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;
  /** Locks shared with other replicas, taken again with every connection. */
  readonly #shared = new Set<string>();
  #client: pg.Client | undefined;

  constructor(options: ReplicaLineOptions) {
    this.#options = options;
    this.#ended = this.#keep();
  }

  /** True when the lock is this replica's now; it stays so until {@link unlock}, or `onLost`. Not to be asked for twice. */
  async tryLock(name: string): Promise<boolean> {
    const { rows } =
      (await this.#client?.query<{ got: number }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [
        name,
      ])) ?? {};
    return rows?.[0]?.got === 1;
  }

  async unlock(name: string): Promise<void> {
    await this.#client?.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]).catch(() => undefined);
  }

  /** Shares a lock with other replicas from now on; nobody can have it alone meanwhile. Taken again after a lost connection. */
  async share(name: string): Promise<void> {
    if (this.#shared.has(name)) return;
    this.#shared.add(name);
    if (this.#client !== undefined) await shareLock(this.#client, name).catch(() => undefined);
  }

  async unshare(name: string): Promise<void> {
    if (!this.#shared.delete(name)) return;
    await this.#client
      ?.query('select pg_advisory_unlock_shared(hashtextextended($1, 0))', [name])
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#hold(() => (failures = 0));
      } catch {
        // Tried again: what cannot be done meanwhile says so itself.
      }
      if (signal.aborted) return;
      await sleep(Math.min(longestPauseMs, 100 * 2 ** failures++), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection, from its beginning to its end. */
  async #hold(onUp: () => void): Promise<void> {
    const { url, channel, takeOverAfterMs, onNotice, onBeat, onLost } = this.#options;
    const { signal } = this.#closing;
    const client = new pg.Client({
      ...connectionConfig(url, 'replica', { idle_session_timeout: String(takeOverAfterMs) }),
      query_timeout: Math.ceil(takeOverAfterMs / 2),
    });
    const cut = new AbortController();
    client.on('error', () => cut.abort());
    client.on('end', () => cut.abort());
    client.on('notification', ({ payload }) => payload !== undefined && onNotice(payload));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      for (const name of this.#shared) await shareLock(client, name);
      this.#client = client;
      await onBeat(client);
      onUp();
      const until = AbortSignal.any([signal, cut.signal]);
      while (!until.aborted) {
        await sleep(takeOverAfterMs / 4, undefined, { signal: until }).catch(() => undefined);
        if (!until.aborted) await onBeat(client);
      }
    } finally {
      this.#client = undefined;
      if (!signal.aborted) onLost();
      // A line that has gone dead answers no good-bye.
      await Promise.race([client.end().catch(() => undefined), sleep(goodbyeMs, undefined, { ref: false })]);
    }
  }
}

async function shareLock(client: pg.ClientBase, name: string): Promise<void> {
  await client.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [name]);
}
