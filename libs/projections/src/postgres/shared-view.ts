import type { Position } from '#event-store/event-store.js';
import { BuildPace, buildProgress } from '../build-pace.js';
import type { BuildProgress, Projection, ReadDatabase, Row, SqlValue, ViewStatus } from '../projection.js';
import { SwitchingDatabase } from '../switching-database.js';
import { lagOfLiveMs, ViewAdvance } from '../view-advance.js';
import { type SetAsideEvent, type View, ViewBeingBuilt } from '../view-host.js';
import { describeFault, isUnavailable, isWithoutTable, LeadershipLost } from './faults.js';
import { firstAfter, logIdentity, type ProjectedLog } from './projected-log.js';
import type { GenerationRow } from './view-catalogue.js';
import type { OpenedView, ViewDatabase, ViewFollower } from './view-database.js';
import type { ViewTables } from './view-schema.js';

export interface SharedViewOptions {
  /** What readers call it; its tables may have a name of their own. */
  readonly name: string;
  readonly tables: ViewTables & Pick<Projection, 'readableFrom'>;
  readonly database: ViewDatabase;
  readonly events: ProjectedLog;
  /** False: this replica only reads. */
  readonly projects: boolean;
  /** How long what was replaced can still be read by those who began with it, in milliseconds; default 10 s. */
  readonly readingMs?: number;
  /** Told of what is tried again; no content. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/** A generation of the view, in this replica. */
export interface Generation {
  readonly opened: OpenedView;
  readonly generation: number;
  /** Whether it is this version's: the code that applies events to it is here. */
  readonly own: boolean;
  /** This replica writes it, and cannot. */
  failing: boolean;
  serves: boolean;
}

interface Held extends Generation {
  row: GenerationRow;
  readonly stop: AbortController;
  ended: Promise<void>;
}

/**
 * A view in PostgreSQL as one replica sees it, whoever writes it. Which of its generations serves is said by the database, in one
 * place for all replicas: each goes over to another as soon as it hears, or sees, that it has taken over.
 */
export abstract class SharedView implements View, ViewFollower {
  readonly database: SwitchingDatabase;
  readonly #options: SharedViewOptions;
  readonly #advance: ViewAdvance;
  /** By schema. */
  readonly #held = new Map<string, Held>();
  /** No longer used, and being closed. One of the same schema may be there again. */
  readonly #leaving = new Set<Held>();
  #pace = new BuildPace();
  #serving: Held | undefined;
  #building: Held | undefined;
  #stopped = false;
  /** Looks at the generations are one after the other. */
  #looking: Promise<void> = Promise.resolve();
  #tidying = false;
  /** Identity of the log when the view was opened. */
  #log: string | undefined;

  constructor(options: SharedViewOptions) {
    const { name, readingMs } = options;
    this.#options = options;
    this.database = new SwitchingDatabase({
      nothingYet: () => new ViewBeingBuilt(name, this.#build(0)),
      ...(readingMs !== undefined && { readingMs }),
    });
    this.#advance = new ViewAdvance(this.database);
  }

  /** Keeps a generation of this version up to date until the signal, while it is being built and when it serves. */
  protected abstract keepUp(generation: Generation, signal: AbortSignal): Promise<void>;
  protected abstract setAsideIn(generation: Generation): Promise<readonly SetAsideEvent[]>;
  protected abstract retryIn(generation: Generation): Promise<{ applied: number; remaining: number }>;

  /** How many are set aside, beside those the host's tables have. */
  protected async alsoSetAside(_generation: Generation): Promise<number> {
    return 0;
  }

  /** Finds what there is of the view, and begins to build its version where it is not there. */
  async open(): Promise<void> {
    const { tables, database, events } = this.#options;
    const log = await logIdentity(events);
    this.#log = log;
    const own = (await database.catalogue.of([tables.name])).filter(({ version }) => version === tables.version);
    const generations = own.filter(({ state }) => state !== 'replaced').map(({ generation }) => generation);
    for (const generation of generations.length > 0 ? generations : [1]) {
      await database.ensureView(tables, log, generation);
    }
    await this.#look(await database.catalogue.of([tables.name]));
    database.follow(tables.name, this);
  }

  /** The tables are in the database. */
  file(): undefined {
    return undefined;
  }

  async status(): Promise<ViewStatus> {
    const { name, tables, events } = this.#options;
    const seen = await this.#lookNow().catch((error: unknown) => {
      if (isUnavailable(error)) return false;
      throw error;
    });
    const serving = this.#serving;
    const position = serving?.row.position ?? 0;
    const logPosition = Math.max(await events.head(), position);
    const delayMs = position < logPosition ? await this.#ageOfFirstAfter(position) : 0;
    const following = serving?.own === true && delayMs <= lagOfLiveMs ? 'live' : 'catching-up';
    const readable = serving === undefined ? 'building' : following;
    const state = !seen || serving?.failing === true ? 'failed' : readable;
    const build = this.#build(logPosition);
    return {
      name,
      version: serving?.row.version ?? tables.version,
      generation: (serving ?? this.#building)?.generation ?? 1,
      position,
      logPosition,
      delayMs,
      setAside: seen ? await this.#setAsideCount() : (serving?.row.setAside ?? 0),
      state: this.#stopped ? 'stopped' : state,
      ...(build && { build }),
    };
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    return this.#advance.onAdvanced(listener);
  }

  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#advance.waitFor(position, timeoutMs);
  }

  async setAside(): Promise<readonly SetAsideEvent[]> {
    const applying = this.#applying;
    return applying === undefined ? [] : this.setAsideIn(applying);
  }

  async retrySetAside(): Promise<{ applied: number; remaining: number }> {
    const applying = this.#applying;
    return applying === undefined ? { applied: 0, remaining: 0 } : this.retryIn(applying);
  }

  async rebuild(): Promise<'begun' | 'under-way'> {
    const { tables, database, events } = this.#options;
    const rows = await database.catalogue.of([tables.name]);
    const own = rows.filter(({ version }) => version === tables.version);
    const serves = own.some(({ state }) => state === 'serving');
    if (!serves || own.some(({ state }) => state === 'building')) return 'under-way';
    const generation = Math.max(...own.map((row) => row.generation)) + 1;
    const { made } = await database.ensureView(tables, await logIdentity(events), generation);
    if (!made) return 'under-way';
    await database.catalogue.tell(tables.name);
    return 'begun';
  }

  cancelRebuild(): Promise<'cancelled' | 'none' | 'needed'> {
    const { tables, database } = this.#options;
    return database.catalogue.cancel(tables.name, tables.version);
  }

  advance(schema: string, position: Position, changed: boolean): void {
    const held = this.#held.get(schema);
    if (held === undefined) return;
    if (position > held.row.position) held.row = { ...held.row, position };
    if (held === this.#serving) this.#tell(position, changed);
    else if (held === this.#building) this.#pace.reached(position, performance.now());
  }

  look(rows: readonly GenerationRow[]): void {
    this.#look(rows).catch((error: unknown) => this.fault(error));
  }

  /** Ends all work on it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#advance.close();
    for (const { stop } of this.#held.values()) stop.abort();
    await this.#looking.catch(() => undefined);
    await Promise.all([...this.#held.values(), ...this.#leaving].map(({ ended }) => ended));
    await this.database.close();
  }

  /** What stopped the work on a generation, unless that is over: replaced or given up, which may not have been heard of yet. */
  protected async cannotGoOn(generation: Generation, signal: AbortSignal, error: unknown): Promise<void> {
    if (error instanceof LeadershipLost) await this.#lookNow().catch(() => undefined);
    if (signal.aborted) return;
    generation.failing = true;
    this.fault(error);
  }

  protected fault(error: unknown): void {
    const { name, tables, onFault } = this.#options;
    onFault?.({ view: `${name}-v${tables.version}`, reason: describeFault(error) });
  }

  /** This version's generation that serves, or the one that is to. */
  get #applying(): Held | undefined {
    return this.#serving?.own === true ? this.#serving : this.#building;
  }

  async #setAsideCount(): Promise<number> {
    const counted = this.#serving ?? this.#building;
    if (counted === undefined) return 0;
    return counted.row.setAside + (counted.own ? await this.alsoSetAside(counted) : 0);
  }

  async #lookNow(): Promise<true> {
    const { tables, database } = this.#options;
    await this.#look(await database.catalogue.of([tables.name]));
    return true;
  }

  #look(rows: readonly GenerationRow[]): Promise<void> {
    const looking = this.#looking.catch(() => undefined).then(() => this.#take(rows));
    this.#looking = looking;
    return looking;
  }

  async #take(rows: readonly GenerationRow[]): Promise<void> {
    if (this.#stopped) return;
    const { tables, database } = this.#options;
    const { version, readableFrom = version } = tables;
    const own = rows.filter((row) => row.version === version);
    const ownServing = own.find(({ state }) => state === 'serving');
    const building = own.find(({ state }) => state === 'building');
    const standIn = rows.find(
      (row) =>
        row.version < version && row.version >= readableFrom && row.state === 'serving' && this.#isOfThisLog(row),
    );
    const serving = ownServing ?? standIn;

    const servingHeld = serving && this.#hold(serving);
    const buildingHeld = building && this.#hold(building);
    if (buildingHeld !== this.#building) {
      this.#pace = new BuildPace();
      const given = this.#building;
      this.#building = buildingHeld;
      // Given up; one that serves now goes on.
      if (given !== undefined && given !== servingHeld) void this.#release(given);
    }
    if (servingHeld !== undefined && servingHeld !== this.#serving) {
      await database.read(servingHeld.opened.schema);
      const before = this.#serving;
      this.#serving = servingHeld;
      servingHeld.serves = true;
      const released = this.database.switchTo(this.#untilGone(servingHeld));
      if (before !== undefined) void this.#release(before, released);
      this.#tell(servingHeld.row.position, true);
    } else if (servingHeld !== undefined && servingHeld.row.position > this.#advance.position) {
      this.#tell(servingHeld.row.position, true);
    }
    if (buildingHeld !== undefined) this.#pace.reached(buildingHeld.row.position, performance.now());
    if (ownServing !== undefined) void this.#tidy(rows, ownServing);
  }

  #isOfThisLog({ log }: GenerationRow): boolean {
    return log === null || log === this.#log;
  }

  /** Opens it, and keeps it up to date when it is this version's. */
  #hold(row: GenerationRow): Held {
    const { tables, database } = this.#options;
    const known = this.#held.get(row.schema);
    if (known !== undefined) {
      known.row = row.position >= known.row.position ? row : { ...row, position: known.row.position };
      return known;
    }
    const held: Held = {
      row,
      opened: database.openGeneration({ name: tables.name, version: row.version }, row.schema),
      generation: row.generation,
      own: row.version === tables.version,
      failing: false,
      serves: false,
      stop: new AbortController(),
      ended: Promise.resolve(),
    };
    this.#held.set(row.schema, held);
    if (held.own && this.#options.projects) held.ended = this.keepUp(held, held.stop.signal);
    return held;
  }

  /** Ends it in this replica; others may go on. */
  async #release(held: Held, unread: Promise<void> = Promise.resolve()): Promise<void> {
    const { database } = this.#options;
    const { schema } = held.opened;
    this.#held.delete(schema);
    this.#leaving.add(held);
    held.stop.abort();
    try {
      await held.ended;
      await unread;
      await held.opened.close();
    } catch (error) {
      if (!isUnavailable(error)) this.fault(error);
    }
    this.#leaving.delete(held);
    if (!held.serves) return;
    await database.readNoMore(schema);
    if (!this.#stopped) await this.#lookNow().catch(() => undefined);
  }

  /** Removes what is replaced and read by nobody; what is still read is looked at again with the next look. */
  async #tidy(rows: readonly GenerationRow[], serving: GenerationRow): Promise<void> {
    const { database, projects } = this.#options;
    if (!projects || this.#tidying) return;
    this.#tidying = true;
    try {
      for (const row of rows) {
        const older = row.version < serving.version;
        const left = ![...this.#held.values(), ...this.#leaving].some(({ opened }) => opened.schema === row.schema);
        if ((older || row.state === 'replaced') && left) {
          await database.catalogue.removeUnread(row.schema);
        }
      }
    } catch (error) {
      if (!isUnavailable(error)) this.fault(error);
    } finally {
      this.#tidying = false;
    }
  }

  /** A replica that was held up for long may read what the others have replaced and removed: it looks again, and reads what serves. */
  #untilGone(held: Held): ReadDatabase {
    const { database } = held.opened;
    return {
      query: async <T = Row>(sql: string, parameters?: readonly SqlValue[]) => {
        try {
          return await database.query<T>(sql, parameters);
        } catch (error) {
          if (!isWithoutTable(error)) throw error;
          await this.#lookNow();
          if (this.#serving === held || this.#serving === undefined) throw error;
          return this.#serving.opened.database.query<T>(sql, parameters);
        }
      },
      close: () => database.close(),
    };
  }

  /** What is heard of late takes nothing back. */
  #tell(position: Position, changed: boolean): void {
    this.#advance.to(Math.max(position, this.#advance.position), changed);
  }

  #build(logPosition: Position): BuildProgress | undefined {
    const building = this.#building;
    if (building === undefined) return undefined;
    const { failing, row } = building;
    return buildProgress({ ...row, failing }, this.#serving?.row.version, logPosition, this.#pace);
  }

  async #ageOfFirstAfter(position: Position): Promise<number> {
    const event = await firstAfter(this.#options.events, position);
    return event === undefined ? 0 : Math.max(0, Date.now() - Date.parse(event.recordedAt));
  }
}
