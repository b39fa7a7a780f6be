/** HL7's example resources of FHIR R4 (npm `hl7.fhir.r4.examples` 4.0.1, CC0), and the messages that bring them in. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sensitiveClasses } from '#domain/sensitive-classes.js';
import type { Json, JsonObject, SentResource } from '../reading/json.js';
import { objectOf, objectsOf, textOf } from '../reading/json.js';
import { rewritten } from '../reading/references.js';
import { subjectsOf } from '../reading/subjects.js';
import { securityOf } from '../sensitivity/sensitive-labels.js';
import { typesAboutNobody } from '../kept-types.js';

export interface Hl7Example {
  /** Name of the file in the package. */
  readonly file: string;
  readonly resource: SentResource;
}

const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const files = readdirSync(folder).filter((file) => /^[A-Z][A-Za-z]+-.*\.json$/.test(file));
const base = 'http://hl7.org/fhir';

/** The examples of one resource type, by the names of their files. */
export function hl7Examples(type: string): readonly Hl7Example[] {
  return files.filter((file) => file.startsWith(`${type}-`)).map(read);
}

const read = (file: string): Hl7Example => ({
  file,
  resource: JSON.parse(readFileSync(join(folder, file), 'utf8')) as SentResource,
});

export interface ExampleMessage {
  /** Transaction: the person the example is of, where it is of one, then the example. */
  readonly bundle: JsonObject;
  /** Entry of the example. */
  readonly index: number;
  readonly fullUrls: readonly string[];
}

/** An example as a message. One that names no patient, and is of a type about somebody, comes with a made-up person. */
export function messageOf({ resource }: Hl7Example): ExampleMessage {
  const own = { fullUrl: urlOf(resource), resource };
  const person = resource.resourceType === 'Patient' ? undefined : personOf(resource);
  const entries = person ? [person, own] : [own];
  return {
    bundle: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: entries.map((entry) => ({ ...entry, request: { method: 'POST', url: entry.resource.resourceType } })),
    },
    index: entries.length - 1,
    fullUrls: entries.map(({ fullUrl }) => fullUrl),
  };
}

interface Entry {
  readonly fullUrl: string;
  readonly resource: SentResource;
}

const urlOf = ({ resourceType, id }: SentResource): string => `${base}/${resourceType}/${textOf(id)}`;

/** HL7's own example of the patient, where there is one; else somebody who bears the id or number that is referred to. */
function personOf(resource: SentResource): Entry | undefined {
  for (const { reference } of subjectsOf(resource)) {
    const literal = textOf(reference['reference']) ?? '';
    const inside = objectsOf(resource['contained']).find((one) => literal === `#${textOf(one['id'])}`);
    const [number] = objectsOf(inside?.['resourceType'] === 'Patient' ? inside['identifier'] : reference['identifier']);
    if (number) return madeUp(`${base}/Patient/numbered`, 'numbered', number);
    const [, prefix, id] = /^(.*)Patient\/([A-Za-z0-9\-.]+)$/.exec(literal) ?? [];
    if (id === undefined) continue;
    const file = `Patient-${id}.json`;
    const fullUrl = prefix === '' ? `${base}/Patient/${id}` : literal;
    return files.includes(file) ? { fullUrl, resource: read(file).resource } : madeUp(fullUrl, id);
  }
  const nobody = typesAboutNobody.some((type) => type === resource.resourceType);
  return nobody ? undefined : madeUp(`${base}/Patient/nobody`, 'nobody');
}

function madeUp(fullUrl: string, id: string, number?: JsonObject): Entry {
  const identifier = [number ?? { system: 'http://tram.example/benh-nhan', value: `hl7-${id}` }];
  const name = [{ text: 'Nguyễn Thị Thử' }];
  return { fullUrl, resource: { resourceType: 'Patient', id, identifier, name, gender: 'female', birthDate: '1971' } };
}

/**
 * A resource as it must come back: without what the server sets (`id`; of `meta` the `versionId`, `lastUpdated`, `source` and the
 * security labels of sensitive classes), and with
 * references between the entries of the message leading to where the record shows them.
 * @param shown `Type/id` of each entry
 */
export function comparable(resource: Json, { fullUrls }: ExampleMessage, shown: readonly string[]): Json {
  const places = new Map(fullUrls.map((url, index) => [url, shown[index]]));
  const led = rewritten(resource, (one) => {
    const [literal = ''] = (textOf(one['reference']) ?? '').split('/_history/', 1);
    return places.get(literal) ?? places.get(`${base}/${literal}`);
  });
  const { id: _, meta, ...rest } = objectOf(led) ?? {};
  const { versionId: _version, lastUpdated: _updated, source: _source, security, ...own } = objectOf(meta) ?? {};
  const labels = objectsOf(security).filter((label) => !isOwnLabel(label));
  const said = { ...own, ...(labels.length > 0 && { security: labels }) };
  return { ...rest, ...(Object.keys(said).length > 0 && { meta: said }) };
}

const ownLabels = securityOf({ classes: sensitiveClasses, whole: true });

const isOwnLabel = ({ system, code }: JsonObject): boolean =>
  ownLabels.some((label) => label.system === system && label.code === code);
