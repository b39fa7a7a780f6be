import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import { documentOf } from './criteria.js';
import type { ReferenceElement } from './definitions.js';
import type { Inclusion, SearchRequest } from './search-request.js';

/** Most resources one page may bring along. */
const mostIncluded = 2_000;

/** What a page brings along by `_include` and `_revinclude`. Everything included belongs to a resident the caller may read, or is a facility. */
export class Inclusions {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
  ) {}

  async of(
    request: SearchRequest,
    matches: readonly ServedResource[],
    stored: readonly StoredDocument[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const known = new Set(matches.map(nameOf));
    const included: ServedResource[] = [];
    const add = (resource: ServedResource): void => {
      if (known.has(nameOf(resource))) return;
      known.add(nameOf(resource));
      included.push(resource);
    };
    for (const resource of await this.#referred(request.includes, matches, visibility)) add(resource);
    for (const inclusion of request.reverseIncludes) {
      for (const resource of await this.#referring(inclusion, matches, stored, visibility)) add(resource);
    }
    if (included.length > mostIncluded) {
      throw new FhirFault(400, 'too-costly', {
        vi: `Trang này kéo theo hơn ${mostIncluded} tài nguyên; hãy giảm _count.`,
        en: `This page would bring along more than ${mostIncluded} resources; ask for fewer by _count.`,
      });
    }
    return included;
  }

  async #referred(
    inclusions: readonly Inclusion[],
    matches: readonly ServedResource[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const wanted = new Set<string>();
    for (const { source, reference, target } of inclusions) {
      const element = source.references[reference];
      if (!element) continue;
      for (const match of matches) {
        for (const name of referencesOf(match, element))
          if (target === undefined || name.startsWith(`${target}/`)) wanted.add(name);
      }
    }
    const documents = new Set(
      [...wanted].map((name) => documentOf(...typeAndId(name))).filter((id) => id !== undefined),
    );
    const stored = await this.documents.visibleAmong(await this.documents.byIds([...documents]), visibility);
    return stored.flatMap((one) => this.reader.resources(one)).filter((resource) => wanted.has(nameOf(resource)));
  }

  async #referring(
    { source, reference }: Inclusion,
    matches: readonly ServedResource[],
    stored: readonly StoredDocument[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const names = new Set(matches.map(nameOf));
    if (source.type === 'Provenance') {
      const targeted = await this.reader.provenancesOf(stored, visibility);
      return targeted.filter((one) => one.target.some((target) => names.has(target.reference ?? '')));
    }
    const element = source.references[reference];
    if (!element) return [];
    const candidates = element.targets.includes('Patient')
      ? await this.#ofResidents(source.table, matches, stored)
      : stored;
    return candidates
      .flatMap((one) => this.reader.resources(one))
      .filter(
        (resource) =>
          resource.resourceType === source.type && referencesOf(resource, element).some((name) => names.has(name)),
      );
  }

  /** Documents of the residents of a page with rows in the table. */
  async #ofResidents(
    table: string,
    matches: readonly ServedResource[],
    stored: readonly StoredDocument[],
  ): Promise<readonly StoredDocument[]> {
    const numbers = new Set<number>();
    for (const resident of stored.filter(
      (one) => one.kind === 'resident' && matches.some((match) => match.id === one.id),
    )) {
      const rows = await this.database.query<{ readonly number: SqlValue }>(
        `select distinct number from ${table} where resident = ? limit ${mostIncluded + 1}`,
        [resident.number],
      );
      for (const row of rows) numbers.add(Number(row.number));
      if (numbers.size > mostIncluded) break;
    }
    return this.documents.byNumbers([...numbers].slice(0, mostIncluded + 1));
  }
}

export const nameOf = (resource: ServedResource): string => `${resource.resourceType}/${resource.id}`;

export function typeAndId(name: string): readonly [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** References of an element, `Type/id`; references by number alone have none. */
export function referencesOf(resource: ServedResource, { element, inner }: ReferenceElement): readonly string[] {
  const value = (resource as unknown as Readonly<Record<string, unknown>>)[element];
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => {
    const holder = inner === undefined ? one : (one as Readonly<Record<string, unknown>> | undefined)?.[inner];
    const reference = (holder as { readonly reference?: unknown } | undefined)?.reference;
    return typeof reference === 'string' ? [reference] : [];
  });
}
