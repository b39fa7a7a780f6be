import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type pg from 'pg';
import type { FacilityCode } from '#domain/ids.js';
import { sorted } from '#projections/postgres/faults.js';
import { inTransaction } from '../shared-database.js';
import {
  pieceSize,
  wholeBody,
  type LargeOriginal,
  type Original,
  type OriginalDetails,
  type Originals,
  type Upload,
} from './originals.js';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export interface PostgresOriginalsOptions {
  /** So long a replica that works on a message says that it does; each time it says so, for that time. */
  readonly holdMs?: number;
}

/** A message that is worked on for longer was left behind by an error: another replica, or this one, may begin it again. */
const longestWorkMs = 600_000;
/** Notes that messages are answered go together. */
const answeredAfterMs = 200;
/** Requests end long before. */
const oldestUpload = '1 hour';
const mostAtOnce = 100;

interface Row {
  readonly facility: FacilityCode;
  readonly digest: string;
  readonly content_type: string;
  readonly received_at: string;
  readonly actor: string;
  readonly size: number;
  readonly upload: number | null;
  readonly body: Buffer | null;
  readonly idempotency_key: string | null;
}

/**
 * Originals in PostgreSQL, compressed with zstd, shared by all replicas of the intake. A replica holds the messages it works on:
 * only those that nobody holds are told of as unanswered.
 */
export class PostgresOriginals implements Originals {
  readonly #pool: pg.Pool;
  readonly #holdMs: number;
  /** Kept here and not answered, and since when. */
  readonly #held = new Map<
    string,
    { readonly facility: FacilityCode; readonly digest: string; readonly since: number }
  >();
  #answered: { readonly facility: FacilityCode; readonly digest: string }[] = [];
  #later: NodeJS.Timeout | undefined;
  #telling: Promise<unknown> = Promise.resolve();
  readonly #holding: NodeJS.Timeout;

  /** @param pool of `openSharedDatabase`, whose owner closes it after this */
  constructor(pool: pg.Pool, { holdMs = 45_000 }: PostgresOriginalsOptions = {}) {
    this.#pool = pool;
    this.#holdMs = holdMs;
    this.#holding = setInterval(() => void this.#holdOn(), Math.max(1_000, holdMs / 3));
    this.#holding.unref();
  }

  async keep({ body, ...details }: Original): Promise<void> {
    const compressed = await compress(body);
    await this.#forgetAnswer(details);
    await this.#ask(`with kept as (${insertOriginal}) ${waitForAnswer('$1, $2, $4, $9', '$10')}`, [
      ...valuesOf(details),
      body.byteLength,
      null,
      compressed,
      details.idempotencyKey ?? null,
      this.#holdMs,
    ]);
    this.#hold(details);
  }

  async upload(): Promise<Upload> {
    const [begun] = await this.#ask<{ id: number }>('insert into upload default values returning id', []);
    const upload = begun?.id ?? 0;
    let pieces = 0;
    let size = 0;
    return {
      write: async (piece) => {
        size += piece.byteLength;
        const number = pieces++;
        await this.#ask('insert into part (upload, number, body) values ($1, $2, $3)', [
          upload,
          number,
          await compress(piece),
        ]);
      },
      finish: async (details) => {
        const { facility, digest, receivedAt, idempotencyKey = null } = details;
        await this.#forgetAnswer(details);
        await inTransaction(this.#pool, async (client) => {
          const { rowCount } = await client.query(insertOriginal, [...valuesOf(details), size, upload, null]);
          // The same message again keeps its first body.
          if (rowCount === 0) await client.query('delete from part where upload = $1', [upload]);
          await client.query('delete from upload where id = $1', [upload]);
          await client.query(waitForAnswer('$1, $2, $3, $4', '$5'), [
            facility,
            digest,
            receivedAt,
            idempotencyKey,
            this.#holdMs,
          ]);
        });
        this.#hold(details);
        const kept = await this.open(facility, digest);
        if (!kept) throw new Error('Originals: what was kept is not there');
        // As it was sent this time, whatever was kept of an earlier one.
        return { ...detailsOf(details), size, pieces: () => piecesOf(kept) };
      },
      discard: async () => {
        await inTransaction(this.#pool, async (client) => {
          await client.query('delete from part where upload = $1', [upload]);
          await client.query('delete from upload where id = $1', [upload]);
        });
      },
    };
  }

  answered(facility: FacilityCode, digest: string): void {
    this.#held.delete(keyOf(facility, digest));
    this.#answered.push({ facility, digest });
    this.#later ??= setTimeout(() => void this.#tellAnswered(), answeredAfterMs);
  }

  async open(facility: FacilityCode, digest: string): Promise<Original | LargeOriginal | undefined> {
    const [row] = await this.#ask<Row>(
      `select o.*, u.idempotency_key from original o left join unanswered u using (facility, digest)
       where facility = $1 and digest = $2`,
      [facility, digest],
    );
    if (!row) return undefined;
    const details: OriginalDetails = {
      facility,
      digest,
      contentType: row.content_type,
      receivedAt: row.received_at,
      actor: row.actor,
      ...(row.idempotency_key !== null && { idempotencyKey: row.idempotency_key }),
    };
    const { upload, body, size } = row;
    if (upload === null) return { ...details, body: await decompress(body ?? new Uint8Array()) };
    return { ...details, size, pieces: () => this.#pieces(upload) };
  }

  async fetch(facility: FacilityCode, digest: string): Promise<Original | undefined> {
    const found = await this.open(facility, digest);
    return !found || 'body' in found ? found : { ...detailsOf(found), body: await wholeBody(found) };
  }

  /** Those that nobody works on, for this replica to finish; the others are not told of them for a while. */
  async unanswered(): Promise<readonly { readonly facility: FacilityCode; readonly digest: string }[]> {
    await this.#clearUploads();
    const found = await this.#ask<{ facility: FacilityCode; digest: string; received_at: string }>(
      `update unanswered set held_until = ${heldUntil('$1')}
       where (facility, digest) in (
         select facility, digest from unanswered where held_until <= now() order by received_at limit ${mostAtOnce} for update skip locked
       ) returning facility, digest, received_at`,
      [this.#holdMs],
    );
    const oldestFirst = found.toSorted((a, b) => (a.received_at < b.received_at ? -1 : 1));
    for (const one of oldestFirst) this.#hold(one);
    return oldestFirst.map(({ facility, digest }) => ({ facility, digest }));
  }

  async waiting(facility: FacilityCode, digestBegin: string): Promise<Original | LargeOriginal | undefined> {
    const [found] = await this.#ask<{ digest: string }>(
      'select digest from unanswered where facility = $1 and starts_with(digest, $2) limit 1',
      [facility, digestBegin],
    );
    return found && this.open(facility, found.digest);
  }

  async close(): Promise<void> {
    clearInterval(this.#holding);
    await this.#tellAnswered();
  }

  #hold({ facility, digest }: { readonly facility: FacilityCode; readonly digest: string }): void {
    this.#held.set(keyOf(facility, digest), { facility, digest, since: Date.now() });
  }

  /** The note of an earlier answer must not come after the message has begun to wait for another. */
  async #forgetAnswer({ facility, digest }: OriginalDetails): Promise<void> {
    this.#answered = this.#answered.filter((one) => one.facility !== facility || one.digest !== digest);
    await this.#telling;
  }

  /** Others leave alone what is worked on here. A message that an error ended is let go when it has been long enough. */
  async #holdOn(): Promise<void> {
    for (const [key, { since }] of this.#held) if (Date.now() - since > longestWorkMs) this.#held.delete(key);
    if (this.#held.size === 0) return;
    const held = [...this.#held.values()];
    await this.#ask(
      `update unanswered set held_until = ${heldUntil('$3')}
       where (facility, digest) in (select * from unnest($1::text[], $2::text[]))`,
      [held.map(({ facility }) => facility), held.map(({ digest }) => digest), this.#holdMs],
    ).catch(() => undefined);
  }

  /** Where the note is lost, the message is run again, and found answered. */
  #tellAnswered(): Promise<unknown> {
    clearTimeout(this.#later);
    this.#later = undefined;
    const answered = this.#answered;
    this.#answered = [];
    if (answered.length > 0) {
      this.#telling = this.#telling.then(() =>
        this.#ask('delete from unanswered where (facility, digest) in (select * from unnest($1::text[], $2::text[]))', [
          answered.map(({ facility }) => facility),
          answered.map(({ digest }) => digest),
        ]).catch(() => undefined),
      );
    }
    return this.#telling;
  }

  async #clearUploads(): Promise<void> {
    await this.#ask(
      `with old as (delete from upload where begun_at < now() - interval '${oldestUpload}' returning id)
       delete from part using old where part.upload = old.id`,
      [],
    );
  }

  async *#pieces(upload: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let number = 0; ; number += 1) {
      const [row] = await this.#ask<{ body: Buffer }>('select body from part where upload = $1 and number = $2', [
        upload,
        number,
      ]);
      if (!row) return;
      yield await decompress(row.body, { chunkSize: pieceSize });
    }
  }

  async #ask<Found extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<readonly Found[]> {
    try {
      const { rows } = await this.#pool.query<Found>(sql, values);
      return rows;
    } catch (error) {
      throw sorted(error);
    }
  }
}

const heldUntil = (milliseconds: string): string =>
  `now() + ${milliseconds}::double precision * interval '1 millisecond'`;

/** Values $1 to $8. */
const insertOriginal = `insert into original (facility, digest, content_type, received_at, actor, size, upload, body)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`;

const waitForAnswer = (
  message: string,
  holdMs: string,
): string => `insert into unanswered (facility, digest, received_at, idempotency_key, held_until)
  values (${message}, ${heldUntil(holdMs)})
  on conflict (facility, digest) do update set idempotency_key = excluded.idempotency_key, held_until = excluded.held_until`;

function valuesOf({ facility, digest, contentType, receivedAt, actor }: OriginalDetails): readonly string[] {
  return [facility, digest, contentType, receivedAt, actor];
}

const keyOf = (facility: string, digest: string): string => `${facility} ${digest}`;

function detailsOf(details: OriginalDetails): OriginalDetails {
  const { facility, digest, contentType, receivedAt, actor, idempotencyKey } = details;
  const given = { facility, digest, contentType, receivedAt, actor };
  return idempotencyKey === undefined ? given : { ...given, idempotencyKey };
}

async function* piecesOf(original: Original | LargeOriginal): AsyncGenerator<Uint8Array, void, undefined> {
  // A copy: pieces are given away.
  if ('body' in original) yield new Uint8Array(original.body);
  else yield* original.pieces();
}
