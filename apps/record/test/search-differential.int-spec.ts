/**
 * The search of the record against one that looks at every resource by itself: random residents through the real projection, random
 * searches, and both must find the same. A failure names the seed it comes again with.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Patient, Reference, Resource, SearchParameter } from '@medplum/fhirtypes';
import type { Visibility } from '../src/access/visibility.js';
import { searchedType } from '../src/search/definitions.js';
import type { SearchRequest } from '../src/search/search-request.js';
import { compartments, isWithin } from './differential/naive-compartments.js';
import { elementNames, partOf } from './differential/naive-elements.js';
import { type Asked, type NaiveSearch, parametersOf, valuesOf } from './differential/naive-search.js';
import type { Random } from './differential/random.js';
import { RandomInclusions } from './differential/random-inclusions.js';
import { RandomSearch } from './differential/random-search.js';
import {
  base,
  everybody,
  everyMatch,
  namesIn,
  nameOf,
  nextOf,
  type Parameters,
  requestOf,
  said,
  type World,
  worldOf,
  worldOfEvents,
} from './differential/world.js';

/** `DIFFERENTIAL_WORLDS=300` looks at more random records than each run does; `DIFFERENTIAL_SEED=7` at the one of that seed. */
const worlds = Number(process.env['DIFFERENTIAL_WORLDS'] ?? 4);
const again = process.env['DIFFERENTIAL_SEED'];
const seeds = again === undefined ? Array.from({ length: worlds }, () => randomInt(2 ** 31)) : [Number(again)];
// Thousands of searches: a busy machine takes minutes.
jest.setTimeout(600_000);

const searchesInAWorld = 50;
const sortsInAWorld = 15;
const answersInAWorld = 15;
const inclusionsInAWorld = 15;
const searchesOfACaller = 20;
const searchesAsOf = 8;
const walksWhileMoreIsTold = 10;

describe.each(seeds)('searches of the record of seed %i', (seed) => {
  let world: World;

  beforeAll(async () => {
    world = await worldOf(seed);
  });
  afterAll(() => world.close());

  it('find what looking at every resource finds, whatever is asked', async () => {
    const searches = new RandomSearch(world.naive, world.random);
    const differences: object[] = [];
    for (let count = 0; count < searchesInAWorld; count += 1) {
      const type = searches.type();
      const asked = [searches.criterion(type), world.random.chance(0.3) ? searches.criterion(type) : undefined].filter(
        (one): one is Asked => one !== undefined,
      );
      const size = world.random.pick([3, 20, 500]);
      if (asked.length > 0) differences.push(...(await differenceOf(world, type, asked, size)));
    }
    expect(differences).toEqual([]);
  });

  it('give what is asked in the order asked, each once, however large the pages', async () => {
    for (let count = 0; count < sortsInAWorld; count += 1) {
      const type = new RandomSearch(world.naive, world.random).type();
      const sort = sortsOf(type, world.random);
      const parameters: Parameters = [
        ['_sort', sort.join(',')],
        ['_count', String(world.random.pick([7, 50, 500]))],
      ];
      const found = await everyMatch(world, requestOf(world, type, parameters));
      const expected = world.naive.find(type, []).map(nameOf);
      expect([said(type, parameters), found.toSorted()]).toEqual([said(type, parameters), expected.toSorted()]);
      const inOrder = found.map((name) => sort.map((key) => world.naive.sortValue(name, key)));
      const earliest = !inOrder.every((values, index) => follows(sort, inOrder[index - 1], values, false));
      for (const [index, values] of inOrder.entries())
        expect([said(type, parameters), index, follows(sort, inOrder[index - 1], values, earliest)]).toEqual([
          said(type, parameters),
          index,
          true,
        ]);
    }
  });

  it('give of each what is asked for, and tell how many there are', async () => {
    const searches = new RandomSearch(world.naive, world.random);
    for (let count = 0; count < answersInAWorld; count += 1) {
      const type = searches.type();
      const asked = searches.criterion(type);
      if (!asked) continue;
      const summary = world.random.chance(0.6) ? world.random.pick(['true', 'text', 'data', 'false']) : undefined;
      const names = Array.from({ length: 1 + world.random.below(4) }, () => world.random.pick(elementNames(type)));
      const parameters: Parameters = [
        [asked.key, asked.value],
        ['_count', '5'],
        ['_total', 'accurate'],
        summary === undefined ? ['_elements', names.join(',')] : ['_summary', summary],
      ];
      const { entry = [], total } = await world.queries.search.bundle(
        requestOf(world, type, parameters),
        everybody,
        base,
      );
      const expected = entry.map(({ resource }) => {
        const whole = world.naive.named(nameOf(resource ?? {}));
        return whole && partOf(whole, summary, summary === undefined ? names : undefined);
      });
      expect([said(type, parameters), total, entry.map(({ resource }) => resource)]).toEqual([
        said(type, parameters),
        world.naive.find(type, [asked]).length,
        expected,
      ]);
    }
  });

  it('find in a compartment what refers to whose it is', async () => {
    const differences: object[] = [];
    for (const type of ['Patient', 'Encounter'] as const) {
      for (let count = 0; count < 15; count += 1) {
        const { id = '' } = world.random.pick(world.naive.find(type, []));
        const compartment = { type, id };
        const within = world.naive.resources.filter((one) => isWithin(world.naive, one, compartment));
        // Provenance is of everything that was told of the person: `Provenance?patient=` of itself, not of the Patient alone.
        const served = [...compartments[type].keys()].filter((one) => one !== 'Provenance' && searchedType(one));
        const searched =
          world.random.chance(0.7) && within.some(({ resourceType }) => served.includes(resourceType))
            ? world.random.pick(within.filter(({ resourceType }) => served.includes(resourceType))).resourceType
            : world.random.pick(served);
        const request = { ...requestOf(world, searched, [['_count', '500']]), compartment };
        const found = (await everyMatch(world, request)).toSorted();
        const expected = within.filter(({ resourceType }) => resourceType === searched).map(nameOf);
        if (found.join() !== expected.toSorted().join())
          differences.push({ compartment, searched, ...between(found, expected) });
      }
    }
    expect(differences).toEqual([]);
  });

  it('bring along what is referred to and what refers, and what these bring along', async () => {
    for (let count = 0; count < inclusionsInAWorld; count += 1) {
      const type = new RandomSearch(world.naive, world.random).type();
      const includes = new RandomInclusions(world.naive, world.random).of(type);
      const parameters: Parameters = [...includes, ['_count', '4']];
      const bundle = await world.queries.search.bundle(requestOf(world, type, parameters), everybody, base);
      const expected = world.naive.broughtAlong(namesIn(bundle, 'match'), includes);
      expect([said(type, includes), namesIn(bundle, 'include').toSorted()]).toEqual([
        said(type, includes),
        expected.toSorted(),
      ]);
    }
  });

  it('find for a caller what the caller may read', async () => {
    const residents = world.naive.find('Patient', []).map(({ id = '' }) => id);
    const callers: readonly Visibility[] = [
      { kind: 'everybody', classes: [] },
      { kind: 'facility', facility: '08Z11', own: '08Z11', classes: [] },
      { kind: 'facility', facility: '08Z01', own: '08Z01', classes: ['hiv'] },
      { kind: 'resident', resident: world.random.pick(residents), classes: [], regardless: true },
    ];
    const differences: object[] = [];
    for (const visibility of callers) {
      const naive = await world.shownTo(visibility);
      const searches = new RandomSearch(world.naive, world.random);
      for (let count = 0; count < searchesOfACaller; count += 1) {
        const type = searches.type();
        const asked = searches.criterion(type);
        if (asked) differences.push(...(await differenceOf(world, type, [asked], 20, visibility, naive)));
      }
    }
    expect(differences).toEqual([]);
  });

  it('find as of a moment what was there then', async () => {
    const cut = Math.floor(world.events.length * (0.5 + world.random.next() / 2));
    const past = await worldOfEvents(world.events, world.random, cut);
    try {
      const before = Date.parse(past.events[cut - 1]?.recordedAt ?? '') + 1;
      const searches = new RandomSearch(past.naive, world.random);
      const single = past.naive
        .find('Patient', [])
        .filter((one) => [one, world.naive.named(nameOf(one))].every((each) => !(each as Patient).link));
      for (const { id = '' } of single.slice(0, 3)) {
        const own = past.naive.resources.filter((one) => isOf(one, id));
        for (let count = 0; count < searchesAsOf; count += 1) {
          const type = world.random.pick(own).resourceType;
          const criterion = searches.criterion(type, 0);
          const asked = [{ key: 'patient', value: `Patient/${id}` }, ...(criterion ? [criterion] : [])];
          const parameters: Parameters = asked.map(({ key, value }) => [key, value] as const);
          const request = requestOf(world, type, [...parameters, ['_count', '500']]);
          const bundle = await world.queries.asOf.use(id, before, everybody, (view) =>
            world.queries.over(view).search.bundle(request, everybody, base),
          );
          const expected = past.naive.find(type, asked).map(nameOf).toSorted();
          expect([said(type, parameters), namesIn(bundle, 'match').toSorted()]).toEqual([
            said(type, parameters),
            expected,
          ]);
        }
      }
    } finally {
      await past.close();
    }
  });

  it('page through what is there throughout, nothing twice and nothing lost, while more is told', async () => {
    const begun = world.events.length - 20;
    const growing = await worldOfEvents(world.events, world.random, begun);
    try {
      const rest = growing.events.slice(begun);
      const before = growing.naive;
      const walks = Array.from({ length: walksWhileMoreIsTold }, (): Walk => {
        const type = new RandomSearch(before, world.random).type();
        const sort: Parameters = world.random.chance(0.5) ? [['_sort', sortsOf(type, world.random).join(',')]] : [];
        const parameters: Parameters = [...sort, ['_count', String(2 + world.random.below(20))]];
        return { type, parameters, names: [], next: requestOf(growing, type, parameters) };
      });
      while (rest.length > 0 || walks.some(({ next }) => next)) {
        for (const walk of walks) {
          if (!walk.next) continue;
          const page = await growing.queries.search.bundle(walk.next, everybody, base);
          walk.names.push(...namesIn(page, 'match'));
          walk.next = nextOf(growing, walk.type, page);
        }
        if (rest.length > 0) await growing.apply(rest.splice(0, 2));
      }
      const same = (name: string): boolean =>
        JSON.stringify(before.named(name)) === JSON.stringify(growing.naive.named(name));
      for (const { type, parameters, names } of walks)
        expect([said(type, parameters), names.filter(same).toSorted()]).toEqual([
          said(type, parameters),
          before.find(type, []).map(nameOf).filter(same).toSorted(),
        ]);
    } finally {
      await growing.close();
    }
  });
});

/** A search that goes on page by page. */
interface Walk {
  readonly type: string;
  readonly parameters: Parameters;
  readonly names: string[];
  next: SearchRequest | undefined;
}

/** Whether a resource says by a parameter `patient` that it is a resident's. */
const isOf = (resource: Resource, resident: string): boolean =>
  !['Patient', 'Provenance'].includes(resource.resourceType) &&
  parametersOf(resource.resourceType).some(
    ({ code, expression = '' }) =>
      code === 'patient' &&
      valuesOf(resource, { expression } as SearchParameter).some(
        ({ value }) => (value as Reference).reference === `Patient/${resident}`,
      ),
  );

async function differenceOf(
  world: World,
  type: string,
  asked: readonly Asked[],
  size: number,
  visibility: Visibility = everybody,
  naive: NaiveSearch = world.naive,
): Promise<readonly object[]> {
  const parameters: Parameters = asked.map(({ key, value }) => [key, value] as const);
  const search = { search: said(type, parameters), size, visibility };
  try {
    const request = requestOf(world, type, [...parameters, ['_count', String(size)]]);
    const expected = naive.find(type, asked).map(nameOf).toSorted();
    const found = (await everyMatch(world, request, visibility)).toSorted();
    const { total } = await world.queries.search.bundle({ ...request, countOnly: true }, visibility, base);
    if (found.join() === expected.join() && total === expected.length) return [];
    return [{ ...search, total: [total, expected.length], ...between(found, expected) }];
  } catch (error) {
    return [{ ...search, error: String(error) }];
  }
}

const between = (found: readonly string[], expected: readonly string[]): object => ({
  missing: expected.filter((name) => !found.includes(name)),
  besides: found.filter((name, index) => !expected.includes(name) || found.indexOf(name) !== index),
});

/** One or several of the parameters of a type by which it can be sorted, ascending or descending. */
function sortsOf(type: string, random: Random): readonly string[] {
  const known = parametersOf(type).filter((one) => one.type !== 'composite');
  const chosen = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(known).code));
  return [...chosen].map((name) => (random.chance(0.5) ? `-${name}` : name));
}

type SortValue = string | number | undefined;

/** @param earliest whether what has no value is of the earliest, as along an index; else it comes last, whichever way */
function follows(
  sort: readonly string[],
  before: readonly SortValue[] | undefined,
  after: readonly SortValue[],
  earliest: boolean,
): boolean {
  for (const [index, right] of after.entries()) {
    const left = before?.[index];
    if (before === undefined || left === right) continue;
    const descending = sort[index]?.startsWith('-') === true;
    if (left === undefined || right === undefined)
      return earliest && sort.length === 1 ? (left === undefined) !== descending : right === undefined;
    return left < right === !descending;
  }
  return true;
}
