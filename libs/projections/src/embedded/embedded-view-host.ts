import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { ViewStatus } from '../projection.js';
import type { ProjectionSource, View, ViewHost } from '../view-host.js';
import { describeFault } from './faults.js';
import { HostedView } from './hosted-view.js';
import type {
  Answers,
  FromProjector,
  ProjectorSettings,
  Request,
  ToProjector,
  ViewGenerations,
} from './projector-messages.js';

/** A longer building is not waited for. */
const briefBuildingMs = 500;

export interface EmbeddedViewHostOptions {
  /** File of an embedded event store that is open, or was once. */
  readonly eventStoreFile: string;
  /** Where the views' files are; made when it is not there. */
  readonly folder: string;
  /** Module exporting `createCodec(): EventCodec`, when the event store is opened with a codec of its own. */
  readonly codecModule?: URL;
  /** How long what was replaced can still be read by those who began with it, in milliseconds; default 10 s. */
  readonly readingMs?: number;
  /** Told when a view fails or the projector stops; the text holds no personal data. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/**
 * Runs projections in one worker thread, each on a SQLite file of its own, `{name}-v{version}.sqlite`, those of a rebuild
 * `{name}-v{version}-g{generation}.sqlite`. New events reach the thread from the event store's writer directly, not by way of
 * the caller's thread.
 */
export async function createEmbeddedViewHost(options: EmbeddedViewHostOptions): Promise<ViewHost> {
  mkdirSync(options.folder, { recursive: true });
  return new EmbeddedViewHost(options);
}

/** What a batch parses and computes is garbage when it is written: with the default of 48 much of it is copied, and outlives its use. */
const youngGenerationMb = 192;

class EmbeddedViewHost implements ViewHost {
  readonly #options: EmbeddedViewHostOptions;
  readonly #log: EmbeddedReader;
  readonly #projector: Worker;
  readonly #exited: Promise<void>;
  readonly #views = new Map<string, HostedView>();
  readonly #asked = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #stopped: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: EmbeddedViewHostOptions) {
    this.#options = options;
    this.#log = openEmbeddedReader({ file: options.eventStoreFile });
    const workerData: ProjectorSettings = {
      eventStoreFile: options.eventStoreFile,
      folder: options.folder,
      codecModule: options.codecModule?.href,
    };
    this.#projector = new Worker(new URL('projector-thread.js', import.meta.url), {
      name: 'projector',
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    this.#exited = new Promise((resolve) => this.#projector.once('exit', () => resolve()));
    this.#projector.on('message', (message: FromProjector) => this.#hear(message));
    this.#projector.on('error', (error) => this.#stop(describeFault(error)));
    this.#projector.on('exit', (code) => this.#stop(`exit ${code}`));
  }

  async add(source: ProjectionSource): Promise<View> {
    const name = await this.#ask('add', { kind: 'add', module: source.module.href, settings: source.settings });
    const view = this.#views.get(name);
    if (view === undefined) throw new Error(`View ${name} was not told of`);
    await view.waitFor(0, briefBuildingMs);
    return view;
  }

  find(name: string): View | undefined {
    return this.#views.get(name);
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all([...this.#views.values()].map((view) => view.status()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const view of this.#views.values()) view.stop();
    if (this.#stopped === undefined) await this.#ask('close', { kind: 'close' });
    await this.#exited;
    for (const view of this.#views.values()) await view.close();
    await this.#log.close();
  }

  #ask<K extends keyof Answers>(_kind: K, request: Request & { readonly kind: K }): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) return reject(this.#stopped);
      const id = this.#nextId++;
      this.#asked.set(id, { resolve, reject });
      this.#projector.postMessage({ id, request } satisfies ToProjector);
    });
  }

  #hear(message: FromProjector): void {
    switch (message.kind) {
      case 'progress': {
        const { view, progress, changed, fault } = message;
        this.#views.get(view)?.advance(progress, changed);
        if (fault !== undefined) this.#options.onFault?.({ view: `${view}-v${progress.version}`, reason: fault });
        return;
      }
      case 'generations': {
        const { view } = message;
        const known = this.#views.get(view.name);
        if (known) known.changeTo(view);
        else this.#views.set(view.name, this.#open(view));
        return;
      }
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.answer as never);
        break;
      case 'refusal':
        this.#asked.get(message.id)?.reject(new Error(message.reason));
        break;
      default:
        message satisfies never;
    }
    this.#asked.delete(message.id);
  }

  #open(generations: ViewGenerations): HostedView {
    const { name: view } = generations;
    const { readingMs } = this.#options;
    return new HostedView(generations, {
      log: this.#log,
      calls: {
        setAside: () => this.#ask('set-aside', { kind: 'set-aside', view }),
        retrySetAside: () => this.#ask('retry-set-aside', { kind: 'retry-set-aside', view }),
        rebuild: () => this.#ask('rebuild', { kind: 'rebuild', view }),
        cancelRebuild: () => this.#ask('cancel-rebuild', { kind: 'cancel-rebuild', view }),
      },
      removeReplaced: async () => void (await this.#ask('remove-replaced', { kind: 'remove-replaced', view })),
      ...(readingMs !== undefined && { readingMs }),
    });
  }

  #stop(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = new Error(`The projector has stopped: ${reason}`);
    for (const { reject } of this.#asked.values()) reject(this.#stopped);
    this.#asked.clear();
    for (const view of this.#views.values()) view.stop();
    if (this.#closed === undefined) this.#options.onFault?.({ reason });
  }
}
