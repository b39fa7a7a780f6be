import type {
  Bundle,
  BundleEntry,
  Composition,
  CompositionSection,
  Device,
  Patient,
  Resource,
} from '@medplum/fhirtypes';
import { given } from '../elements.js';
import { contentId } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import { emptyNarrative, narrativeOf } from './narrative.js';
import type { SelectedSection } from './summary-selection.js';

const ips = 'http://hl7.org/fhir/uv/ips/StructureDefinition';

/** Canonical URL of the profile that a summary is made to. */
export const summaryProfile = `${ips}/Bundle-uv-ips`;

/** What is shipped is told as what has put the summary together. */
const author: Device = {
  resourceType: 'Device',
  id: 'lien-tuyen',
  deviceName: [{ name: 'Liên Tuyến', type: 'user-friendly-name' }],
  type: { text: 'Phần mềm hồ sơ sức khỏe (health record software)' },
};

/**
 * An International Patient Summary (HL7 IPS 2.0) as a document. The same record gives the same document: its id is made of the versions of what
 * is in it, its time is that of the newest.
 * @param sections what is told of the record
 * @param supporting who has taken part: what the entries refer to, where it may be seen
 * @param base URL of the FHIR service, without a slash at the end: full URLs are below it, so that relative references lead there
 */
export function patientSummary(
  patient: Patient,
  sections: readonly SelectedSection[],
  supporting: readonly Resource[],
  base: string,
): Bundle {
  const subject = withIpsMinimum(patient);
  const entries = [...new Set(sections.flatMap(({ resources }) => resources))];
  const content = [subject, ...entries, ...supporting];
  const id = contentId(['summary', ...content.map(versionOf), ...sections.map(sectionKey)].join('\n'));
  const date = content.reduce((newest, { meta }) => later(newest, meta?.lastUpdated), '1970-01-01T00:00:00.000Z');
  const composition = compositionOf(subject, sections, supporting, {
    id,
    date,
    restricted: content.some(isRestricted),
  });
  return {
    resourceType: 'Bundle',
    id,
    meta: { profile: [summaryProfile] },
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
    type: 'document',
    timestamp: date,
    entry: [composition, ...content, author].map((resource) => entryOf(resource, base)),
  };
}

const versionOf = ({ resourceType, id, meta }: Resource): string => `${resourceType}/${id}|${meta?.versionId}`;
const sectionKey = ({ section, left, denied }: SelectedSection): string => `${section.code} ${left} ${denied}`;
const later = (newest: string, moment: string | undefined): string =>
  moment !== undefined && Date.parse(moment) > Date.parse(newest) ? moment : newest;
const isRestricted = ({ meta }: Resource): boolean => meta?.security?.some(({ code }) => code === 'R') === true;
const entryOf = (resource: Resource, base: string): BundleEntry => ({
  fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
  resource,
});

function compositionOf(
  patient: Patient,
  sections: readonly SelectedSection[],
  supporting: readonly Resource[],
  { id, date, restricted }: { readonly id: string; readonly date: string; readonly restricted: boolean },
): Composition {
  const custodian = supporting.find(
    (one) => `${one.resourceType}/${one.id}` === patient.managingOrganization?.reference,
  );
  return given<Composition>({
    resourceType: 'Composition',
    id,
    meta: { profile: [`${ips}/Composition-uv-ips`] },
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
    status: 'final',
    type: { coding: [{ system: codeSystems.loinc, code: '60591-5', display: 'Patient summary Document' }] },
    subject: { reference: `Patient/${patient.id}` },
    date,
    author: [{ reference: `Device/${author.id}`, display: 'Liên Tuyến' }],
    title: 'Bản tóm tắt hồ sơ sức khỏe (International Patient Summary)',
    confidentiality: restricted ? 'R' : 'N',
    custodian: custodian && { reference: `Organization/${custodian.id}` },
    section: sections
      .filter(({ section, resources }) => section.required === true || resources.length > 0)
      .map(sectionElement),
  });
}

function sectionElement({ section, resources, left, denied }: SelectedSection): CompositionSection {
  const { code, display, title } = section;
  const head = { title: `${title.vi} (${title.en})`, code: { coding: [{ system: codeSystems.loinc, code, display }] } };
  if (resources.length > 0)
    return {
      ...head,
      text: narrativeOf(resources, left),
      entry: resources.map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` })),
    };
  const { words, ...reason } = denied ? nilKnown : unavailable;
  return {
    ...head,
    text: emptyNarrative(words),
    emptyReason: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/list-empty-reason', ...reason }] },
  };
}

const nilKnown = { code: 'nilknown', display: 'Nil Known', words: 'Đã hỏi: không có (asked: none).' };
const unavailable = { code: 'unavailable', display: 'Unavailable', words: 'Không có thông tin (no information).' };

const unknown = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
};

/** IPS wants a name and a day of birth of everybody; that they are not known is said. */
function withIpsMinimum(patient: Patient): Patient {
  const added = {
    ...(patient.name === undefined && { name: [{ _text: unknown }] }),
    ...(patient.birthDate === undefined && { _birthDate: unknown }),
  };
  return { ...patient, ...(added as object) };
}
