import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, MeasureReport } from '@medplum/fhirtypes';
import { dayOf } from '#domain/dates.js';
import { faultsOf } from '#fhir/validation.js';
import type { Reconciliation } from '../src/reconcile/reconcile.query.js';
import type { IndicatorsAnswer } from '../src/show-indicators/indicator-answer.js';
import type { SeriesAnswer } from '../src/show-series/show-series.query.js';
import { livesIn, referral, registered, residentId, visitAmended, visitRecorded } from './support/events.js';
import { Service } from './support/service.js';

const binh = residentId(1);
const mai = residentId(2);

let service: Service;
let beforeTheThirdVisitWasTold: string;

beforeAll(async () => {
  service = await Service.start();
  const paper = referral(binh, '1');
  await service.tell([
    registered(binh, { birthDate: '1951-08-02', residence: livesIn('02266'), on: '2026-09-05' }),
    registered(mai, { birthDate: '1990', residence: livesIn('02302'), by: '08Z20', on: '2026-09-20' }),
    visitRecorded(binh, {
      episode: 'a',
      start: '2026-09-05T08:00:00+07:00',
      codes: ['I10'],
      residence: livesIn('02266'),
    }),
    visitAmended(binh, {
      episode: 'a',
      start: '2026-09-05T08:00:00+07:00',
      codes: ['I10', 'E11.9'],
      pressure: [126, 76],
      residence: livesIn('02266'),
    }),
    visitRecorded(mai, {
      facility: '08Z20',
      episode: 'b',
      start: '2026-09-20T08:00:00+07:00',
      insured: false,
      codes: ['A09'],
      residence: livesIn('02302'),
    }),
  ]);
  await setTimeout(5);
  beforeTheThirdVisitWasTold = new Date().toISOString();
  await setTimeout(5);
  await service.tell([
    visitRecorded(mai, {
      episode: 'c',
      start: '2026-10-02T08:00:00+07:00',
      codes: ['A09'],
      residence: livesIn('02302'),
    }),
    paper.issued('2026-09-05T09:00:00+07:00', 'up', livesIn('02266')),
    paper.arrived('2026-09-05T13:00:00+07:00'),
    paper.answered('2026-09-05T21:30:00+07:00'),
  ]);
});

afterAll(() => service.stop());

const indicators = async (query: string): Promise<IndicatorsAnswer> =>
  (await service.get(`/statistics/indicators${query}`)).body as IndicatorsAnswer;
const figure = async (query: string, code: string) => {
  const found = (await indicators(query)).indicators.find((indicator) => indicator.code === code);
  return [found?.numerator, found?.denominator, found?.value];
};
const series = async (query: string) =>
  ((await service.get(`/statistics/series?${query}`)).body as SeriesAnswer).points;

const reconciliation = async (path: string) => (await service.get(path)).body as Reconciliation;
/** The status, and the parameters that the problem names. */
const wrongFields = async (path: string) => {
  const { status, body } = await service.get(path);
  return [status, ...(body as { errors: { path: string }[] }).errors.map((error) => error.path)];
};

/** Whatever the version of the view is. */
function figuresFile(folder: string): string {
  const views = join(folder, 'views');
  const name = readdirSync(views).find((file) => /^province-figures-v\d+\.sqlite$/.test(file));
  return join(views, name ?? 'no file of the figures');
}

describe('GET /statistics/indicators', () => {
  it('answers every indicator of a place and period, with target, source and position', async () => {
    const answer = await indicators('?place=08&period=2026-09');
    expect(answer).toMatchObject({
      place: '08',
      placeName: 'Tuyên Quang',
      period: '2026-09',
      position: await service.log.head(),
      delayMs: 0,
    });
    expect(answer.indicators.find(({ code }) => code === 'visits-insured')).toEqual({
      code: 'visits-insured',
      name: { vi: 'Lượt khám có bảo hiểm y tế', en: 'Insured visits' },
      numerator: 1,
      denominator: 2,
      value: 50,
      unit: '%',
      kind: 'flow',
      target: 95,
      targetText: '>95%',
      source: expect.any(String),
      version: 1,
    });
  });

  it('counts by commune, district, facility and everywhere', async () => {
    expect(await figure('', 'visits')).toEqual([3, null, 3]);
    expect(await figure('?place=02302&period=2026', 'visits')).toEqual([2, null, 2]);
    expect(await figure('?place=08Z11&period=2026-Q3', 'visits')).toEqual([1, null, 1]);
    expect(await figure('?place=facility:08Z11', 'residents-seen')).toEqual([2, null, 2]);
    expect(await figure('?place=071', 'visits')).toEqual([0, null, 0]);
    expect(await figure('?period=2026-09-20', 'residents-seen')).toEqual([1, null, 1]);
    expect(await figure('?period=2026-09', 'referral-answer-hours')).toEqual([12.5, 1, 12.5]);
    expect(await figure('?period=2026-10', 'hypertension-controlled')).toEqual([1, 1, 100]);
    expect(await figure('?period=2025', 'residents-known')).toEqual([0, null, 0]);
  });

  it('shows what was known then when asked as of a moment of recording', async () => {
    expect(await figure(`?asOf=${encodeURIComponent(beforeTheThirdVisitWasTold)}`, 'visits')).toEqual([2, null, 2]);
    expect(await figure('?asOf=2026-01-01', 'visits')).toEqual([0, null, 0]);
    expect(await figure(`?asOf=${dayOf(Date.now())}`, 'visits')).toEqual([3, null, 3]);
  });

  it.each([
    ['place=ABC', 'place'],
    ['place=03', 'place'],
    ['place=facility:08Z77', 'place'],
    ['period=2026-13', 'period'],
    ['period=October', 'period'],
    ['asOf=yesterday', 'asOf'],
    ['asOf=2999-01-01', 'asOf'],
    ['plac=08', 'plac'],
    ['place=08&place=12', 'place'],
  ])('refuses %s and names the parameter', async (query, parameter) => {
    expect(await wrongFields(`/statistics/indicators?${query}`)).toEqual([400, parameter]);
  });

  it('shows nothing without a token, or to somebody whose token is for something else', async () => {
    expect((await service.get('/statistics/indicators', 'no-token')).status).toBe(401);
    expect((await service.get('/statistics/indicators', await service.token('clinician'))).status).toBe(403);
    expect((await service.get('/statistics/reconciliation', 'no-token')).status).toBe(401);
  });

  it('gives away nobody: neither a name nor a resident id nor a pseudonym', async () => {
    const answers = JSON.stringify([
      await indicators('?place=02266'),
      await series('indicator=visits&by=commune'),
      (await service.get('/statistics/reconciliation')).body,
    ]);
    const view = new DatabaseSync(figuresFile(service.folder), { readOnly: true });
    const kept = view.prepare('select resident, encounter from encounter').all() as {
      resident: string;
      encounter: string;
    }[];
    view.close();
    expect(kept).toHaveLength(3);
    for (const { resident, encounter } of kept) {
      expect(answers).not.toContain(resident);
      expect(answers).not.toContain(encounter);
    }
    expect(answers).not.toMatch(/Người Giả Lập|00000000-0000-4000/);
  });
});

describe('GET /statistics/series', () => {
  it('goes by day, week and month, with the empty ones between', async () => {
    const days = await series('indicator=visits&place=08&from=2026-09-05&to=2026-09-07&by=day');
    expect(days).toEqual([
      { key: '2026-09-05', label: '05/09/2026', numerator: 1, denominator: null, value: 1 },
      { key: '2026-09-06', label: '06/09/2026', numerator: 0, denominator: null, value: 0 },
      { key: '2026-09-07', label: '07/09/2026', numerator: 0, denominator: null, value: 0 },
    ]);
    const weeks = await series('indicator=visits-insured&from=2026-09-14&to=2026-10-04&by=week');
    expect(weeks.map(({ key, numerator, denominator }) => [key, numerator, denominator])).toEqual([
      ['2026-W38', 0, 1],
      ['2026-W39', 0, 0],
      ['2026-W40', 1, 1],
    ]);
    const months = await series('indicator=residents-seen&from=2026-09-01&to=2026-10-31&by=month');
    expect(months.map(({ key, value }) => [key, value])).toEqual([
      ['2026-09', 2],
      ['2026-10', 1],
    ]);
  });

  it('shows a stock as it stands at the end of each bucket', async () => {
    const months = await series('indicator=residents-known&from=2026-08-01&to=2026-10-31&by=month');
    expect(months.map(({ value }) => value)).toEqual([0, 2, 2]);
  });

  it('splits by facility, commune and diagnosis so that the parts are the whole', async () => {
    expect((await series('indicator=visits&place=08&by=facility')).map(({ key, value }) => [key, value])).toEqual([
      ['08Z11', 2],
      ['08Z20', 1],
    ]);
    expect((await series('indicator=visits&place=02302&by=facility')).map(({ key, value }) => [key, value])).toEqual([
      ['08Z11', 1],
      ['08Z20', 1],
    ]);
    expect((await series('indicator=visits&place=08Z11&by=commune')).map(({ label, value }) => [label, value])).toEqual(
      [
        ['Xã Lâm Bình', 1],
        ['Xã Minh Quang', 1],
      ],
    );
    expect(await series('indicator=visits-insured&place=08&by=diagnosis')).toEqual([
      { key: 'A09', label: 'A09 Tiêu chảy, viêm dạ dày ruột nhiễm trùng', numerator: 1, denominator: 2, value: 50 },
      { key: 'I10', label: 'I10 Tăng huyết áp', numerator: 1, denominator: 1, value: 100 },
    ]);
    expect(
      (await series('indicator=health-managed-12m&place=08&by=commune')).map(({ key, value }) => [key, value]),
    ).toEqual([
      ['02266', 100],
      ['02302', 0],
    ]);
  });

  it.each([
    ['indicator=happiness', 'indicator'],
    ['by=hour', 'by'],
    ['indicator=referrals-up&by=diagnosis', 'by'],
    ['from=2026-02-30', 'from'],
    ['from=2026-03-01&to=2026-02-01', 'to'],
    ['from=1990-01-01&to=2026-01-01&by=day', 'to'],
  ])('refuses %s and names the parameter', async (query, parameter) => {
    expect(await wrongFields(`/statistics/series?${query}`)).toEqual([400, parameter]);
  });
});

describe('GET /statistics/reconciliation', () => {
  it('counts again from the log and finds no difference', async () => {
    const body = await reconciliation('/statistics/reconciliation?place=08&period=2026');
    expect(body.position).toBe(await service.log.head());
    expect(body.figures.find(({ indicator }) => indicator === 'visits')).toEqual({
      indicator: 'visits',
      place: '08',
      period: '2026',
      live: 3,
      recount: 3,
      difference: 0,
      denominator: null,
    });
    expect(
      body.figures.filter(({ difference, denominator }) => difference !== 0 || (denominator?.difference ?? 0) !== 0),
    ).toEqual([]);
  });

  it('does so for every place that has figures when none is named', async () => {
    const body = await reconciliation('/statistics/reconciliation');
    const visits = body.figures.filter(({ indicator }) => indicator === 'visits');
    expect(Object.fromEntries(visits.map(({ place, recount }) => [place, recount]))).toEqual({
      all: 3,
      '08': 3,
      '02266': 1,
      '02302': 2,
      '08Z11': 2,
      '08Z20': 1,
    });
    expect(body.figures.filter(({ difference, denominator }) => difference !== 0 || denominator?.difference)).toEqual(
      [],
    );
  });

  it('counts up to one position while the log goes on', async () => {
    const over = new AbortController();
    const writing = (async () => {
      for (let number = 0; !over.signal.aborted; number += 1) {
        await service.append(visitRecorded(mai, { facility: '08Z20', episode: `n${number}`, start: '2026-08-03' }));
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      const body = await reconciliation('/statistics/reconciliation');
      expect(body.figures.filter(({ difference, denominator }) => difference !== 0 || denominator?.difference)).toEqual(
        [],
      );
    }
    over.abort();
    await writing;
    await service.tell([]);
  });
});

describe('GET /statistics/live', () => {
  it('tells all figures first, then those that a commit changed, within a second', async () => {
    const over = new AbortController();
    const stream = service.live('/statistics/live?place=08&period=2026-11', over.signal);
    const first = (await stream.next()).value as { event: string; data: IndicatorsAnswer };
    expect(first.event).toBe('figures');
    expect(first.data.indicators).toHaveLength(18);

    const told = Date.now();
    const next = stream.next();
    await service.tell([
      visitRecorded(mai, { episode: 'd', start: '2026-11-20T08:00:00+07:00', residence: livesIn('02302') }),
    ]);
    const second = (await next).value as { id: string; data: IndicatorsAnswer };
    expect(Date.now() - told).toBeLessThan(1_000);
    expect(second.id).toBe(String(await service.log.head()));
    expect(second.data.indicators.map(({ code, numerator }) => [code, numerator])).toEqual([
      ['visits', 1],
      ['visits-insured', 1],
      ['residents-seen', 1],
    ]);
    over.abort();
  });

  it('tells a reader that comes back nothing it has, and one that missed something everything', async () => {
    const over = new AbortController();
    const position = String(await service.log.head());
    const upToDate = service.live('/statistics/live', over.signal, { 'last-event-id': position });
    expect((await upToDate.next()).value).toMatchObject({ event: 'position', id: position });
    const behind = service.live('/statistics/live', over.signal, { 'last-event-id': '1' });
    expect((await behind.next()).value).toMatchObject({ event: 'figures', id: position });
    over.abort();
  });
});

describe('the dashboard page', () => {
  it('is served with a policy that runs no inline script, and only to those who may see figures', async () => {
    const authorization = `Bearer ${service.sessionToken}`;
    const page = await fetch(`${service.origin}/`, { headers: { authorization } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect((await fetch(`${service.origin}/`, { redirect: 'manual' })).status).not.toBe(200);
    expect(
      (await fetch(`${service.origin}/dashboard/..%2Fdata%2FREADME.md`, { headers: { authorization } })).status,
    ).toBe(404);
  });
});

describe('the indicators as FHIR', () => {
  it('are the same figures, a MeasureReport each', async () => {
    const query = 'place=08&period=2026-09';
    const { indicators } = (await service.get(`/statistics/indicators?${query}`)).body as IndicatorsAnswer;
    const bundle = (await service.get(`/statistics/measure-reports?${query}`)).body as Bundle;
    const reports = (bundle.entry ?? []).map(({ resource }) => resource as MeasureReport);
    expect(reports.flatMap((one) => faultsOf(one))).toEqual([]);
    expect(
      reports.map(({ measure, period, subject, group: [group] = [] }) => ({
        measure,
        period,
        place: subject?.identifier?.value,
        counts: group?.population?.map(({ count }) => count),
        value: group?.measureScore?.value ?? null,
      })),
    ).toEqual(
      indicators.map(({ code, version, numerator, denominator, value, unit }) => ({
        measure: `urn:lien-tuyen:measure:${code}|${version}`,
        period: { start: '2026-09-01', end: '2026-09-30' },
        place: '08',
        counts: denominator === null ? [numerator] : unit === 'hours' ? [denominator] : [numerator, denominator],
        value,
      })),
    );
  });
});
