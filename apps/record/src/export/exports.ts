import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EventStore } from '#event-store/event-store.js';
import { errorFields } from '#platform/logging.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import type { ExportThreadData, ServiceAnswer, ThreadEnd, ThreadQuestion } from './export-messages.js';
import { type ExportJob, isOver, type StoredExport } from './export-job.js';
import type { ExportStore, WorkplaceSettings } from './store/export-store.js';

/** `Exports` */
export const EXPORTS = Symbol('Exports');

export interface ExportsOptions {
  readonly store: ExportStore;
  /** Where work is done now; `undefined` while there is nothing to read yet. */
  readonly workplace: () => Promise<WorkplaceSettings | undefined>;
  readonly events: Pick<EventStore, 'readStream'>;
  readonly trail: AuditTrail;
  readonly logger: Logger;
  /** How long a finished export stays. */
  readonly keepMs: number;
}

/** Jobs that were left by another process, or could not go on, are looked for so often. */
const lookAgainMs = 5_000;
/** Work that fails so often without coming any further is given up. */
const mostAttempts = 5;
/** Jobs of one caller that are not finished. */
export const mostUnfinished = 3;
const mostResidents = 1_000;
/** Of the thread: the residents that were written down are the only thing that grows. */
const mostMemory = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 } as const;

/** Exports: one is made at a time, in a thread of its own; the oldest first. */
export class Exports implements OnApplicationShutdown {
  readonly #options: ExportsOptions;
  readonly #looking: NodeJS.Timeout;
  #working: { readonly id: string; readonly thread: Worker } | undefined;
  #round: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: ExportsOptions) {
    this.#options = options;
    this.#looking = setInterval(() => this.#look(), lookAgainMs);
    this.#looking.unref();
    this.#look();
  }

  /** Durable when it resolves. */
  async start(job: ExportJob): Promise<void> {
    await this.#options.store.create(job);
    this.#look();
  }

  /** `undefined` when there is none, or it has expired. */
  async find(id: string): Promise<StoredExport | undefined> {
    const stored = await this.#options.store.find(id);
    return stored && !this.#expired(stored) ? stored : undefined;
  }

  /** How many jobs of a holder are not finished. */
  async unfinishedOf(holder: string): Promise<number> {
    const all = await this.#options.store.all();
    return all.filter(({ job, state }) => job.by.holder === holder && !isOver(state)).length;
  }

  /** When the export is removed, in milliseconds since 1970; `undefined` while it is made. */
  expiry({ state }: StoredExport): number | undefined {
    return state.finishedAt === undefined ? undefined : state.finishedAt + this.#options.keepMs;
  }

  async cancel(id: string): Promise<void> {
    if (this.#working?.id === id) await this.#working.thread.terminate();
    await this.#options.store.remove(id);
  }

  read(id: string, file: string, start: number, end: number): AsyncIterable<Uint8Array> {
    return this.#options.store.read(id, file, start, end);
  }

  /** What is under way goes on when the service is started again. */
  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#looking);
    await this.#working?.thread.terminate();
    await this.#round;
    await this.#options.store.close();
  }

  #expired(stored: StoredExport): boolean {
    return (this.expiry(stored) ?? Infinity) <= Date.now();
  }

  #look(): void {
    this.#again = true;
    this.#round ??= this.#work()
      .catch((error: unknown) => this.#options.logger.error(errorFields(error), 'exports cannot be worked on'))
      .finally(() => (this.#round = undefined));
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#options.store.tidy();
      for (const stored of await this.#options.store.all()) {
        if (this.#stopped) return;
        if (this.#expired(stored)) await this.#options.store.remove(stored.job.id);
        else if (!isOver(stored.state)) await this.#make(stored);
      }
    }
  }

  async #make(stored: StoredExport): Promise<void> {
    const { store, logger, workplace } = this.#options;
    const place = await workplace();
    if (!place) return;
    const { job, state } = stored;
    if (state.attempts >= mostAttempts) return store.fail(job.id, 'fault');
    try {
      const ended = await this.#runThread(job, place);
      if (ended === 'no-space') {
        logger.error({ export: job.id }, 'an export was given up: too little space is left');
        await store.fail(job.id, 'no-space');
      }
    } catch (error) {
      if (!this.#stopped)
        logger.error({ ...errorFields(error), export: job.id }, 'an export has failed and is tried again');
    }
  }

  /** @returns `undefined` when the thread was ended */
  async #runThread(job: ExportJob, workplace: WorkplaceSettings): Promise<ThreadEnd['ended'] | undefined> {
    const thread = new Worker(new URL('./export-thread.js', import.meta.url), {
      workerData: { id: job.id, workplace } satisfies ExportThreadData,
      resourceLimits: mostMemory,
    });
    this.#working = { id: job.id, thread };
    let ended: ThreadEnd['ended'] | undefined;
    let failure: { readonly error: unknown } | undefined;
    thread.on('error', (error: unknown) => (failure = { error }));
    thread.on('message', (message: ThreadQuestion | ThreadEnd) => {
      if ('ended' in message) ended = message.ended;
      else void this.#answer(job, message).then((answer) => thread.postMessage(answer));
    });
    await once(thread, 'exit').catch(() => undefined);
    this.#working = undefined;
    if (failure) throw failure.error;
    return ended;
  }

  async #answer(job: ExportJob, question: ThreadQuestion): Promise<ServiceAnswer> {
    const { number } = question;
    try {
      switch (question.kind) {
        case 'stream':
          return { number, events: await this.#options.events.readStream(question.stream) };
        case 'disclose':
          await this.#disclose(job, question.residents);
          return { number, disclosed: true };
        default:
          return question satisfies never;
      }
    } catch (error) {
      return { number, refused: error instanceof Error ? error.name : 'unknown' };
    }
  }

  /** In entries of bounded length. */
  async #disclose({ id, by }: ExportJob, residents: readonly string[]): Promise<void> {
    const entries: Promise<void>[] = [];
    for (let next = 0; next < residents.length; next += mostResidents) {
      entries.push(
        this.#options.trail.record({
          ...by,
          recorded: Date.now(),
          action: 'E',
          interaction: 'operation',
          what: `$export/${id}`,
          residents: residents.slice(next, next + mostResidents),
          status: 200,
        }),
      );
    }
    await Promise.all(entries);
  }
}
