/** A random record behind the real projection and the real search, and all its resources for the naive one. */
import type { ReadDatabase } from '#projections/projection.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { sensitiveClasses } from '#domain/sensitive-classes.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import type { Visibility } from '../../src/access/visibility.js';
import { recordQueries, type RecordQueries } from '../../src/record-queries.js';
import { FhirFault } from '../../src/http/fhir-fault.js';
import { eventTypes } from '../../src/reading/event-resources.js';
import { StoredDocuments } from '../../src/reading/stored-documents.js';
import { searchedType } from '../../src/search/definitions.js';
import { type SearchRequest, searchRequest } from '../../src/search/search-request.js';
import { viewOfEvents } from '../view-of-events.js';
import { NaiveSearch } from './naive-search.js';
import { Random } from './random.js';
import { randomRecord } from './random-record.js';

export const everybody: Visibility = { kind: 'everybody', classes: sensitiveClasses, regardless: true };
export const base = 'http://x/fhir';

/** What a search was asked, by the names of its parameters. */
export type Parameters = readonly (readonly [name: string, value: string])[];

export interface World {
  readonly events: readonly RecordedEvent[];
  readonly queries: RecordQueries;
  /** What everybody's record is now. */
  readonly naive: NaiveSearch;
  readonly random: Random;
  apply(events: readonly RecordedEvent[]): Promise<void>;
  /** What there is for a caller, each resource as it is read by itself. */
  shownTo(visibility: Visibility): Promise<NaiveSearch>;
  close(): Promise<void>;
}

/** The same of the same seed, ids and all. */
export function worldOf(seed: number): Promise<World> {
  const random = new Random(seed);
  return worldOfEvents(randomRecord(seed, random), random);
}

/** @param part of the events that have happened */
export async function worldOfEvents(
  events: readonly RecordedEvent[],
  random: Random,
  part: number = events.length,
): Promise<World> {
  const view = await viewOfEvents();
  const store = { readStream: async (stream: string) => events.filter((event) => event.stream === stream) };
  const queries = recordQueries(view.database, store, new FacilityRegister(), { sealingKey: new Uint8Array(32) });
  const apply = async (more: readonly RecordedEvent[]): Promise<void> => {
    await view.apply(more);
    naive = new NaiveSearch(await resourcesOf(view.database, queries));
  };
  let naive = new NaiveSearch([]);
  const ofNobody = new Set(events.flatMap(({ id, data }) => ('resident' in (data as object) ? [] : [id])));
  await apply(events.slice(0, part));
  return {
    events,
    queries,
    get naive() {
      return naive;
    },
    random,
    apply,
    shownTo: async (visibility) => {
      const read = await Promise.all(naive.resources.map((one) => readBy(queries, one, visibility)));
      return new NaiveSearch(
        read.filter((one) => one !== undefined),
        (one, name) => found(visibility, one, name, ofNobody),
      );
    },
    close: () => view.close(),
  };
}

async function resourcesOf(database: ReadDatabase, { reader }: RecordQueries): Promise<readonly Resource[]> {
  const rows = await database.query<{ readonly number: number }>('select number from document order by number');
  const stored = await new StoredDocuments(database).byNumbers(rows.map(({ number }) => number));
  const events = await database.query<{ readonly event: string }>('select event from touch order by event, document');
  const ids = events.map(({ event }) => event);
  const ofEvents = await Promise.all(eventTypes.map((type) => reader.ofEvents(type, ids, everybody)));
  return [
    ...stored.flatMap((one) => reader.resources(one, everybody)),
    ...ofEvents.flatMap((one) => [...one.values()]),
  ];
}

async function readBy(
  { reader }: RecordQueries,
  { resourceType, id = '' }: Resource,
  visibility: Visibility,
): Promise<Resource | undefined> {
  try {
    return await reader.read(resourceType, id, visibility);
  } catch (error) {
    if (error instanceof FhirFault && error.status === 404) return undefined;
    throw error;
  }
}

/** By these alone is found what is shown without its reasons and diagnoses. */
const plain: ReadonlySet<string> = new Set(
  `_id _lastUpdated patient subject encounter focus identifier status date class intent service-provider requester performer owner
   authored authored-on modified business-status`.split(/\s+/),
);

/** Whether a caller finds a resource that they may read, by a parameter of a name. */
function found({ kind }: Visibility, shown: Resource, name: string, ofNobody: ReadonlySet<string>): boolean {
  if (shown.meta?.security?.some(({ code }) => code === 'REDACTED')) return plain.has(name);
  // A resident searches what was told of themselves, not what was told of facilities.
  return kind !== 'resident' || !ofNobody.has(shown.id ?? '');
}

export const nameOf = ({ resourceType, id }: { readonly resourceType?: string; readonly id?: string }): string =>
  `${resourceType}/${id}`;

export const said = (type: string, asked: Parameters): string =>
  `${type}?${asked.map(([key, value]) => `${key}=${value}`).join('&')}`;

/** By the query string, as a client would ask. */
export function requestOf({ queries }: World, type: string, asked: Parameters): SearchRequest {
  const searched = searchedType(type);
  if (!searched) throw new Error(`no type ${type}`);
  const query = new URLSearchParams(asked.map(([key, value]): [string, string] => [key, value]));
  return searchRequest(searched, new URLSearchParams(query.toString()), false, queries.pages);
}

export const namesIn = ({ entry = [] }: Bundle, mode: 'match' | 'include'): readonly string[] =>
  entry.filter(({ search }) => search?.mode === mode).map(({ resource }) => nameOf(resource ?? {}));

/** Names of the matches of all pages. */
export async function everyMatch(
  world: World,
  request: SearchRequest,
  visibility: Visibility = everybody,
): Promise<readonly string[]> {
  const names: string[] = [];
  let next: SearchRequest | undefined = request;
  while (next) {
    const bundle: Bundle = await world.queries.search.bundle(next, visibility, base);
    names.push(...namesIn(bundle, 'match'));
    next = nextOf(world, request.searched.type, bundle);
  }
  return names;
}

/** The page that a page says is next. */
export function nextOf(world: World, type: string, { link }: Bundle): SearchRequest | undefined {
  const url = link?.find(({ relation }) => relation === 'next')?.url;
  return url === undefined ? undefined : requestOf(world, type, [...new URL(url).searchParams]);
}
