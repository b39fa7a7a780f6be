/** FHIR of records that are merged (R4 Patient.link; the linked record is no longer in use). */
import type { Patient } from '@medplum/fhirtypes';
import type { RecordResource } from '#fhir/translation.js';
import type { StoredDocument } from './stored-documents.js';

/** The resource with its person's references to the record that goes on; a Patient with its links. */
export function asMerged(resource: RecordResource, { merged, joined }: StoredDocument): RecordResource {
  if (resource.resourceType === 'Patient') return linked(resource, merged?.survivor, joined ?? []);
  return merged ? referring(resource, `Patient/${merged.toldOf}`, `Patient/${merged.survivor}`) : resource;
}

function linked(patient: Patient, survivor: string | undefined, joined: readonly string[]): Patient {
  const link = [
    ...(survivor === undefined ? [] : [linkTo(survivor, 'replaced-by')]),
    ...joined.map((id) => linkTo(id, 'replaces')),
  ];
  return { ...patient, ...(survivor !== undefined && { active: false }), ...(link.length > 0 && { link }) };
}

const linkTo = (id: string, type: 'replaced-by' | 'replaces') =>
  ({ other: { reference: `Patient/${id}` }, type }) as const;

function referring<Value>(value: Value, from: string, to: string): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => referring(item, from, to)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'reference' && inner === from ? to : referring(inner, from, to),
    ]),
  ) as Value;
}
