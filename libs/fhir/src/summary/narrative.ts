/** Text of a summary's sections for people, in Vietnamese: XHTML made of the resources, everything in it escaped. */
import type { CodeableConcept, Narrative, Observation, Quantity, Resource } from '@medplum/fhirtypes';
import { dayOfResource, subjectMatter } from './summary-entries.js';

/** @param left entries that are not in the section because there are too many */
export function narrativeOf(resources: readonly Resource[], left: number): Narrative {
  const items = resources.map((resource) => `<li>${escaped(lineOf(resource))}</li>`);
  const more = left > 0 ? `<p>${escaped(`Còn ${left} mục cũ hơn không ghi ở đây (older entries left out).`)}</p>` : '';
  return narrative(`<ul>${items.join('')}</ul>${more}`);
}

/** A section that has nothing to list. */
export const emptyNarrative = (words: string): Narrative => narrative(`<p>${escaped(words)}</p>`);

const narrative = (inner: string): Narrative => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml" lang="vi" xml:lang="vi">${inner}</div>`,
});

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** `14/10/2026: Huyết áp: Huyết áp tâm thu 131 mmHg, Huyết áp tâm trương 79 mmHg`. */
function lineOf(resource: Resource): string {
  const day = dayOfResource(resource);
  const said = [wordsOf(subjectMatter(resource)), detailOf(resource)].filter((one) => one !== '').join(': ');
  return day === undefined ? said : `${day.slice(0, 10).split('-').toReversed().join('/')}: ${said}`;
}

export const wordsOf = (concept: CodeableConcept | undefined): string => {
  const [first] = concept?.coding ?? [];
  const name = concept?.text ?? first?.display;
  return [name ?? '', first?.code === undefined || isLocal(first.system) ? '' : `[${first.code}]`]
    .filter(Boolean)
    .join(' ');
};

/** Codes of lists of this project say nothing to a reader. */
const isLocal = (system: string | undefined): boolean => system?.startsWith('urn:') === true;

function detailOf(resource: Resource): string {
  switch (resource.resourceType) {
    case 'Observation':
      return observed(resource);
    case 'MedicationRequest':
    case 'MedicationStatement': {
      const dosage = resource.resourceType === 'MedicationRequest' ? resource.dosageInstruction : resource.dosage;
      return (dosage ?? []).flatMap(({ text }) => text ?? []).join('; ');
    }
    case 'Immunization':
      return [resource.protocolApplied?.[0]?.doseNumberPositiveInt, resource.lotNumber]
        .flatMap((one, index) => (one === undefined ? [] : [`${index === 0 ? 'mũi' : 'lô'} ${one}`]))
        .join(', ');
    case 'ServiceRequest':
      return [...(resource.performer ?? []).map(({ display }) => display), ...(resource.reasonCode ?? []).map(wordsOf)]
        .filter(Boolean)
        .join('; ');
    case 'CarePlan':
      return resource.description ?? '';
    default:
      return '';
  }
}

function observed(observation: Observation): string {
  const { component = [], valueQuantity, valueString, valueCodeableConcept, valueInteger, valueBoolean } = observation;
  if (component.length > 0)
    return component
      .map(
        ({ code, ...part }) =>
          `${code.text ?? wordsOf(code)} ${quantity(part.valueQuantity) || wordsOf(part.valueCodeableConcept) || '—'}`,
      )
      .join(', ');
  if (valueBoolean !== undefined) return valueBoolean ? 'có' : 'không';
  return quantity(valueQuantity) || valueString || wordsOf(valueCodeableConcept) || valueInteger?.toString() || '';
}

/** With a decimal comma, as Vietnamese has it. */
function quantity(value: Quantity | undefined): string {
  if (value?.value === undefined) return '';
  return [`${value.comparator ?? ''}${String(value.value).replace('.', ',')}`, value.unit ?? value.code ?? '']
    .filter(Boolean)
    .join(' ');
}
