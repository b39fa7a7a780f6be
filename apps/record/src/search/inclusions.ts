import { elementsAt } from '#fhir/search-parameters/elements-at.js';
import type { SearchParameter } from '#fhir/search-parameters/search-parameters.js';
import { showsType, type Visibility } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import { searchedType } from './definitions.js';
import { referenceOf } from './matching/element-values.js';
import type { RecordSearch } from './record-search.js';
import type { Inclusion, SearchRequest } from './search-request.js';

/** Most resources one page may bring along. */
const mostIncluded = 2_000;

/** What a page brings along by `_include` and `_revinclude`: nothing the caller may not read. */
export class Inclusions {
  constructor(
    private readonly search: RecordSearch,
    private readonly reader: RecordReader,
  ) {}

  async of(
    { includes, reverseIncludes }: SearchRequest,
    matches: readonly ServedResource[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const known = new Set(matches.map(nameOf));
    const included: ServedResource[] = [];
    let newest = matches;
    for (let first = true; newest.length > 0; first = false) {
      const due = (one: Inclusion): boolean => first || one.iterate;
      const found = [
        ...(await this.#referred(includes.filter(due), newest, visibility)),
        ...(await this.#referring(reverseIncludes.filter(due), newest, visibility)),
      ];
      const fresh: ServedResource[] = [];
      for (const resource of found) {
        if (known.has(nameOf(resource))) continue;
        known.add(nameOf(resource));
        fresh.push(resource);
      }
      included.push(...fresh);
      if (included.length > mostIncluded) throw tooMany();
      newest = fresh;
    }
    return included;
  }

  async #referred(
    inclusions: readonly Inclusion[],
    resources: readonly ServedResource[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const wanted = new Set<string>();
    for (const { source, parameters, target } of inclusions) {
      for (const resource of resources) {
        if (resource.resourceType !== source) continue;
        for (const parameter of parameters) {
          for (const name of referencesOf(resource, parameter))
            if (target === undefined || name.startsWith(`${target}/`)) wanted.add(name);
        }
      }
    }
    if (wanted.size > mostIncluded) throw tooMany();
    return [...(await this.reader.readAll([...wanted], visibility)).values()];
  }

  async #referring(
    inclusions: readonly Inclusion[],
    resources: readonly ServedResource[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const found: ServedResource[] = [];
    for (const { source, parameters, target } of inclusions) {
      const searched = searchedType(source);
      if (!searched || !showsType(visibility, source)) continue;
      for (const parameter of parameters) {
        const values = resources
          .map(nameOf)
          .filter((name) => mayReferTo(parameter, name) && (target === undefined || name.startsWith(`${target}/`)));
        if (values.length === 0) continue;
        const criteria = [{ kind: 'values' as const, parameter, values }];
        const more = await this.search.everything({ searched, criteria }, visibility, mostIncluded - found.length);
        if (!more) throw tooMany();
        found.push(...more);
      }
    }
    return found;
  }
}

function mayReferTo({ targets }: SearchParameter, name: string): boolean {
  const [type] = typeAndId(name);
  return targets.includes('*') || targets.includes(type);
}

const tooMany = (): FhirFault =>
  new FhirFault(400, 'too-costly', {
    vi: `Trang này kéo theo hơn ${mostIncluded} tài nguyên; hãy giảm _count.`,
    en: `This page would bring along more than ${mostIncluded} resources; ask for fewer by _count.`,
  });

export const nameOf = (resource: ServedResource): string => `${resource.resourceType}/${resource.id}`;

export function typeAndId(name: string): readonly [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** References of a parameter, `Type/id`; references by number alone have none. */
export function referencesOf(resource: ServedResource, { paths }: SearchParameter): readonly string[] {
  return elementsAt(resource, paths).flatMap((element) => {
    const found = referenceOf(element);
    return found?.type === undefined || found.id === undefined ? [] : [`${found.type}/${found.id}`];
  });
}
