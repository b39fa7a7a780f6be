/** The parameters of `$export`, of an address or of a Parameters resource. Pure. */
import { parseResidentId } from '#domain/ids.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { FhirFault } from '../http/fhir-fault.js';
import { servedTypes } from '../search/definitions.js';
import { momentOf } from '../search/moments.js';
import { invalidValue } from '../search/parameter-values.js';
import type { AskedElement, AskedFilter, ExportAsked, ExportLevel } from './export-job.js';
import { filterMatcher } from './type-filters.js';

/** Names and values in their order; references as `Patient/…`. */
export type AskedParameters = readonly (readonly [name: string, value: string])[];

const outputFormats: ReadonlySet<string> = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);
const exported: ReadonlySet<string> = new Set(servedTypes.map(({ type }) => type));
const mostPatients = 10_000;
const mostFilters = 100;

export interface ExportRequest {
  readonly asked: ExportAsked;
  /** What was asked and left out; only where the client said it may be so. */
  readonly ignored: readonly string[];
}

/**
 * @param lenient what is not supported is left out and named, not refused (`Prefer: handling=lenient`)
 * @throws FhirFault 400 naming what is not supported, or a value that is none
 */
export function exportRequest(level: ExportLevel, parameters: AskedParameters, lenient: boolean): ExportRequest {
  const types: string[] = [];
  const patients: string[] = [];
  const elements: AskedElement[] = [];
  const filters: AskedFilter[] = [];
  const ignored: string[] = [];
  let since: number | undefined;
  let provenance: ExportAsked['provenance'];
  const unsupported = (name: string, value?: string): void =>
    void ignored.push(value === undefined ? name : `${name}=${value}`);

  for (const [name, value] of parameters) {
    switch (name) {
      case '_outputFormat':
        if (!outputFormats.has(value.replace(' ', '+'))) unsupported(name, value);
        break;
      case '_since':
        since = momentOf(name, value);
        break;
      case '_type':
        for (const type of listed(value)) {
          if (exported.has(type)) types.push(type);
          else unsupported(name, type);
        }
        break;
      case '_elements':
        for (const one of listed(value)) {
          const element = elementOf(one);
          if (element) elements.push(element);
          else unsupported(name, one);
        }
        break;
      case '_typeFilter': {
        const filter = filterOf(value);
        if (filter && filterMatcher(filter)) filters.push(filter);
        else unsupported(name, value);
        break;
      }
      case 'patient':
        if (level.kind === 'system') unsupported(name);
        else patients.push(patientOf(value));
        break;
      case 'includeAssociatedData':
        for (const one of listed(value)) {
          if (one === 'LatestProvenanceResources') provenance ??= 'latest';
          else if (one === 'RelevantProvenanceResources') provenance = 'all';
          else unsupported(name, one);
        }
        break;
      case '_format':
      case '_pretty':
        break;
      default:
        unsupported(name);
    }
  }
  if (ignored.length > 0 && !lenient) throw notSupported(ignored);
  if (patients.length > mostPatients || filters.length > mostFilters) throw tooMany();
  return {
    asked: {
      level: patients.length > 0 && level.kind !== 'system' ? { ...level, ids: [...new Set(patients)] } : level,
      // Where all that was asked for was left out, nothing is: not everything.
      ...(parameters.some(([name]) => name === '_type') && { types: [...new Set(types)] }),
      ...(since !== undefined && { since }),
      ...(elements.length > 0 && { elements }),
      ...(filters.length > 0 && { filters }),
      ...(provenance && { provenance }),
    },
    ignored,
  };
}

/**
 * The parameters of a body.
 * @throws FhirFault 400 when it is no Parameters resource
 */
export function parametersIn(body: unknown): AskedParameters {
  const { resourceType, parameter = [] } = (body ?? {}) as {
    readonly resourceType?: unknown;
    readonly parameter?: unknown;
  };
  if (resourceType !== 'Parameters' || !Array.isArray(parameter) || !parameter.every(isNamed)) {
    throw new FhirFault(400, 'invalid', {
      vi: 'Nội dung phải là tài nguyên Parameters.',
      en: 'The body must be a Parameters resource.',
    });
  }
  return parameter.map((one) => [one.name, valueOf(one)] as const);
}

interface NamedParameter {
  readonly name: string;
}

const isNamed = (one: unknown): one is NamedParameter =>
  typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string';

function valueOf(parameter: NamedParameter): string {
  const [, value] = Object.entries(parameter).find(([name]) => name.startsWith('value')) ?? [];
  const text: unknown =
    typeof value === 'object' && value !== null && 'reference' in value
      ? (value as { readonly reference: unknown }).reference
      : (value as unknown);
  if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean') return String(text);
  throw invalidValue(parameter.name.slice(0, 100), 'không có giá trị', 'has no value');
}

const listed = (value: string): readonly string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** `id`, `Patient.id`; only elements of the first level can be left out. */
function elementOf(text: string): AskedElement | undefined {
  const [, type, name = ''] = /^(?:([A-Z][A-Za-z]+)\.)?([a-z][A-Za-z0-9]*)$/.exec(text) ?? [];
  if (name === '' || (type !== undefined && !isResourceType(type))) return undefined;
  return { ...(type !== undefined && { type }), name };
}

/** `Observation?code=8480-6&date=ge2026` */
function filterOf(text: string): AskedFilter | undefined {
  const [, type = '', query = ''] = /^([A-Z][A-Za-z]+)\?(.+)$/s.exec(text) ?? [];
  return exported.has(type) ? { type, query } : undefined;
}

function patientOf(text: string): string {
  const [, id = ''] = /^(?:.*\/)?Patient\/([^/]+)$/.exec(text) ?? [];
  if (parseResidentId(id) === undefined)
    throw invalidValue('patient', 'phải là tham chiếu Patient/…', 'must be a reference Patient/…');
  return id;
}

function notSupported(names: readonly string[]): FhirFault {
  const all = names.map((name) => name.slice(0, 100)).join(', ');
  return new FhirFault(400, 'not-supported', {
    vi: `$export không hỗ trợ: ${all}. Gửi "Prefer: respond-async, handling=lenient" để bỏ qua.`,
    en: `Not supported by $export: ${all}. Send "Prefer: respond-async, handling=lenient" to have it ignored.`,
  });
}

const tooMany = (): FhirFault =>
  new FhirFault(400, 'too-costly', {
    vi: `Nhiều nhất ${mostPatients} patient và ${mostFilters} _typeFilter.`,
    en: `At most ${mostPatients} patients and ${mostFilters} filters.`,
  });
