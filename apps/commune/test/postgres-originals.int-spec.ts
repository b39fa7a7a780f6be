import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { PostgresOriginals } from '../src/originals/postgres-originals.js';
import { openSharedDatabase, type SharedDatabase } from '../src/shared-database.js';
import { station } from './intake-harness.js';
import { originalOf, originalsContract } from './originals-contract.js';

const server = await testDatabase('originals in PostgreSQL');
afterAll(() => server?.stop(), 60_000);

const schema = `t${randomUUID().slice(0, 8)}`;
let shared: SharedDatabase;
/** A crash is over at once: nobody holds what it left behind. */
const holdMs = 0;

async function rowsOf(table: string): Promise<number> {
  const { rows } = await shared.pool.query<{ count: number }>(`select count(*) as count from ${table}`);
  return rows[0]?.count ?? -1;
}

async function open(): Promise<PostgresOriginals> {
  shared = await openSharedDatabase({ url: server?.url ?? '', schema });
  return new PostgresOriginals(shared.pool, { holdMs });
}

async function close(): Promise<void> {
  await shared.close();
  await server?.dropSchemas(schema);
}

(server === undefined ? describe.skip : describe)('originals in PostgreSQL', () => {
  originalsContract(async () => {
    let originals = await open();
    return {
      originals,
      rowsOf,
      again: async () => {
        await originals.close();
        originals = new PostgresOriginals(shared.pool, { holdMs });
        return originals;
      },
      close: async () => {
        await originals.close();
        await close();
      },
    };
  });
});

(server === undefined ? describe.skip : describe)('originals that replicas share', () => {
  let first: PostgresOriginals;
  const others: PostgresOriginals[] = [];
  const replica = (hold: number): PostgresOriginals => {
    const opened = new PostgresOriginals(shared.pool, { holdMs: hold });
    others.push(opened);
    return opened;
  };
  beforeEach(async () => {
    first = await open();
  });
  afterEach(async () => {
    for (const one of [first, ...others.splice(0)]) await one.close();
    await close();
  });

  it('leave to a replica the messages that it works on', async () => {
    await replica(60_000).keep(originalOf('held'));
    await first.keep(originalOf('left behind'));
    expect(await first.unanswered()).toEqual([{ facility: station, digest: originalOf('left behind').digest }]);
  });

  it('tell of a message that was left behind to one replica alone', async () => {
    const messages = Array.from({ length: 40 }, (_, index) => originalOf(`left behind ${index}`));
    for (const one of messages) await first.keep(one);
    const found = await Promise.all([replica(60_000), replica(60_000), replica(60_000)].map((one) => one.unanswered()));
    expect(
      found
        .flat()
        .map(({ digest }) => digest)
        .toSorted(),
    ).toEqual(messages.map(({ digest }) => digest).toSorted());
  });

  it('clear away, in the end, what came of a body that never ended', async () => {
    const [old, young] = [await first.upload(), await first.upload()];
    for (const upload of [old, young]) await upload.write(randomBytes(1_000));
    await shared.pool.query(
      `update upload set begun_at = begun_at - interval '2 hours' where id = (select min(id) from upload)`,
    );
    await first.unanswered();
    expect([await rowsOf('part'), await rowsOf('upload')]).toEqual([1, 1]);
    await young.discard();
    expect([await rowsOf('part'), await rowsOf('upload')]).toEqual([0, 0]);
  });

  it('have the tables of their release, whoever makes them first', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openSharedDatabase({ url: server?.url ?? '', schema })));
    for (const one of opened) await one.close();
    expect(await rowsOf('migration')).toBe(1);
    await shared.pool.query('insert into migration (version) values (1000)');
    await expect(openSharedDatabase({ url: server?.url ?? '', schema })).rejects.toThrow('1000');
  });
});
