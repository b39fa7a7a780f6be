import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { isObject, type Json, type JsonObject, objectOf, textOf } from '#fhir/reading/json.js';
import type { Caller } from '#security/caller.js';
import type { SmartInteraction } from '#security/smart-scopes.js';
import { requireUse } from '../access/smart-access.js';
import { FhirFault, issue } from '../http/fhir-fault.js';
import { requireWrittenInBundle } from '../writing/taken-types.js';
import type { SubRequest } from '../http/sub-requests.js';

/** What one entry of a batch or transaction asks for. */
export type AskedEntry =
  | { readonly kind: 'write'; readonly entry: JsonObject; readonly note?: OperationOutcomeIssue }
  | { readonly kind: 'read'; readonly part: SubRequest }
  | { readonly kind: 'refused'; readonly fault: FhirFault };

/** Reads of one Bundle: each is a request of its own. */
const mostReads = 100;

/**
 * The entries of a batch or transaction in their order. What is wrong with an entry that writes is intake's to say.
 * @param base URL of the FHIR service, without a slash at the end
 * @throws FhirFault 400 when `entry` is no list, 413 when it has too many reads
 */
export function askedEntries(bundle: JsonObject, base: string, caller: Caller): readonly AskedEntry[] {
  const { entry = [] } = bundle;
  if (!Array.isArray(entry)) throw notEntries();
  const asked = (entry as readonly Json[]).map((one) => askedEntry(objectOf(one), base, caller));
  if (asked.filter(({ kind }) => kind === 'read').length > mostReads) throw tooManyReads();
  return asked;
}

function askedEntry(entry: JsonObject | undefined, base: string, caller: Caller): AskedEntry {
  const request = objectOf(entry?.['request']);
  const method = textOf(request?.['method']);
  const address = textOf(request?.['url']) ?? '';
  try {
    if (entry === undefined || request === undefined || method === undefined) throw noRequest();
    switch (method) {
      case 'GET':
      case 'HEAD':
        return { kind: 'read', part: { method, path: pathOf(address, base), headers: conditionsOf(request) } };
      case 'POST':
        if (/(^|\/)\$/.test(address.replace(/\?.*$/s, ''))) return operation(entry, address, base);
        break;
      case 'PUT':
      case 'DELETE':
        break;
      default:
        throw notTaken(method);
    }
    const type = typeOf(entry, address);
    requireUse(caller, type, interactions[method] ?? 'c');
    requireWrittenInBundle(type);
    if (request['ifMatch'] !== undefined) throw ifMatch();
    const conditional = request['ifNoneExist'] !== undefined && type !== 'Patient';
    return { kind: 'write', entry, ...(conditional && { note: ifNoneExist }) };
  } catch (error) {
    if (!(error instanceof FhirFault)) throw error;
    return { kind: 'refused', fault: error };
  }
}

const interactions: Readonly<Record<string, SmartInteraction>> = { POST: 'c', PUT: 'u', DELETE: 'd' };

const typeOf = (entry: JsonObject, address: string): string =>
  textOf(objectOf(entry['resource'])?.['resourceType']) ?? /^\/?([A-Za-z]*)/.exec(address)?.[1] ?? '';

function operation(entry: JsonObject, address: string, base: string): AskedEntry {
  const { resource } = entry;
  return {
    kind: 'read',
    part: {
      method: 'POST',
      path: pathOf(address, base),
      ...(isObject(resource) && { body: JSON.stringify(resource) }),
    },
  };
}

/**
 * The path on this server of an entry's `request.url`, which is relative to the FHIR service or names it.
 * @throws FhirFault 400 for any other address
 */
function pathOf(address: string, base: string): string {
  const relative = address.startsWith(`${base}/`) ? address.slice(base.length + 1) : address.replace(/^\//, '');
  const root = 'http://fhir.invalid';
  const url = /^[a-z][a-z0-9+.-]*:|^[/\\]/i.test(relative) ? undefined : URL.parse(`${root}/fhir/${relative}`);
  if (url?.origin === root && url.pathname.startsWith('/fhir/')) return `${url.pathname}${url.search}`;
  throw new FhirFault(400, 'value', {
    vi: 'request.url phải là địa chỉ tương đối của máy chủ FHIR này.',
    en: 'request.url must be an address relative to this FHIR server.',
  });
}

function conditionsOf(request: JsonObject): Readonly<Record<string, string>> {
  const match = textOf(request['ifNoneMatch']);
  const since = Date.parse(textOf(request['ifModifiedSince']) ?? '');
  return {
    ...(match !== undefined && { 'if-none-match': match }),
    ...(!Number.isNaN(since) && { 'if-modified-since': new Date(since).toUTCString() }),
  };
}

const notEntries = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Bundle.entry phải là danh sách.', en: 'Bundle.entry must be a list.' });

const tooManyReads = (): FhirFault =>
  new FhirFault(413, 'too-costly', {
    vi: `Một Bundle đọc nhiều nhất ${mostReads} mục; hãy chia nhỏ.`,
    en: `A Bundle reads at most ${mostReads} entries; please split it.`,
  });

const noRequest = (): FhirFault =>
  new FhirFault(400, 'structure', {
    vi: 'Mục của batch hoặc transaction phải có request với method và url.',
    en: 'An entry of a batch or transaction needs a request with method and url.',
  });

const notTaken = (method: string): FhirFault =>
  new FhirFault(405, 'not-supported', {
    vi: `Không nhận ${method.slice(0, 10)}: gửi lại toàn bộ tài nguyên bằng POST với cùng identifier.`,
    en: `${method.slice(0, 10)} is not taken: POST the whole resource again with the same identifier.`,
  });

const ifMatch = (): FhirFault =>
  new FhirFault(400, 'not-supported', {
    vi: 'Không nhận ifMatch: hồ sơ không sửa tại chỗ, bản gửi sau thay bản trước.',
    en: 'ifMatch is not taken: nothing is changed in place, what is sent later takes the place of what was sent before.',
  });

/** FHIR would leave what is there as it is. */
const ifNoneExist = issue('information', 'informational', {
  vi: 'ifNoneExist chỉ được xét với Patient: ở đây tài nguyên cùng identifier là một, bản mới nhất được giữ.',
  en: 'ifNoneExist is heeded of a Patient alone: resources of one identifier are one here, as last sent.',
});
