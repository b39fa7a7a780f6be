import { mkdirSync } from 'node:fs';
import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { ViewStatus } from '../projection.js';
import type { ProjectionSource, View, ViewHost } from '../view-host.js';
import { HostedView } from './hosted-view.js';
import { ProjectorLine, type Told } from './projector-line.js';
import type { ViewGenerations } from './projector-messages.js';

/** Another thread costs about a second of processor time before its first event; of fewer events little is left to gain. */
const defaultLongWay = 100_000;
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
  /** Events to go, from which a view that asks for it is built in a thread of its own; default 100,000. */
  readonly longWay?: number;
  /** Told when a view fails or the projector stops; the text holds no personal data. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/**
 * Runs projections in a worker thread, each on a SQLite file of its own, `{name}-v{version}.sqlite`, those of a rebuild
 * `{name}-v{version}-g{generation}.sqlite`. New events reach the thread from the event store's writer directly, not by way of
 * the caller's thread. A view that asks for it (`Projection.buildsApart`) and has a long way to go is run in a second thread.
 */
export async function createEmbeddedViewHost(options: EmbeddedViewHostOptions): Promise<ViewHost> {
  mkdirSync(options.folder, { recursive: true });
  return new EmbeddedViewHost(options);
}

class EmbeddedViewHost implements ViewHost {
  readonly #options: EmbeddedViewHostOptions;
  readonly #log: EmbeddedReader;
  readonly #projector: ProjectorLine;
  readonly #views = new Map<string, HostedView>();
  /** Where what costs as much as all else together is built beside it. */
  #second: ProjectorLine | undefined;
  #stopped = false;
  #closed: Promise<void> | undefined;

  constructor(options: EmbeddedViewHostOptions) {
    this.#options = options;
    this.#log = openEmbeddedReader({ file: options.eventStoreFile });
    this.#projector = this.#newProjector();
  }

  async add({ module, settings }: ProjectionSource): Promise<View> {
    const request = { kind: 'add', module: module.href, settings, added: [...this.#views.keys()] } as const;
    let name = await this.#projector.ask('add', { ...request, anywhere: false });
    if (name === undefined) {
      this.#second ??= this.#newProjector();
      name = await this.#second.ask('add', { ...request, anywhere: true });
    }
    const view = name === undefined ? undefined : this.#views.get(name);
    if (view === undefined) throw new Error(`View ${name ?? module.href} was not told of`);
    await view.waitFor(0, briefBuildingMs);
    return view;
  }

  find(name: string): View | undefined {
    return this.#views.get(name);
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all([...this.#views.values()].map((view) => view.status()));
  }

  /** The data folder is one process's. */
  async whileAlone(_: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<boolean> {
    await work(signal);
    return true;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const view of this.#views.values()) view.stop();
    await Promise.all([this.#projector.close(), this.#second?.close()]);
    for (const view of this.#views.values()) await view.close();
    await this.#log.close();
  }

  #newProjector(): ProjectorLine {
    const { eventStoreFile, folder, codecModule, longWay = defaultLongWay } = this.#options;
    const line: ProjectorLine = new ProjectorLine({
      settings: { eventStoreFile, folder, codecModule: codecModule?.href, longWay },
      onTold: (message) => this.#hear(message, line),
      onStopped: (reason) => this.#stop(reason),
    });
    return line;
  }

  #hear(message: Told, line: ProjectorLine): void {
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
        else this.#views.set(view.name, this.#open(view, line));
        return;
      }
      default:
        message satisfies never;
    }
  }

  #open(generations: ViewGenerations, line: ProjectorLine): HostedView {
    const { name: view } = generations;
    const { readingMs } = this.#options;
    return new HostedView(generations, {
      log: this.#log,
      calls: {
        setAside: () => line.ask('set-aside', { kind: 'set-aside', view }),
        retrySetAside: () => line.ask('retry-set-aside', { kind: 'retry-set-aside', view }),
        rebuild: () => line.ask('rebuild', { kind: 'rebuild', view }),
        cancelRebuild: () => line.ask('cancel-rebuild', { kind: 'cancel-rebuild', view }),
      },
      removeReplaced: async () => void (await line.ask('remove-replaced', { kind: 'remove-replaced', view })),
      ...(readingMs !== undefined && { readingMs }),
    });
  }

  #stop(reason: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const view of this.#views.values()) view.stop();
    if (this.#closed === undefined) this.#options.onFault?.({ reason });
  }
}
