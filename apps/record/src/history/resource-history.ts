import type { Bundle } from '@medplum/fhirtypes';
import type { Visibility } from '../access/visibility.js';
import { gone, notFound } from '../http/fhir-fault.js';
import { isOfEvent } from '../reading/event-resources.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { PageTokens } from '../search/page-token.js';
import type { Change, DocumentChanges } from './document-changes.js';
import { historyBundle } from './history-bundle.js';
import { historyRequest, isAsked } from './history-request.js';

/** The versions of one resource. */
export class ResourceHistory {
  constructor(
    private readonly reader: RecordReader,
    private readonly changes: DocumentChanges,
    private readonly pages: PageTokens,
  ) {}

  /**
   * `GET {type}/{id}/_history/{version}`
   * @throws FhirFault 404 when there is none or it is not the caller's to read, 410 when that version is its withdrawal
   */
  async version(type: string, id: string, version: string, visibility: Visibility): Promise<ServedResource> {
    const found = (await this.#versions(type, id, visibility)).find((one) => one.version === version);
    if (!found) throw notFound();
    if (!found.resource) throw gone();
    return found.resource;
  }

  /** `GET {type}/{id}/_history`, newest first. */
  async bundle(
    type: string,
    id: string,
    parameters: URLSearchParams,
    visibility: Visibility,
    base: string,
  ): Promise<Bundle> {
    const request = historyRequest(parameters, this.pages);
    const versions = await this.#versions(type, id, visibility);
    const asked = versions.filter((one) => isAsked(request, one)).toReversed();
    const [before] = request.after ?? [];
    const rest = before === undefined ? asked : asked.filter(({ version }) => Number(version) < Number(before));
    const changes = rest.slice(0, request.count);
    const last = changes.at(-1);
    return historyBundle(base, `${base}/${type}/${id}/_history`, request.query, {
      total: asked.length,
      changes,
      ...(rest.length > changes.length && last && { next: this.pages.write(request.query, [Number(last.version)]) }),
    });
  }

  async #versions(type: string, id: string, visibility: Visibility): Promise<readonly Change[]> {
    return isOfEvent(type, id)
      ? [onlyVersion(await this.reader.read(type, id, visibility))]
      : this.changes.ofResource(type, id, visibility);
  }
}

/** What there is of an event never changes. */
function onlyVersion(resource: ServedResource): Change {
  return {
    type: resource.resourceType,
    id: resource.id ?? '',
    version: resource.meta?.versionId ?? '1',
    recorded: Date.parse(resource.meta?.lastUpdated ?? ''),
    resource,
    existed: false,
  };
}
