/**
 * The search of the record against one that looks at every resource by itself: random residents through the real projection, random
 * searches, and both must find the same. A failure names the seed it comes again with.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Asked } from './differential/naive-search.js';
import type { Random } from './differential/random.js';
import { RandomSearch } from './differential/random-search.js';
import {
  base,
  everybody,
  everyMatch,
  namesIn,
  nameOf,
  type Parameters,
  requestOf,
  said,
  type World,
  worldOf,
} from './differential/world.js';

/** `DIFFERENTIAL_WORLDS=300` looks at more random records than each run does; `DIFFERENTIAL_SEED=7` at the one of that seed. */
const worlds = Number(process.env['DIFFERENTIAL_WORLDS'] ?? 6);
const again = process.env['DIFFERENTIAL_SEED'];
const seeds = again === undefined ? Array.from({ length: worlds }, () => randomInt(2 ** 31)) : [Number(again)];
const searchesInAWorld = 50;
const sortsInAWorld = 15;

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
      const type = world.random.pick(['Patient', 'Encounter', 'Condition', 'Observation', 'Task', 'ServiceRequest']);
      const sort = sortsOf(type, world.random);
      const parameters: Parameters = [
        ['_sort', sort.join(',')],
        ['_count', String(world.random.pick([7, 50, 500]))],
      ];
      const found = await everyMatch(world, requestOf(world, type, parameters));
      const expected = world.naive.find(type, []).map(nameOf);
      expect([said(type, parameters), found.toSorted()]).toEqual([said(type, parameters), expected.toSorted()]);
      const inOrder = found.map((name) => sort.map((key) => world.naive.sortValue(name, key)));
      for (const [index, next] of inOrder.entries())
        expect([sort, index, follows(sort, inOrder[index - 1], next)]).toEqual([sort, index, true]);
    }
  });

  it('bring along what is referred to and what refers, and what these bring along', async () => {
    for (const [type, includes] of inclusions) {
      const bundle = await world.queries.search.bundle(
        requestOf(world, type, [...includes, ['_count', '4']]),
        everybody,
        base,
      );
      const expected = world.naive.broughtAlong(namesIn(bundle, 'match'), includes);
      expect([said(type, includes), namesIn(bundle, 'include').toSorted()]).toEqual([
        said(type, includes),
        expected.toSorted(),
      ]);
    }
  });
});

async function differenceOf(
  world: World,
  type: string,
  asked: readonly Asked[],
  size: number,
): Promise<readonly object[]> {
  const parameters: Parameters = asked.map(({ key, value }) => [key, value] as const);
  const search = said(type, parameters);
  try {
    const request = requestOf(world, type, [...parameters, ['_count', String(size)]]);
    const expected = world.naive.find(type, asked).map(nameOf).toSorted();
    const found = (await everyMatch(world, request)).toSorted();
    const { total } = await world.queries.search.bundle({ ...request, countOnly: true }, everybody, base);
    if (found.join() === expected.join() && total === expected.length) return [];
    return [
      {
        search,
        size,
        total: [total, expected.length],
        missing: expected.filter((name) => !found.includes(name)),
        besides: found.filter((name, index) => !expected.includes(name) || found.indexOf(name) !== index),
      },
    ];
  } catch (error) {
    return [{ search, size, error: String(error) }];
  }
}

const inclusions: readonly (readonly [type: string, includes: readonly (readonly [string, string])[]])[] = [
  [
    'Observation',
    [
      ['_include', 'Observation:subject'],
      ['_include', 'Observation:encounter'],
    ],
  ],
  [
    'Observation',
    [
      ['_include', 'Observation:encounter'],
      ['_include:iterate', 'Encounter:service-provider'],
    ],
  ],
  ['Encounter', [['_include', 'Encounter:*']]],
  [
    'Encounter',
    [
      ['_revinclude', 'Condition:encounter'],
      ['_revinclude', 'Observation:encounter'],
    ],
  ],
  ['Encounter', [['_revinclude', 'Provenance:target']]],
  [
    'Patient',
    [
      ['_revinclude', 'Encounter:subject'],
      ['_revinclude:iterate', 'Condition:encounter'],
    ],
  ],
  [
    'Patient',
    [
      ['_revinclude', 'ServiceRequest:patient'],
      ['_revinclude:iterate', 'Task:focus'],
      ['_include:iterate', 'Task:owner'],
    ],
  ],
  [
    'Task',
    [
      ['_include', 'Task:focus:ServiceRequest'],
      ['_include:iterate', 'ServiceRequest:requester'],
      ['_include', 'Task:patient'],
    ],
  ],
  [
    'Condition',
    [
      ['_include', 'Condition:subject:Patient'],
      ['_include:iterate', 'Patient:organization'],
    ],
  ],
];

function sortsOf(type: string, random: Random): readonly string[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    Patient: ['_id', '_lastUpdated', 'birthdate', 'gender', 'family', 'organization'],
    Encounter: ['_id', '_lastUpdated', 'date', 'status', 'class', 'subject'],
    Condition: ['_id', '_lastUpdated', 'recorded-date', 'code', 'clinical-status', 'encounter'],
    Observation: ['_id', '_lastUpdated', 'date', 'code', 'value-quantity', 'subject'],
    Task: ['_id', '_lastUpdated', 'authored-on', 'modified', 'status', 'owner'],
    ServiceRequest: ['_id', '_lastUpdated', 'authored', 'status', 'requester'],
  };
  const known = names[type] ?? [];
  const chosen = new Set(Array.from({ length: 1 + random.below(2) }, () => random.pick(known)));
  return [...chosen].map((name) => (random.chance(0.5) ? `-${name}` : name));
}

type SortValue = string | number | undefined;

/** Whether one may come after the other: what has no value comes last, whichever way. */
function follows(
  sort: readonly string[],
  before: readonly SortValue[] | undefined,
  after: readonly SortValue[],
): boolean {
  for (const [index, right] of after.entries()) {
    const left = before?.[index];
    if (before === undefined || left === right) continue;
    // Where an index carries the order, what has no date is of the earliest.
    if (left === undefined || right === undefined) return sort.length === 1 || right === undefined;
    return left < right === !sort[index]?.startsWith('-');
  }
  return true;
}
