import type { AuditEntry } from './audit-entry.js';
import type { AuditStore } from './audit-store.js';

/** The trail cannot be written now. What would have been answered must not be. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
}

/** Most entries of one commit. */
const mostTogether = 2_000;
/** More that wait than this cannot be written in time: the store has stopped or is too slow. */
const mostWaiting = 20_000;

interface Waiting {
  readonly body: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Group commit: whoever asks while a commit is under way shares the next one. */
export class AuditTrail {
  #waiting: Waiting[] = [];
  #underWay: Promise<void> | undefined;

  /** @param onFault told of each commit that failed */
  constructor(
    readonly store: AuditStore,
    private readonly onFault: (error: unknown) => void = () => undefined,
  ) {}

  /**
   * Resolves when the entry is durable.
   * @throws AuditUnavailable
   */
  record(entry: AuditEntry): Promise<void> {
    if (this.#waiting.length >= mostWaiting) return Promise.reject(new AuditUnavailable('Too many entries wait'));
    return new Promise<void>((done, failed) => {
      this.#waiting.push({ body: JSON.stringify(entry), done, failed });
      this.#underWay ??= this.#commit();
    });
  }

  /** Writes what waits, then closes the store. */
  async close(): Promise<void> {
    await this.#underWay;
    await this.store.close();
  }

  async #commit(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#waiting.splice(0, mostTogether);
      try {
        await this.store.append(together.map(({ body }) => body));
        for (const { done } of together) done();
      } catch (cause) {
        this.onFault(cause);
        const error = new AuditUnavailable('The audit trail cannot be written', { cause });
        for (const { failed } of together) failed(error);
      }
    }
    this.#underWay = undefined;
  }
}
