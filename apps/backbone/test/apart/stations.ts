import { setTimeout as pause } from 'node:timers/promises';
import { parseFacilityCode } from '#domain/ids.js';
import type { SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';
import type { Client } from '../../src/verify/client.js';

const retryMs = 150;

/**
 * The stations of a synthetic world, each sending its messages one after the other in their order; a message is sent again,
 * under the same key, until it has its answer.
 */
export class Stations {
  readonly #left: Map<string, SyntheticFile[]>;
  readonly #sent: SyntheticFile[] = [];
  /** Answers to first sendings, by status. */
  readonly answers = new Map<number, number>();
  /** Sendings that got no answer, or were told to come again. */
  retries = 0;
  /** Messages that had their answer and were sent once more. */
  repeats = 0;

  constructor(
    private readonly client: Client,
    files: readonly SyntheticFile[],
  ) {
    this.#left = Map.groupBy(files, ({ sender }) => sender);
  }

  /**
   * Each station sends so many of its messages, and repeats earlier ones until the other work is done too: there is load all the
   * while.
   */
  async sendWhile(work: Promise<unknown>, share: number): Promise<void> {
    const ended = new AbortController();
    const done = work.finally(() => ended.abort());
    const sending = [...this.#left.values()].map(async (queue) => {
      for (const file of queue.splice(0, Math.ceil(share * queue.length))) {
        const status = await this.#send(file);
        this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
        this.#sent.push(file);
      }
      while (!ended.signal.aborted) {
        const again = this.#sent[Math.floor(Math.random() * this.#sent.length)];
        if (again && (await this.#send(again)) === 200) this.repeats += 1;
        await pause(20);
      }
    });
    await Promise.all([done, ...sending]);
  }

  async #send({ sender, name, bytes }: SyntheticFile): Promise<number> {
    const facility = parseFacilityCode(sender);
    if (!facility) throw new Error(`${name} names no sender`);
    for (;;) {
      const status = await this.client
        .send(new Uint8Array(bytes), { kind: 'station', facility }, 'application/xml', name)
        .catch(() => 0);
      if (status > 0 && status < 500 && status !== 429) return status;
      this.retries += 1;
      await pause(retryMs);
    }
  }
}
