import type pg from 'pg';
import type { ResidentId } from '#domain/ids.js';
import { type BlockingKeys, blockKinds } from '#domain/residents/matching/blocking-keys.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { Position } from '#event-store/event-store.js';
import { sorted } from '#projections/postgres/faults.js';
import type { View } from '#projections/view-host.js';
import { mostOfBlock, saysNothing } from './block-limits.js';
import type { Registrations, RegistrationTurn } from './registrations.js';
import type { KnownCandidate } from './resident-index.js';
import { Slots } from './slots.js';

/** Connections that wait for each other's turns. */
export const mostTurns = 8;
const forgetEveryMs = 1_000;
/** Of a registration that a crash cut off: its message, run again, finishes it. */
const leftBehindFor = '1 day';

/**
 * Registrations of all replicas in PostgreSQL: locks on what people alike have in common, and those registered that the view of
 * likeness does not have yet.
 */
export class SharedRegistrations implements Registrations {
  readonly #pool: pg.Pool;
  readonly #slots = new Slots(mostTurns);
  #forgottenAt = 0;

  /** @param pool of {@link mostTurns} connections to the tables of `openSharedDatabase`, whose owner closes it after this */
  constructor(pool: pg.Pool, view: Pick<View, 'onAdvanced'>) {
    this.#pool = pool;
    view.onAdvanced((position) => this.#forget(position));
  }

  turn(): RegistrationTurn {
    return new Turn(this.#pool, this.#slots);
  }

  /** The view has them now. */
  #forget(upTo: Position): void {
    if (Date.now() - this.#forgottenAt < forgetEveryMs) return;
    this.#forgottenAt = Date.now();
    void this.#pool
      .query(
        `delete from registration where position <= $1 or (position is null and begun_at < now() - interval '${leftBehindFor}')`,
        [upTo],
      )
      .catch(() => undefined);
  }
}

class Turn implements RegistrationTurn {
  #client: pg.PoolClient | undefined;
  #release: (() => void) | undefined;
  #keys: BlockingKeys = {};
  #failed = false;

  constructor(
    private readonly pool: pg.Pool,
    private readonly slots: Slots,
  ) {}

  async begin(keys: BlockingKeys): Promise<readonly KnownCandidate[]> {
    // In one order for all, so that turns cannot wait for each other in a ring.
    const locks = [...new Set(Object.values(keys))].toSorted((a, b) => a - b);
    if (locks.length === 0) return [];
    if (this.#client === undefined) {
      this.#release = await this.slots.take();
      this.#client = await this.pool.connect().catch((error: unknown) => {
        throw sorted(error);
      });
      this.#keys = keys;
      await this.#ask('select pg_advisory_lock(key) from unnest($1::bigint[]) as key', [locks]);
    }
    return candidatesAmong(
      await this.#ask<Row>('select resident, person, keys from registration where keys && $1::bigint[]', [locks]),
      keys,
    );
  }

  async registers(resident: ResidentId, person: ComparablePerson): Promise<void> {
    if (this.#client === undefined) return;
    await this.#ask(
      `insert into registration (resident, person, keys) values ($1, $2, $3::bigint[])
       on conflict (resident) do update set person = excluded.person, keys = excluded.keys, position = null`,
      [resident, JSON.stringify(person), blockKinds.map((kind) => this.#keys[kind] ?? null)],
    );
  }

  async registered(resident: ResidentId, position: Position): Promise<void> {
    if (this.#client === undefined) return;
    await this.#ask('update registration set position = $2 where resident = $1', [resident, position]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) {
      const unlocked = this.#failed ? undefined : await client.query('select pg_advisory_unlock_all()').catch(() => {});
      // A connection that is given up lets go of its locks.
      client.release(unlocked === undefined);
    }
    this.#release?.();
  }

  async #ask<Found extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<readonly Found[]> {
    if (this.#client === undefined) throw new Error('The turn has not begun');
    try {
      return (await this.#client.query<Found>(sql, values)).rows;
    } catch (error) {
      this.#failed = true;
      throw sorted(error);
    }
  }
}

interface Row {
  readonly resident: ResidentId;
  readonly person: string;
  /** `{…}` of PostgreSQL, in the order of {@link blockKinds}. */
  readonly keys: string;
}

/** As the view would find them: what too many share tells nobody from the others. */
function candidatesAmong(rows: readonly Row[], keys: BlockingKeys): readonly KnownCandidate[] {
  const found = new Map<ResidentId, KnownCandidate>();
  const read = rows.map((row) => ({ ...row, keys: row.keys.slice(1, -1).split(',') }));
  for (const [index, kind] of blockKinds.entries()) {
    const alike = read.filter((row) => keys[kind] !== undefined && row.keys[index] === String(keys[kind]));
    if (saysNothing(kind, alike.length)) continue;
    for (const { resident, person } of alike.slice(0, mostOfBlock)) {
      found.set(resident, { resident, person: JSON.parse(person) as ComparablePerson });
    }
  }
  return [...found.values()];
}
