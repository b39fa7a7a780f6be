import type { BundleEntry, OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import { targetOf } from '#fhir/provenance.js';
import type { Visibility } from '../access/visibility.js';
import { issue, outcome } from '../http/fhir-fault.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocuments } from '../reading/stored-documents.js';
import { documentOf } from '../search/criteria.js';
import type { ReturnPreference } from './return-preference.js';

export type EntryResponse = NonNullable<BundleEntry['response']>;

/** What became of one entry: the answer, and the resource as the record shows it now. */
export interface WrittenEntry {
  readonly response: EntryResponse;
  readonly resource?: ServedResource;
}

/** Tells of each entry that intake has taken what the record shows of it now. */
export class WrittenEntries {
  constructor(
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
  ) {}

  /**
   * @param responses of intake, whose `location` ends with `Type/id`
   * @param base URL of the FHIR service, without a slash at the end
   */
  async shown(
    responses: readonly EntryResponse[],
    visibility: Visibility,
    base: string,
  ): Promise<readonly WrittenEntry[]> {
    const shown = await this.#resources(responses.map(nameIn), visibility);
    return responses.map((response) => {
      const name = nameIn(response);
      if (name === undefined) return { response };
      const resource = shown.get(name);
      return resource
        ? { response: { ...response, ...versionOf(resource, base) }, resource }
        : { response: unseen(response, `${base}/${name}`) };
    });
  }

  /** By `Type/id`; each document is read once, however many entries it holds. */
  async #resources(
    names: readonly (string | undefined)[],
    visibility: Visibility,
  ): Promise<ReadonlyMap<string, ServedResource>> {
    const ids = names.flatMap((name) => {
      const [type = '', id = ''] = name?.split('/') ?? [];
      return (name === undefined ? undefined : documentOf(type, id)) ?? [];
    });
    const documents = await this.documents.visibleAmong(await this.documents.byIds(ids), visibility);
    const resources = documents.flatMap((document) => this.reader.resources(document, visibility));
    return new Map(resources.map((resource) => [targetOf(resource), resource]));
  }
}

/** `Type/id` of a location. */
function nameIn({ location }: EntryResponse): string | undefined {
  return /[A-Za-z]+\/[A-Za-z0-9\-.]+$/.exec(location ?? '')?.[0];
}

function versionOf(resource: ServedResource, base: string): Pick<EntryResponse, 'location' | 'etag' | 'lastModified'> {
  const { versionId = '', lastUpdated = '' } = resource.meta ?? {};
  return {
    location: `${base}/${targetOf(resource)}/_history/${versionId}`,
    etag: `W/"${versionId}"`,
    lastModified: lastUpdated,
  };
}

/** Of what is not the caller's to read, or is not shown by its own address, no version is told. */
function unseen({ status, outcome: said }: EntryResponse, location: string): EntryResponse {
  return { status, location, outcome: outcome([...(said?.issue ?? []), notShown]) };
}

const notShown = issue('information', 'informational', {
  vi: 'Đã nhận; hồ sơ không hiển thị mục này cho tài khoản đang dùng.',
  en: 'Taken; the record does not show this to the caller.',
});

/** The entries with what there is to say besides of each. */
export function noted(
  entries: readonly WrittenEntry[],
  notes: readonly (OperationOutcomeIssue | undefined)[],
): readonly WrittenEntry[] {
  return entries.map((entry, index) => {
    const note = notes[index];
    if (!note) return entry;
    const { response } = entry;
    return { ...entry, response: { ...response, outcome: outcome([...(response.outcome?.issue ?? []), note]) } };
  });
}

/** As a Bundle entry, with what `Prefer` asks for. */
export function entryOf({ response, resource }: WrittenEntry, preference: ReturnPreference | undefined): BundleEntry {
  if (preference === 'representation' && resource) return { resource, response };
  if (preference === 'OperationOutcome' && !response.outcome)
    return { response: { ...response, outcome: outcomeOfWrite(response) } };
  return { response };
}

/** The outcome of one write: what there was to say of it, else how it went. */
export function outcomeOfWrite({ status, outcome: said }: EntryResponse): OperationOutcome {
  if (said) return said;
  const code = status.slice(0, 3);
  if (Number(code) >= 400) return outcome([issue('error', code === '404' ? 'not-found' : 'invalid', notTaken)]);
  return outcome([issue('information', 'informational', wordsFor[code] ?? taken)]);
}

const taken = { vi: 'Đã nhận.', en: 'Taken.' };
const notTaken = { vi: 'Không nhận mục này; xem biên nhận.', en: 'Not taken; see the receipt.' };
const wordsFor: Readonly<Record<string, typeof taken>> = {
  200: { vi: 'Đã nhận; hồ sơ đã có mục này.', en: 'Taken; the record had this already.' },
  201: { vi: 'Đã ghi vào hồ sơ.', en: 'Recorded.' },
  204: { vi: 'Đã rút lại.', en: 'Withdrawn.' },
};
