import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import type { Projection } from '#projections/projection.js';
import { fillLog } from '../src/views/filled-log.js';
import { loadView, views } from '../src/views/views-of-apps.js';
import { correctedLater } from './corrected-later.js';
import { isCountOfNothing } from './counts-of-nothing.js';

let folder: string;
let events: readonly RecordedEvent[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'views-in-batches-'));
  const { file } = await fillLog(join(folder, 'log'), 12);
  const reader = openEmbeddedReader({ file });
  const all: RecordedEvent[] = [];
  for await (const batch of reader.readAll()) all.push(...batch.events);
  await reader.close();
  events = correctedLater(all);
});
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Every row of every table, and its indexes, after the events in batches of these sizes, over and over; the view comes to the end
 * of the log, as it stands, after the first of them that is not `builtThrough`.
 */
async function rowsAfter(
  projection: Projection,
  sizes: readonly number[],
  builtThrough: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { categories, types } = projection.filter;
  const read = events.filter(
    ({ stream, type }) =>
      (categories?.includes(stream.slice(0, stream.indexOf('-'))) ?? true) && (types?.includes(type) ?? true),
  );
  const at = mkdtempSync(join(folder, 'view-'));
  const view = ViewFile.open(at, projection, 'log');
  for (let next = 0, turn = 0; next < read.length; turn += 1) {
    if (next >= builtThrough) view.settle();
    const batch = read.slice(next, next + (sizes[turn % sizes.length] ?? 1));
    await view.transaction(batch.at(-1)?.position ?? 0, (rows) => projection.apply(batch, rows));
    next += batch.length;
  }
  view.settle();
  view.close();
  const database = new DatabaseSync(view.path, { readOnly: true });
  const tables = database.prepare(`select name from sqlite_schema where type = 'table' order by name`).all();
  const rows = tables.map(({ name }) => {
    const found = database.prepare(`select * from "${String(name)}"`).all();
    const counting = found.filter((row) => !isCountOfNothing(row));
    return [String(name), counting.map((row) => JSON.stringify(row)).toSorted()] as const;
  });
  const indexes = database.prepare(`select name from sqlite_schema where type = 'index' order by name`).all();
  database.close();
  rmSync(at, { recursive: true });
  return { ...Object.fromEntries(rows), indexes: indexes.map(({ name }) => String(name)) };
}

describe.each(views.map((view) => [view.module, view] as const))('%s', (_, source) => {
  it('looks rows up by indexes that its schema has', async () => {
    const { schema, appliesBy = [] } = await loadView(source);
    const made = schema.flatMap((statement) => /^create index (\w+)/.exec(statement)?.[1] ?? []);
    expect(made).toEqual(expect.arrayContaining([...appliesBy]));
  });

  it('gives the same rows however the events come in batches, and however late it is indexed', async () => {
    const projection = await loadView(source);
    const oneByOne = await rowsAfter(projection, [1], 0);
    expect(Object.values(oneByOne).flat().length).toBeGreaterThan(20);
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 400 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(events.length), async (split, builtThrough) => {
        expect(await rowsAfter(projection, split, builtThrough)).toEqual(oneByOne);
      }),
      { numRuns: 8 },
    );
  });
});
