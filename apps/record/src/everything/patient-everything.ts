import type { Bundle, DocumentReference, Provenance } from '@medplum/fhirtypes';
import { showsType, type Visibility } from '../access/visibility.js';
import { endOf, momentOf } from '../search/moments.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import { eventTypes } from '../reading/event-resources.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import { documentOf } from '../search/criteria.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { nameOf, referencesOf, typeAndId } from '../search/inclusions.js';
import type { PageTokens } from '../search/page-token.js';
import { invalidValue } from '../search/parameter-values.js';
import { entry } from '../search/search-service.js';
import { isWithin, type Period } from './care-period.js';

interface EverythingRequest {
  readonly count: number;
  readonly types?: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly since?: number;
  /** `start` and `end`: when the care was given. */
  readonly care: Period;
  readonly after: { readonly document: number; readonly resource: number };
  readonly query: string;
}

const defaultCount = 200;
const mostCount = 1_000;
const documentsAtOnce = 100;

/** Parameters by which a record's resources refer to facilities. */
const facilityReferences = ['organization', 'service-provider', 'requester', 'performer', 'owner'];

/** `Patient/$everything`: one resident's whole compartment, document by document, with the facilities it refers to. */
export class PatientEverything {
  constructor(
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
    private readonly pages: PageTokens,
  ) {}

  async bundle(resident: string, parameters: URLSearchParams, visibility: Visibility, base: string): Promise<Bundle> {
    const request = everythingRequest(parameters, this.pages);
    const [patient] = await this.documents.byIds([resident]);
    if (patient?.kind !== 'resident' || !patient.document || !(await this.documents.visible(patient, visibility)))
      throw notFound();
    const page: ServedResource[] = [];
    let next: EverythingRequest['after'] | undefined;
    let after = request.after.document;
    // Each has a resource or more.
    const atOnce = Math.min(documentsAtOnce, request.count + 1);
    for (let more = true; more && !next;) {
      const stored = await this.documents.ofResident(patient.resident ?? patient.number, after, atOnce);
      more = stored.length === atOnce;
      after = stored.at(-1)?.number ?? after;
      const ofDocuments = await this.#resourcesOf(
        await this.documents.visibleAmong(stored, visibility),
        request,
        visibility,
      );
      for (const { document, resources } of ofDocuments) {
        const skipped = document.number - 1 === request.after.document ? request.after.resource : 0;
        for (const [index, resource] of resources.entries()) {
          if (index < skipped) continue;
          if (page.length === request.count) {
            // The document this one is of, from this resource on.
            next ??= { document: document.number - 1, resource: index };
            break;
          }
          page.push(resource);
        }
        if (next) break;
      }
    }
    const facilities =
      request.types === undefined || request.types.has('Organization')
        ? await this.#facilitiesOf(page, visibility)
        : [];
    const url = `${base}/Patient/${resident}/$everything`;
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [
        { relation: 'self', url: request.query === '' ? url : `${url}?${request.query}` },
        ...(next
          ? [
              {
                relation: 'next',
                url: `${url}?_page=${this.pages.write(request.query, [next.document, next.resource])}`,
              } as const,
            ]
          : []),
      ],
      entry: [
        ...page.map((resource) => entry(base, resource, 'match')),
        ...facilities.map((resource) => entry(base, resource, 'include')),
      ],
    };
  }

  async #resourcesOf(
    stored: readonly StoredDocument[],
    { types, since, care }: EverythingRequest,
    visibility: Visibility,
  ): Promise<readonly { readonly document: StoredDocument; readonly resources: readonly ServedResource[] }[]> {
    const wanted = stored.filter(
      ({ updated, document }) => (since === undefined || updated >= since) && document && isWithin(care, document),
    );
    const ofDocument = new Map<number, ServedResource[]>(
      wanted.map((one) => [one.number, [...this.reader.resources(one, visibility)]]),
    );
    const asked = eventTypes.filter((type) => (types === undefined || types.has(type)) && showsType(visibility, type));
    if (asked.length > 0) {
      const numbers = new Map(
        wanted.flatMap((one) => (ofDocument.get(one.number) ?? []).map((resource) => [nameOf(resource), one.number])),
      );
      for (const one of await this.reader.ofEventsOn(asked, wanted, visibility)) {
        const number = numbers.get(changedBy(one) ?? '');
        if (number !== undefined) ofDocument.get(number)?.push(one);
      }
    }
    return wanted.map((document) => ({
      document,
      resources: (ofDocument.get(document.number) ?? []).filter(
        (one) => types === undefined || types.has(one.resourceType),
      ),
    }));
  }

  async #facilitiesOf(
    resources: readonly ServedResource[],
    visibility: Visibility,
  ): Promise<readonly ServedResource[]> {
    const names = new Set(
      resources
        .flatMap((resource) =>
          facilityReferences.flatMap((name) => {
            const parameter = searchParametersOf(resource.resourceType).get(name);
            return parameter ? referencesOf(resource, parameter) : [];
          }),
        )
        .filter((name) => name.startsWith('Organization/')),
    );
    const ids = [...names].map((name) => documentOf(...typeAndId(name))).filter((id) => id !== undefined);
    const stored = await this.documents.byIds(ids);
    return stored.flatMap((one) => this.reader.resources(one, visibility)).filter((one) => names.has(nameOf(one)));
  }
}

/** The first thing that the event of a Provenance or original message changed. */
function changedBy(one: Provenance | DocumentReference): string | undefined {
  return (one.resourceType === 'Provenance' ? one.target[0] : one.context?.related?.[0])?.reference;
}

function everythingRequest(parameters: URLSearchParams, pages: PageTokens): EverythingRequest {
  const token = parameters.get('_page');
  if (token !== null) {
    const { query, after } = pages.read(token);
    const [document, resource] = after;
    if (typeof document !== 'number' || typeof resource !== 'number')
      throw invalidValue('_page', 'không hợp lệ', 'not a page link of this server');
    return { ...everythingRequest(new URLSearchParams(query), pages), after: { document, resource } };
  }
  let count = defaultCount;
  let types: ReadonlySet<string> | undefined;
  let since: number | undefined;
  let care: Period = {};
  const unknown: string[] = [];
  for (const [name, value] of parameters) {
    if (name === '_count' && /^[1-9]\d{0,8}$/.test(value)) count = Math.min(Number(value), mostCount);
    else if (name === '_type') types = typesOf(value);
    else if (name === '_since') since = momentOf(name, value);
    else if (name === 'start') care = { ...care, from: momentOf(name, value) };
    else if (name === 'end') care = { ...care, before: endOf(name, value) };
    else if (name !== '_format' && name !== '_pretty' && name !== 'asOf') unknown.push(name);
  }
  if (unknown.length > 0) {
    const names = unknown.map((name) => name.slice(0, 100)).join(', ');
    throw new FhirFault(400, 'not-supported', {
      vi: `Không hỗ trợ tham số: ${names}.`,
      en: `Parameters not supported: ${names}.`,
    });
  }
  return {
    count,
    ...(types && { types }),
    ...(since !== undefined && { since }),
    care,
    after: { document: 0, resource: 0 },
    query: parameters.toString(),
  };
}

function typesOf(value: string): ReadonlySet<string> {
  const types = value.split(',');
  const unknown = types.filter((type) => !isResourceType(type));
  if (unknown.length > 0)
    throw invalidValue(
      '_type',
      `không có loại ${unknown.join(', ').slice(0, 100)}`,
      `no such type: ${unknown.join(', ').slice(0, 100)}`,
    );
  return new Set(types);
}
