import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoredDocuments } from '#apps/record/src/reading/stored-documents.js';
import { recordQueries } from '#apps/record/src/record-queries.js';
import { RecordReader } from '#apps/record/src/reading/record-reader.js';
import { searchedType } from '#apps/record/src/search/definitions.js';
import { type PageKey, PageTokens } from '#apps/record/src/search/page-token.js';
import { RecordSearch } from '#apps/record/src/search/record-search.js';
import { usualLimits } from '#apps/record/src/search/search-limits.js';
import { searchRequest } from '#apps/record/src/search/search-request.js';
import { searches } from '#apps/record/test/searches.js';
import { ReviewReader } from '#apps/commune/src/reviews/review-reader.js';
import { WorklistReader } from '#apps/district/src/worklists/worklist-reader.js';
import { bucketsOf } from '#apps/province/src/show-series/buckets.js';
import { PartsReader } from '#apps/province/src/show-series/parts-reader.js';
import { TimeReader } from '#apps/province/src/show-series/time-reader.js';
import { type FigurePlaceKey, placeKey } from '#apps/province/src/statistics/figure-place-key.js';
import { FigureReader } from '#apps/province/src/statistics/figure-reader.js';
import { testDatabase } from '#deploy/local/src/test-database.js';
import type { LocalDate } from '#domain/dates.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { type IndicatorCode, indicators } from '#domain/indicators/indicator.js';
import { parsePeriod } from '#domain/indicators/period.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { View } from '#projections/view-host.js';
import { nameOf, views } from '../src/views/views-of-apps.js';
import { type BothEngines, bothEngines, type ViewOnBoth } from './both-engines.js';
import { isCountOfNothing } from './counts-of-nothing.js';

const database = await testDatabase('views of the services on PostgreSQL');
afterAll(() => database?.stop());

const today = '2026-09-15' as LocalDate;
const periods = ['all', '2026', '2026-Q3', '2026-10', '2026-09-01', '2026-09-07', '2027-01'];

(database === undefined ? describe.skip : describe)('the views of the services on PostgreSQL', () => {
  let engines: BothEngines;
  const built = new Map<string, ViewOnBoth>();

  beforeAll(async () => {
    if (database) engines = await bothEngines(database, 25);
    for (const source of views) built.set(nameOf(source), await engines.build(source));
  }, 180_000);
  afterAll(() => engines.close(), 60_000);

  const viewsOf = (name: string): ViewOnBoth => {
    const found = built.get(name);
    if (!found) throw new Error(`there is no view ${name}`);
    return found;
  };

  /** The same question to both engines has the same answer. */
  async function agree<Answer>(name: string, ask: (view: View) => Promise<Answer>): Promise<Answer> {
    const { embedded, postgres } = viewsOf(name);
    const expected = await ask(embedded);
    expect(await ask(postgres)).toEqual(expected);
    return expected;
  }

  it.each(views.map(nameOf))('%s has the same rows in every table', async (name) => {
    const { postgres, file } = viewsOf(name);
    const onFile = tablesInFile(file);
    const onServer = new Map<string, readonly string[]>();
    for (const table of onFile.keys()) {
      onServer.set(table, comparable(await postgres.database.query(`select * from "${table}"`)));
    }
    expect(onServer).toEqual(onFile);
    expect([...onServer.values()].flat().length).toBeGreaterThan(50);
  });

  describe('are read alike', () => {
    it.each(searches)('by the search %s?%s', async (type, query) => {
      const resident = await agree('health-record', async ({ database: read }) => {
        const rows = await read.query<{ id: string }>(
          `select id from document where kind = 'resident' and body is not null order by number limit 1 offset 3`,
        );
        return rows[0]?.id ?? '';
      });
      for (const visibility of [{ kind: 'everybody' }, { kind: 'facility', facility: '08Z11' }] as const) {
        for (const examined of [40, 1_000_000]) {
          const { total } = await agree('health-record', async (view) => {
            const documents = new StoredDocuments(view.database);
            const reader = new RecordReader(view.database, documents, new FacilityRegister());
            const search = new RecordSearch(view.database, documents, reader, {
              ...usualLimits,
              examined,
              counted: 1_000_000,
              fewResidents: examined,
            });
            return everyRow(search, type, query.replace('RESIDENT', resident), visibility);
          });
          expect(total).toBeGreaterThanOrEqual(0);
        }
      }
    });

    it('by the record as FHIR, with what a page brings along', async () => {
      const { total } = await agree('health-record', (view) =>
        bundle(
          view.database,
          'Encounter',
          '_include=Encounter:patient&_revinclude=Condition:encounter&_count=20&_total=accurate',
        ),
      );
      expect(total).toBeGreaterThan(20);
      await agree('health-record', (view) =>
        bundle(view.database, 'Patient', '_revinclude=Provenance:target&_count=10'),
      );
      await agree('health-record', (view) => bundle(view.database, 'Organization', 'name=tram'));
    });

    it('by every figure of every place', async () => {
      for (const text of periods) {
        const period = parsePeriod(text);
        if (!period) throw new Error(`${text} is no period`);
        const { places } = await agree('province-figures', async ({ database: read }) => {
          const snapshot = await new FigureReader(read).readEvery(period, today);
          return {
            ...snapshot,
            places: snapshot.places.toSorted((a, b) => (placeKey(a.place) < placeKey(b.place) ? -1 : 1)),
          };
        });
        expect(places.length).toBeGreaterThan(0);
        for (const { place } of places.slice(0, 12)) {
          await agree('province-figures', ({ database: read }) => new FigureReader(read).read(place, period, today));
        }
      }
    });

    it('by every series', async () => {
      const places = loadPlaceRegister();
      const here: readonly FigurePlaceKey[] = [
        { level: 'all', code: '' },
        { level: 'province', code: '08' },
        { level: 'facility', code: '08Z11' },
      ];
      const range = { from: '2026-03-01' as LocalDate, to: '2026-10-31' as LocalDate };
      for (const indicator of indicators as readonly ((typeof indicators)[number] & { code: IndicatorCode })[]) {
        for (const place of here) {
          const { first } = await agree('province-figures', async ({ database: read }) => {
            const time = new TimeReader(read);
            const parts = new PartsReader(read, new FacilityRegister(), places);
            return {
              first: await time.firstDay(indicator.code, place),
              last: await time.lastDay(today),
              weeks: await time.read(indicator, place, [...bucketsOf('week', range.from, range.to)]),
              facilities: await parts.read(indicator, place, 'facility', range),
              communes: await parts.read(indicator, place, 'commune', range),
              diagnoses: (await parts.diagnoses(place, range)).toSorted((a, b) => (a.code < b.code ? -1 : 1)),
            };
          });
          expect(first ?? '2026').toMatch(/^202[56]/);
        }
      }
    });

    it('by worklists and feeds', async () => {
      const facilities = await agree('referral-worklists', ({ database: read }) =>
        read.query<{ facility: FacilityCode }>('select distinct facility from referral_feed order by facility'),
      );
      expect(facilities.length).toBeGreaterThan(3);
      for (const { facility } of facilities) {
        const [last] = await agree('referral-worklists', (view) =>
          new WorklistReader(view).page(facility, 'outgoing', [], undefined, 3),
        );
        await agree('referral-worklists', (view) =>
          new WorklistReader(view).page(facility, 'incoming', ['issued', 'closed'], undefined, 50),
        );
        await agree('referral-worklists', (view) =>
          new WorklistReader(view).page(
            facility,
            'outgoing',
            [],
            last && { referredAt: last.referredAt, id: last.id },
            50,
          ),
        );
        await agree('referral-worklists', (view) => new WorklistReader(view).steps(facility, 0, 20));
      }
      await agree('referral-worklists', (view) =>
        new WorklistReader(view).overdue('issued', '2027-12-31' as LocalDate, undefined, 100),
      );
    });

    it('by pairs for a human', async () => {
      for (const status of ['open', 'dismissed', 'merged'] as const) {
        for (const facility of [undefined, '08Z11']) {
          await agree('resident-index', (view) => new ReviewReader(view).page(status, facility, undefined, 20));
          await agree('resident-index', (view) => new ReviewReader(view).page(status, facility, 1_000_000, 20));
        }
      }
      const rows = await agree('resident-index', ({ database: read }) =>
        read.query<{ resident: ResidentId }>(
          'select distinct resident from resident_facility order by resident limit 10',
        ),
      );
      expect(rows).toHaveLength(10);
      for (const { resident } of rows) await agree('resident-index', (view) => new ReviewReader(view).seenAt(resident));
    });

    it('by receipts', async () => {
      const receipts = await agree('receipts', ({ database: read }) =>
        read.query(
          'select position, body from receipt where facility = ? and position > ? and received_at >= ? order by position limit ?',
          ['08Z11', 0, '', 100],
        ),
      );
      expect(receipts.length).toBeGreaterThan(0);
      await agree('receipts', ({ database: read }) =>
        read.query('select min(position) as position from receipt where facility = ? and received_at >= ?', [
          '08Z11',
          '2026',
        ]),
      );
    });
  });
});

const tokens = new PageTokens(new Uint8Array(32));

async function everyRow(
  search: RecordSearch,
  type: string,
  query: string,
  visibility: Parameters<RecordSearch['page']>[1],
): Promise<{ readonly keys: readonly string[]; readonly total: number }> {
  const definition = searchedType(type);
  if (!definition) throw new Error(`no ${type}`);
  const request = searchRequest(definition, new URLSearchParams(`${query}&_count=100`), false, tokens);
  const keys: string[] = [];
  let after: PageKey | undefined;
  for (let page = 0; page < 500; page += 1) {
    const { found, next } = await search.page({ ...request, ...(after && { after }) }, visibility);
    keys.push(...found.map(({ row: { number, part } }) => `${number}-${part}`));
    if (!next) break;
    after = next;
  }
  return { keys, total: await search.total(request, visibility) };
}

async function bundle(read: ReadDatabase, type: string, query: string) {
  const definition = searchedType(type);
  if (!definition) throw new Error(`no ${type}`);
  const { search, pages } = recordQueries(read, { readStream: async () => [] }, new FacilityRegister(), {
    sealingKey: new Uint8Array(32),
  });
  const request = searchRequest(definition, new URLSearchParams(query), false, pages);
  // Links are sealed anew each time.
  const { link: _, id: __, meta: ___, ...found } = await search.bundle(request, { kind: 'everybody' }, 'http://x/fhir');
  return found;
}

function tablesInFile(file: string): ReadonlyMap<string, readonly string[]> {
  const opened = new DatabaseSync(file, { readOnly: true });
  const tables = opened.prepare(`select name from sqlite_schema where type = 'table' order by name`).all();
  const ofHost = new Set(['checkpoint', 'set_aside']);
  const rows = tables
    .map(({ name }) => String(name))
    .filter((name) => !ofHost.has(name))
    .map((name) => [name, comparable(opened.prepare(`select * from "${name}"`).all())] as const);
  opened.close();
  return new Map(rows);
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : 1);

const comparable = (rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  rows
    .filter((row) => !isCountOfNothing(row))
    .map((row) => JSON.stringify(row, Object.keys(row).toSorted(byCodePoint)))
    .toSorted();
