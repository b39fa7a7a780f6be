import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { AuditStore } from './audit-store.js';
import type { AuditWrite, AuditWritten } from './sqlite-audit-worker.js';

/**
 * The audit trail in one SQLite file, written by a thread of its own.
 * @param key of the seals
 * @throws Error when the file cannot be opened
 */
export async function openSqliteAuditStore(file: string, key: Uint8Array): Promise<AuditStore> {
  const worker = new Worker(new URL('./sqlite-audit-worker.js', import.meta.url), { workerData: { file, key } });
  await once(worker, 'message');
  return new SqliteAuditStore(worker, new SqliteReadDatabase(file));
}

class SqliteAuditStore implements AuditStore {
  #waiting: PromiseWithResolvers<void> | undefined;
  #stopped: Error | undefined;

  constructor(
    private readonly worker: Worker,
    readonly database: ReadDatabase,
  ) {
    worker.on('message', ({ error }: AuditWritten) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(`Audit trail: ${error}`));
    });
    worker.on('error', (cause: Error) => this.#stop(new Error('Audit trail: the writer has stopped', { cause })));
    worker.on('exit', () => this.#stop(new Error('Audit trail: closed')));
  }

  async append(bodies: readonly string[]): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    if (this.#waiting) throw new Error('Audit trail: one commit at a time');
    this.#waiting = Promise.withResolvers<void>();
    this.worker.postMessage(bodies satisfies AuditWrite);
    await this.#waiting.promise;
  }

  async close(): Promise<void> {
    await this.database.close();
    if (this.#stopped) return;
    const exited = once(this.worker, 'exit');
    this.worker.postMessage(null satisfies AuditWrite);
    await exited;
  }

  #stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#waiting?.reject(this.#stopped);
    this.#waiting = undefined;
  }
}
