/** What one GraphQL request reads: every resource through the record's own reader and search, for one caller, in batches. */
import DataLoader from 'dataloader';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { searchParametersOf, type SearchParameter } from '#fhir/search-parameters/search-parameters.js';
import type { Caller } from '#security/caller.js';
import { requireUse } from '../access/smart-access.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import { definitionOf } from '../http/fhir-http.js';
import type { ServedResource } from '../reading/record-reader.js';
import type { ViewQueries } from '../record-queries.js';
import { referencesOf } from '../search/inclusions.js';
import type { PageTokens } from '../search/page-token.js';
import { searchRequest } from '../search/search-request.js';
import { defaultCount, type GraphqlLimits } from './graphql-limits.js';

/** Search parameters with `_` for `-`. */
export type SearchArguments = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

interface Asked {
  readonly caller: Caller;
  readonly visibility: Visibility;
  readonly pages: PageTokens;
  /** URL of the FHIR service, without a slash at the end. */
  readonly base: string;
  /** Is told of every resource that was read: an answer may name nobody, and still show somebody. */
  readonly shown: (resource: Resource) => void;
}

export interface Connection {
  readonly count: () => Promise<number>;
  readonly pagesize: number;
  readonly next: string | null;
  readonly edges: readonly { readonly mode: string | undefined; readonly resource: Resource | undefined }[];
}

/** Most parents that one search asks for. */
const mostParents = 50;
/** Most results of one search; see `_count`. */
const mostResults = 500;

export class RecordReading {
  readonly #resources: DataLoader<string, ServedResource | undefined>;
  /** By type, parameter and arguments: what refers to each of several resources is searched at once. */
  readonly #referring = new Map<string, DataLoader<string, readonly Resource[]>>();
  #searches = 0;
  #references = 0;

  constructor(
    private readonly queries: ViewQueries,
    private readonly asked: Asked,
    private readonly limits: GraphqlLimits,
  ) {
    this.#resources = new DataLoader((names) => this.#readAll(names), { maxBatchSize: 500 });
  }

  /** @throws FhirFault 404 when it is not there or not the caller's to read, 403 where SMART's scopes do not let it be read */
  async read(type: string, id: string): Promise<Resource> {
    requireUse(this.asked.caller, type, 'r');
    const found = await this.#load(`${type}/${id}`);
    if (!found) throw notFound();
    return found;
  }

  /**
   * What a reference leads to; `null` for what is no resource of this server.
   * @param optional also for what is not there or not the caller's to read
   */
  async referred(reference: string | undefined, optional: boolean, type?: string): Promise<Resource | null> {
    const [, name, named] = /^(([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64})$/.exec(reference ?? '') ?? [];
    if (name === undefined || (type !== undefined && type !== named)) return null;
    const found = await this.#load(name);
    if (!found && !optional) throw notFound();
    return found ?? null;
  }

  async list(type: string, args: SearchArguments): Promise<readonly Resource[]> {
    return matchesOf(await this.#search(type, parametersOf(type, args)));
  }

  async connection(type: string, { _cursor, ...args }: SearchArguments): Promise<Connection> {
    const asked = parametersOf(type, args);
    const parameters = typeof _cursor === 'string' ? this.#pageOf(_cursor, asked) : asked;
    const bundle = await this.#search(type, parameters);
    const next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
    return {
      edges: (bundle.entry ?? [])
        .filter(({ search }) => search?.mode === 'match')
        .map(({ resource, search }) => ({ mode: search?.mode, resource })),
      pagesize: Number(unpaged(parameters, this.asked.pages).get('_count')),
      next: next === undefined ? null : new URL(next).searchParams.get('_page'),
      count: () => this.#count(type, unpaged(parameters, this.asked.pages)),
    };
  }

  /**
   * Resources of a type that refer to one by a search parameter.
   * @throws FhirFault 400 for what is no such parameter
   */
  referring(
    type: string,
    named: string,
    { resourceType, id }: Resource,
    args: SearchArguments,
  ): Promise<readonly Resource[]> {
    const parameter = searchParametersOf(type).get(named) ?? searchParametersOf(type).get(named.replaceAll('_', '-'));
    if (parameter?.kind !== 'reference' || !parameter.targets.includes(resourceType)) {
      const shown = named.slice(0, 100);
      throw new FhirFault(400, 'value', {
        vi: `_reference: ${type} không tham chiếu ${resourceType} bằng ${shown}.`,
        en: `_reference: ${type} does not refer to ${resourceType} by ${shown}.`,
      });
    }
    const parameters = parametersOf(type, args);
    const key = `${type} ${parameter.name} ${parameters.toString()}`;
    let loader = this.#referring.get(key);
    if (!loader) {
      loader = new DataLoader((names) => this.#referringAll(type, parameter, parameters, names), {
        maxBatchSize: mostParents,
      });
      this.#referring.set(key, loader);
    }
    return loader.load(`${resourceType}/${id}`);
  }

  /**
   * A page of a search; its `_count` is that which the query was weighed by.
   * @throws FhirFault 400 for a page of another `_count`, or of a moment
   */
  #pageOf(cursor: string, asked: URLSearchParams): URLSearchParams {
    const page = new URLSearchParams({ _page: cursor });
    const of = unpaged(page, this.asked.pages);
    if (of.get('_count') === asked.get('_count') && !of.has('asOf')) return page;
    throw new FhirFault(400, 'value', {
      vi: '_cursor: không phải trang của truy vấn này; _count phải như trang trước.',
      en: '_cursor: not a page of this query; _count must be that of the page before.',
    });
  }

  async #load(name: string): Promise<Resource | undefined> {
    this.#references += 1;
    if (this.#references > this.limits.references) throw tooMuch('tài nguyên', 'resources');
    return this.#resources.load(name);
  }

  async #readAll(names: readonly string[]): Promise<readonly (ServedResource | undefined)[]> {
    const found = await this.queries.reader.readAll(names, this.asked.visibility);
    for (const one of found.values()) this.asked.shown(one);
    return names.map((name) => found.get(name));
  }

  async #search(type: string, parameters: URLSearchParams): Promise<Bundle> {
    requireUse(this.asked.caller, type, 's');
    this.#searches += 1;
    if (this.#searches > this.limits.searches) throw tooMuch('lượt tìm', 'searches');
    const { visibility, pages, base, shown } = this.asked;
    const request = searchRequest(definitionOf(type), parameters, false, pages);
    const bundle = await this.queries.search.bundle(request, visibility, base, shown);
    for (const { resource } of bundle.entry ?? []) if (resource) shown(resource);
    return bundle;
  }

  async #count(type: string, parameters: URLSearchParams): Promise<number> {
    const counted = new URLSearchParams(parameters);
    counted.delete('_sort');
    counted.set('_summary', 'count');
    return (await this.#search(type, counted)).total ?? 0;
  }

  /** One search for all; where that is more than one page, or cannot be told apart, one for each. */
  async #referringAll(
    type: string,
    parameter: SearchParameter,
    parameters: URLSearchParams,
    names: readonly string[],
  ): Promise<readonly (readonly Resource[])[]> {
    const each = Number(parameters.get('_count'));
    if (names.length > 1) {
      const together = await this.#together(type, parameter, parameters, names);
      if (together) return names.map((name) => (together.get(name) ?? []).slice(0, each));
    }
    return Promise.all(
      names.map(async (name) => matchesOf(await this.#search(type, referringTo(parameters, parameter, name)))),
    );
  }

  async #together(
    type: string,
    parameter: SearchParameter,
    parameters: URLSearchParams,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Resource[]> | undefined> {
    const wanted = referringTo(parameters, parameter, names.join(','));
    wanted.set('_count', String(mostResults));
    const bundle = await this.#search(type, wanted).catch((error: unknown) => {
      if (error instanceof FhirFault && error.code === 'too-costly') return undefined;
      throw error;
    });
    if (!bundle || bundle.link?.some(({ relation }) => relation === 'next')) return undefined;
    const parents = new Map<string, Resource[]>(names.map((name) => [name, []]));
    for (const resource of matchesOf(bundle)) {
      const of = [...new Set(referencesOf(resource, parameter))].filter((name) => parents.has(name));
      // A record that was joined to another's is referred to under that other's name.
      if (of.length === 0) return undefined;
      for (const name of of) parents.get(name)?.push(resource);
    }
    return parents;
  }
}

const matchesOf = ({ entry = [] }: Bundle): readonly Resource[] =>
  entry.flatMap(({ resource, search }) => (resource && search?.mode === 'match' ? [resource] : []));

function referringTo(parameters: URLSearchParams, { name }: SearchParameter, value: string): URLSearchParams {
  const asked = new URLSearchParams(parameters);
  asked.append(name, value);
  return asked;
}

/** Parameters of the search that a page is of. */
function unpaged(parameters: URLSearchParams, pages: PageTokens): URLSearchParams {
  const page = parameters.get('_page');
  return page === null ? parameters : new URLSearchParams(pages.read(page).query);
}

/** Arguments as search parameters: their names with `-`, each value one of its own. */
function parametersOf(type: string, args: SearchArguments): URLSearchParams {
  const names = new Map([...searchParametersOf(type).keys()].map((name) => [name.replaceAll('-', '_'), name]));
  const parameters = new URLSearchParams();
  for (const [name, given] of Object.entries(args)) {
    if (given === null || given === undefined || name === '_count') continue;
    for (const value of typeof given === 'object' ? given : [given])
      parameters.append(names.get(name) ?? name, String(value));
  }
  parameters.set('_count', String(args['_count'] ?? defaultCount));
  return parameters;
}

function tooMuch(vi: string, en: string): FhirFault {
  return new FhirFault(400, 'too-costly', {
    vi: `Truy vấn đọc quá nhiều ${vi}; hãy hỏi ít hơn.`,
    en: `The query reads too many ${en}; ask for less.`,
  });
}
