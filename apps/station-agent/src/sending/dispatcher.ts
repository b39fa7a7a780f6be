import { News } from '#platform/http/event-stream.js';
import type { Changes } from '../changes.js';
import type { Filing } from '../folder/filing.js';
import type { StationFolder } from '../folder/station-folder.js';
import type { AgentNews } from '../news.js';
import type { TakenFile, WaitingEntry } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import { asDuplicate, type AttemptResult } from './answers.js';
import type { BackOffSchedule } from './back-off.js';
import { decideAttempt, decideToken, evolve, initialLine, type LineEvent, type LineState, waitOf } from './line.js';
import type { MessagePost } from './post-message.js';
import type { Token, TokenFile } from './token-file.js';
import { noToken, storageTrouble, type Trouble } from './troubles.js';

/** How often the token file is looked at while its token is missing or refused. */
const tokenLookMs = 1_000;
/** Rest after an error of the disk. */
const storageRestMs = 10_000;
const idleMs = 60_000;

export interface DispatcherParts {
  readonly folder: StationFolder;
  readonly outbox: Outbox;
  readonly filing: Filing;
  readonly post: MessagePost;
  readonly tokens: TokenFile;
  /** What receipts are remembered under. */
  readonly server: string;
  readonly schedule?: BackOffSchedule;
  readonly changes: Pick<Changes, 'tell'>;
  readonly report: (news: AgentNews) => void;
  /** The file is in its place: what stands in the folder under its name is to be looked at as new. */
  readonly onLeft: (file: TakenFile) => void;
  /** The copy is gone, which no crash of ours does: the file is to be taken again, if it is still there. */
  readonly onLost: (file: TakenFile) => void;
}

/** Sends what waits, one file after the other in the order in which they came, until it is stopped. */
export class Dispatcher {
  #line: LineState = initialLine;
  #sending: { readonly entry: WaitingEntry; readonly since: number } | undefined;
  #storage: Trouble | undefined;
  #tokenMissing = false;
  #fileAgainAt = 0;
  #refusals = 0;
  readonly #wake = new News();

  constructor(private readonly parts: DispatcherParts) {}

  get line(): LineState {
    return this.#line;
  }

  get sending(): { readonly entry: WaitingEntry; readonly since: number } | undefined {
    return this.#sending;
  }

  /** What keeps files from going out or from being brought to their place, beside the line. */
  get trouble(): Trouble | undefined {
    return this.#storage ?? (this.#tokenMissing ? noToken(this.parts.tokens.path) : undefined);
  }

  /** Refusals since the start. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Something new waits, or a switch was turned. */
  wake(): void {
    this.#wake.bring();
  }

  /** Rests and holds are over; asked for by a person. */
  sendNow(): void {
    this.#happened({ type: 'SendingAsked' });
    this.#fileAgainAt = 0;
    this.wake();
  }

  async run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      try {
        const restMs = await this.#turn(stopped);
        if (this.#fileAgainAt === 0) this.#storageGood();
        if (restMs > 0) await this.#wake.within(restMs, stopped);
      } catch (error) {
        if (stopped.aborted) return;
        this.#storageFailed(error);
        await this.#wake.within(storageRestMs, stopped);
      }
    }
  }

  /** One step of work. @returns how long to rest before the next, unless woken */
  async #turn(stopped: AbortSignal): Promise<number> {
    const { outbox, server, tokens } = this.parts;
    if (Date.now() >= this.#fileAgainAt) await this.#fileLeftovers(stopped);
    const entry = outbox.paused ? undefined : outbox.next();
    if (!entry) return this.#restIdle();
    const receipt = outbox.receiptOf(entry.digest, server);
    if (receipt !== undefined) {
      await this.#keepAnswer(entry, { kind: 'answered', verdict: 'duplicate', answer: asDuplicate(receipt) });
      await this.#file(entry.id);
      return 0;
    }
    const token = await tokens.read();
    this.#setTokenMissing(token === undefined);
    for (const event of decideToken(this.#line, token?.mark)) this.#happened(event);
    const wait = waitOf(this.#line, Date.now());
    if (!token || wait > 0) return Math.max(1, Math.min(wait, this.#restIdle(), tokenLookMs));
    await this.#attempt(entry, token, stopped);
    return 0;
  }

  #restIdle(): number {
    return this.#fileAgainAt > 0 ? Math.max(1, this.#fileAgainAt - Date.now()) : idleMs;
  }

  async #attempt(entry: WaitingEntry, token: Token, stopped: AbortSignal): Promise<void> {
    const { post, folder, schedule, outbox, onLost } = this.parts;
    this.#sending = { entry, since: Date.now() };
    this.parts.changes.tell();
    let result: AttemptResult;
    try {
      result = await post.send({ ...entry, path: folder.copy(entry.copy) }, token.value, stopped);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      outbox.forget(entry.id);
      onLost(entry);
      return;
    } finally {
      this.#sending = undefined;
    }
    // Cut off by our own stop: that says nothing of the line.
    if (stopped.aborted && result.kind !== 'answered') return;
    const moment = { at: Date.now(), random: Math.random(), token: token.mark };
    this.#happened(decideAttempt(result, this.#line, moment, schedule));
    if (result.kind !== 'answered') return;
    // The answer is stored before anything happens to the file.
    await this.#keepAnswer(entry, result);
    await this.#file(entry.id);
  }

  async #keepAnswer(entry: WaitingEntry, { verdict, answer }: AttemptResult & { kind: 'answered' }): Promise<void> {
    const { outbox, server, report, filing } = this.parts;
    // Known a little early it saves a commit; a folder that cannot be read now must not cost the answer.
    const filedAs = await filing.chooseName(entry.name, verdict).catch(() => null);
    outbox.answered(entry.id, { verdict, server, at: Date.now(), answer, filedAs });
    if (verdict === 'refused') this.#refusals += 1;
    report({ type: 'answered', id: entry.id, verdict });
  }

  async #fileLeftovers(stopped: AbortSignal): Promise<void> {
    this.#fileAgainAt = 0;
    let after = 0;
    for (;;) {
      const entry = this.parts.outbox.unfiled(after);
      if (!entry || stopped.aborted) break;
      after = entry.id;
      await this.#file(entry.id);
    }
  }

  /** A file that cannot be moved now, because a program holds it or the disk is full, does not keep the others from being sent. */
  async #file(id: number): Promise<void> {
    try {
      const entry = this.parts.outbox.find(id);
      if (entry?.state !== 'answered') return;
      await this.parts.filing.file(entry);
      this.parts.onLeft(entry);
    } catch (error) {
      this.#storageFailed(error);
      this.#fileAgainAt = Date.now() + storageRestMs;
    }
    this.parts.changes.tell();
  }

  #happened(event: LineEvent): void {
    const { report, changes } = this.parts;
    const before = this.#line;
    this.#line = evolve(before, event);
    if (event.type === 'AttemptFailed') {
      report({ type: 'line-failed', trouble: event.trouble, restMs: event.until - Date.now() });
    } else if (event.type === 'TokenRefused') {
      report({ type: 'held', trouble: event.trouble });
    } else if (event.type === 'ServerAnswered' && this.#line !== before) {
      report({ type: 'line-good' });
    }
    changes.tell();
  }

  #storageFailed(error: unknown): void {
    const trouble = storageTrouble(error);
    if (this.#storage?.code !== trouble.code) this.parts.report({ type: 'storage', trouble });
    this.#storage = trouble;
    this.parts.changes.tell();
  }

  #storageGood(): void {
    if (!this.#storage) return;
    this.#storage = undefined;
    this.parts.report({ type: 'storage-good' });
    this.parts.changes.tell();
  }

  #setTokenMissing(missing: boolean): void {
    if (missing === this.#tokenMissing) return;
    this.#tokenMissing = missing;
    if (missing) this.parts.report({ type: 'held', trouble: noToken(this.parts.tokens.path) });
    this.parts.changes.tell();
  }
}
