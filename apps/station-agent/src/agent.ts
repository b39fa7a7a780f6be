import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { News } from '#platform/http/event-stream.js';
import { Changes } from './changes.js';
import { Collector } from './folder/collector.js';
import { Filing } from './folder/filing.js';
import { exists, StationFolder } from './folder/station-folder.js';
import type { AgentNews } from './news.js';
import { Outbox } from './outbox/outbox.js';
import { Dispatcher } from './sending/dispatcher.js';
import { failuresOf } from './sending/line.js';
import { MessagePost } from './sending/post-message.js';
import { TokenFile } from './sending/token-file.js';
import { inUse, storageTrouble, type Trouble } from './sending/troubles.js';
import type { AgentSettings } from './settings/agent-settings.js';

/** Changes that the system does not tell of (network drives) are seen after this. */
const lookEveryMs = 5_000;
/** Changes in quick succession are looked at together. */
const shortestRestMs = 300;
/** After this many failures in a row a single run gives up. */
const enoughFailures = 5;

/** The agent of one folder: takes what is dropped, sends it, brings it to its place. */
export class StationAgent {
  readonly changes = new Changes();
  readonly startedAt = Date.now();
  readonly #folderNews = new News();
  readonly #stopping = new AbortController();
  #work: Promise<unknown> = Promise.resolve();
  /** A look through the folder found nothing that is not in the outbox. */
  #folderEmptied = false;
  #folderTrouble: Trouble | undefined;

  private constructor(
    readonly settings: AgentSettings,
    readonly folder: StationFolder,
    readonly outbox: Outbox,
    readonly dispatcher: Dispatcher,
    private readonly collector: Collector,
    private readonly post: MessagePost,
    private readonly report: (news: AgentNews) => void,
  ) {}

  /** @throws SetupError when another agent works on the folder; the error of the system when it cannot be used */
  static async open(settings: AgentSettings, report: (news: AgentNews) => void): Promise<StationAgent> {
    const folder = new StationFolder(settings.folder);
    await folder.prepare();
    const outbox = Outbox.open(folder.outbox);
    const collector = new Collector(folder, outbox, settings);
    await collector.clearLeftovers();
    const post = new MessagePost(settings);
    const dispatcher = new Dispatcher({
      folder,
      outbox,
      filing: new Filing(folder, outbox),
      post,
      tokens: new TokenFile(settings.tokenFile),
      server: settings.server.href,
      changes: { tell: () => agent.changes.tell() },
      report,
      onLeft: (file) => collector.forget(file),
      onLost: (file) => {
        collector.forget(file);
        agent.lookNow();
      },
    });
    const agent: StationAgent = new StationAgent(settings, folder, outbox, dispatcher, collector, post, report);
    return agent;
  }

  /** Begins to work; returns at once. */
  start(): void {
    const stopped = this.#stopping.signal;
    this.#work = Promise.all([this.#collect(stopped), this.dispatcher.run(stopped)]);
    this.#watch(stopped);
  }

  /** Ends what is under way; what was not answered is sent again at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
    this.post.close();
    this.outbox.close();
  }

  get trouble(): Trouble | undefined {
    return this.#folderTrouble ?? this.dispatcher.trouble;
  }

  /** Resolves when everything is sent and in its place (`drained`), or cannot be at present (`stuck`). */
  drained(): Promise<'drained' | 'stuck'> {
    const { promise, resolve } = Promise.withResolvers<'drained' | 'stuck'>();
    const check = (): void => {
      const { line } = this.dispatcher;
      const left = this.outbox.next() !== undefined || this.outbox.unfiled(0) !== undefined;
      if (this.#folderEmptied && !left) resolve('drained');
      else if (
        line.status === 'held' ||
        failuresOf(line) >= enoughFailures ||
        this.trouble ||
        (left && this.outbox.paused)
      ) {
        resolve('stuck');
      }
    };
    const end = this.changes.subscribe(check);
    check();
    return promise.finally(end);
  }

  lookNow(): void {
    this.#folderNews.bring();
  }

  sendNow(): void {
    this.lookNow();
    this.dispatcher.sendNow();
  }

  /** Stays so over a restart. */
  pause(paused: boolean): void {
    if (this.outbox.paused === paused) return;
    this.outbox.paused = paused;
    this.report({ type: paused ? 'paused' : 'resumed' });
    this.changes.tell();
    this.dispatcher.wake();
  }

  /** Brings a refused file back into the folder. False when there is no such file any more. */
  async retry(id: number): Promise<boolean> {
    const entry = this.outbox.find(id);
    if (entry?.state !== 'filed' || entry.verdict !== 'refused' || entry.filedAs === null) return false;
    const brought = await this.folder.bringBack(entry.filedAs);
    this.settle(id);
    this.lookNow();
    return brought;
  }

  /** A refused file has been dealt with: it is no longer shown, and stays where it is. */
  settle(id: number): void {
    this.outbox.settled(id);
    this.changes.tell();
  }

  async #collect(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const began = Date.now();
      let restMs = lookEveryMs;
      try {
        const { taken, unfinished, unreadable } = await this.collector.collect(stopped);
        await this.#settleRemoved();
        this.#setFolderTrouble(unreadable > 0 ? inUse : undefined);
        this.#folderEmptied = taken === 0 && unfinished === 0;
        if (taken > 0) {
          this.report({ type: 'taken', count: taken, waiting: this.outbox.counts(0).waiting });
          this.dispatcher.wake();
        }
        if (taken + unfinished > 0) restMs = Math.min(lookEveryMs, Math.max(shortestRestMs, this.settings.stillMs / 2));
      } catch (error) {
        this.#setFolderTrouble(storageTrouble(error));
      }
      this.changes.tell();
      // A folder of ten thousand files takes its time to look through; most of the time belongs to others.
      const took = Date.now() - began;
      await sleep(Math.max(shortestRestMs, 10 * took), undefined, { signal: stopped }).catch(() => undefined);
      await this.#folderNews.within(Math.max(0, restMs - shortestRestMs), stopped);
    }
  }

  #setFolderTrouble(trouble: Trouble | undefined): void {
    if (trouble && trouble.code !== this.#folderTrouble?.code) this.report({ type: 'storage', trouble });
    if (!trouble && this.#folderTrouble) this.report({ type: 'storage-good' });
    this.#folderTrouble = trouble;
  }

  /** Whoever takes a file out of `refused` has dealt with it. */
  async #settleRemoved(): Promise<void> {
    for (const { id, state, filedAs } of this.outbox.refusals(Number.MAX_SAFE_INTEGER, 1_000)) {
      if (state === 'filed' && filedAs !== null && !(await exists(join(this.folder.refused, filedAs))))
        this.outbox.settled(id);
    }
  }

  #watch(stopped: AbortSignal): void {
    try {
      const watcher = watch(this.folder.root, { signal: stopped }, () => this.lookNow());
      // Not told of any more: the looks at intervals go on.
      watcher.on('error', () => watcher.close());
    } catch {
      // A drive that cannot be watched is looked through at intervals.
    }
  }
}
