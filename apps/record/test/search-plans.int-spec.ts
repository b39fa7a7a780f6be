import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../src/access/visibility.js';
import { StoredDocuments } from '../src/reading/stored-documents.js';
import { recordQueries } from '../src/record-queries.js';
import { RecordReader } from '../src/reading/record-reader.js';
import { searchedType } from '../src/search/definitions.js';
import { type PageKey, PageTokens } from '../src/search/page-token.js';
import { RecordSearch } from '../src/search/record-search.js';
import { type SearchLimits, usualLimits } from '../src/search/search-limits.js';
import { searchRequest } from '../src/search/search-request.js';
import { at, EventLog, paper, visitContent } from './recorded-events.js';
import { searches, unserved } from './searches.js';
import { type ViewOfEvents, viewOfEvents } from './view-of-events.js';

const everybody: Visibility = { kind: 'everybody' };
const station: Visibility = { kind: 'facility', facility: '08Z11' };

const tokens = new PageTokens(new Uint8Array(32));

let view: ViewOfEvents;
let resident: string;

beforeAll(async () => {
  const log = new EventLog();
  const residents = Array.from({ length: 40 }, (_, index) =>
    log.resident(
      `${index % 2 ? 'Nguyễn' : 'Trần'} Văn Bình ${index % 3 ? 'Bình' : 'An'}`,
      index % 4 ? '08Z12' : '08Z11',
    ),
  );
  for (let round = 0; round < 6; round += 1) {
    for (const [index, id] of residents.entries()) {
      const month = String(1 + ((round * 5 + index) % 12)).padStart(2, '0');
      log.visit(
        id,
        visitContent(index % 4 ? '08Z12' : '08Z11', `E${index}-${round}`, `2026-${month}-1${round}`, {
          careType: index % 10 === 0 ? '03' : '01',
          ...(index % 10 === 0 && { end: at(`2027-0${1 + round}-01`) }),
          diagnoses: [{ code: index % 5 ? 'J06.9' : 'I10', role: 'main' }],
          vitals: { systolic: 120 + index, weight: 50 },
          results: [{ code: 'X1', name: 'Glucose máu', value: '6', unit: 'mmol/L' }],
        }),
      );
    }
  }
  const [first] = residents;
  if (!first) throw new Error('there are residents');
  resident = first;
  log.referral(first, paper('08Z11', '08Z01', 'CT-1', '2026-05-01'));
  view = await viewOfEvents();
  await view.apply(log.events);
});
afterAll(async () => {
  await view.close();
});

/** Rows of all pages, and how many pages they took. */
async function everyPage(
  search: RecordSearch,
  type: string,
  query: string,
  visibility: Visibility,
): Promise<{ readonly keys: readonly string[]; readonly pages: number }> {
  const definition = searchedType(type);
  if (!definition) throw new Error(`no ${type}`);
  const request = searchRequest(definition, new URLSearchParams(query.replace('RESIDENT', resident)), false, tokens);
  const keys: string[] = [];
  let after: PageKey | undefined;
  let pages = 0;
  do {
    const page = await search.page({ ...request, ...(after && { after }) }, visibility);
    keys.push(...page.found.map(({ row }) => `${row.number}-${row.part}`));
    after = page.next;
    pages += 1;
  } while (after && pages < 2_000);
  return { keys, pages };
}

function searchOver(database: ReadDatabase, limits: Partial<SearchLimits>): RecordSearch {
  const documents = new StoredDocuments(database);
  const reader = new RecordReader(database, documents, new FacilityRegister());
  return new RecordSearch(database, documents, reader, { ...usualLimits, ...limits });
}

const limited = (limits: Partial<SearchLimits>): RecordSearch => searchOver(view.database, limits);

describe.each([
  ['everybody', everybody],
  ['a station', station],
] as const)('a search for %s', (_, visibility) => {
  it.each(searches)('%s?%s finds the same with little work for each page as at once', async (type, query) => {
    const atOnce = limited({ examined: 1_000_000, counted: 1_000_000, fewResidents: 0 });
    const little = limited({ examined: 7, counted: 1_000_000, fewResidents: 0 });
    const byResident = limited({ examined: 1_000_000, counted: 1_000_000, fewResidents: 1_000 });
    const whole = await everyPage(atOnce, type, `${query}&_count=500`, visibility);
    expect(new Set(whole.keys).size).toBe(whole.keys.length);
    for (const count of [1, 3, 500]) {
      expect((await everyPage(little, type, `${query}&_count=${count}`, visibility)).keys).toEqual(whole.keys);
    }
    expect((await everyPage(byResident, type, `${query}&_count=2`, visibility)).keys).toEqual(whole.keys);
    const definition = searchedType(type);
    if (!definition) throw new Error(`no ${type}`);
    const request = searchRequest(definition, new URLSearchParams(query.replace('RESIDENT', resident)), false, tokens);
    expect(await atOnce.total(request, visibility)).toBe(whole.keys.length);
    expect(await byResident.total(request, visibility)).toBe(whole.keys.length);
  });

  it.each(searches)('%s?%s walks an index and sorts no more than one resident has', async (type, query) => {
    const asked: (readonly [string, readonly SqlValue[]])[] = [];
    const listening: ReadDatabase = {
      query: (text, values = []) => {
        asked.push([text, values]);
        return view.database.query(text, values);
      },
      close: () => view.database.close(),
    };
    const search = searchOver(listening, {
      examined: 100,
      counted: 100,
      fewResidents: 0,
    });
    await everyPage(search, type, query, visibility);
    const faults: string[] = [];
    for (const [text, values] of asked) {
      const steps = await view.database.query<{ readonly detail: string }>(`explain query plan ${text}`, values);
      const narrow = /(e\.(resident|number|episode)|m\.into_number) (=|in) ?\(?\?/.test(text);
      for (const { detail } of steps) {
        // A whole table is never read; w, few are the limited inner queries, the rest goes along an index.
        const scans = /^SCAN (?!w$|few$|\(|CONSTANT)/.test(detail) && !/USING (COVERING )?INDEX/.test(detail);
        if (scans || (!narrow && detail.includes('TEMP B-TREE FOR ORDER BY'))) faults.push(`${detail}: ${text}`);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe('a search that no index serves', () => {
  it.each(unserved)(
    '%s?%s is refused where it would have to look at all, and says what to add',
    async (type, query) => {
      const search = limited({ examined: 20, checked: 20, fewResidents: 0 });
      const refused = everyPage(search, type, `${query}&_count=500`, everybody);
      await expect(refused).rejects.toMatchObject({ status: 400, code: 'too-costly' });
      await expect(refused).rejects.toThrow(/add one of: .*_id/);
    },
  );

  it.each(unserved)('%s?%s is answered where there is little to look at', async (type, query) => {
    const all = await everyPage(limited({}), type, `${query}&_count=500`, everybody);
    const paged = await everyPage(limited({}), type, `${query}&_count=2`, everybody);
    expect(paged.keys).toEqual(all.keys);
  });
});

describe('a total', () => {
  it('is refused when it would look at too much', async () => {
    const definition = searchedType('Encounter');
    if (!definition) throw new Error('no Encounter');
    const search = limited({ examined: 100, counted: 100, fewResidents: 0 });
    await expect(
      search.total(searchRequest(definition, new URLSearchParams(), false, tokens), everybody),
    ).rejects.toMatchObject({ status: 400, code: 'too-costly' });
  });

  it('comes with the first page when that is all', async () => {
    const queries = recordQueries(view.database, { readStream: async () => [] }, new FacilityRegister(), {
      sealingKey: new Uint8Array(32),
    });
    const definition = searchedType('Encounter');
    if (!definition) throw new Error('no Encounter');
    const bundle = await queries.search.bundle(
      searchRequest(definition, new URLSearchParams(`patient=${resident}`), false, tokens),
      everybody,
      'http://x/fhir',
    );
    expect([bundle.total, bundle.entry?.length]).toEqual([6, 6]);
  });
});
