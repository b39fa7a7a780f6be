import { describe, expect, it } from '@jest/globals';
import type { AllergyIntolerance, Condition, Patient, Resource } from '@medplum/fhirtypes';
import * as fc from 'fast-check';
import { codeSystems } from '../systems.js';
import { arbitraryDocuments } from '../testing/arbitrary-documents.js';
import { resourcesOf } from '../translation.js';
import { faultsOf } from '../validation.js';
import { fromXml } from '../xml/read-xml.js';
import { toXml } from '../xml/write-xml.js';
import { patientSummary } from './patient-summary.js';
import { summarizedTypes } from './sections.js';
import { SummarySelection } from './summary-selection.js';

const at = Date.parse('2026-11-22T00:00:00Z');
const patient: Patient = {
  resourceType: 'Patient',
  id: 'p',
  meta: { versionId: '1', lastUpdated: '2026-11-01T00:00:00.000Z' },
};

function selected(resources: readonly Resource[], moment = at): SummarySelection {
  const selection = new SummarySelection(moment);
  for (const one of resources) selection.add(one);
  return selection;
}

/** Ids of what a section tells. */
const idsOf = (selection: SummarySelection, code: string): readonly (string | undefined)[] =>
  selection
    .sections()
    .find(({ section }) => section.code === code)
    ?.resources.map(({ id }) => id) ?? [];

const condition = (id: string, code: string, recordedDate: string, more: Partial<Condition> = {}): Condition => ({
  resourceType: 'Condition',
  id,
  code: { coding: [{ system: codeSystems.icd10, code }] },
  subject: { reference: 'Patient/p' },
  recordedDate,
  ...more,
});
const status = (system: string, code: string) => ({ coding: [{ system, code }] });

describe('what a summary tells', () => {
  it('of one diagnosis the newest, whatever zones the times are in', () => {
    const earlier = condition('a', 'I10', '2026-11-20T06:00:00+07:00');
    const later = condition('b', 'I10', '2026-11-20T01:00:00Z');
    for (const order of [
      [earlier, later],
      [later, earlier],
    ])
      expect(idsOf(selected(order), '11450-4')).toEqual(['b']);
  });

  it('as a problem what is chronic or of late, the rest as past; what is a problem is no past one', () => {
    const selection = selected([
      condition('chronic', 'E11.9', '2001-01-01'),
      condition('late', 'J02.9', '2026-10-01'),
      condition('past', 'L30.9', '2020-01-01'),
      condition('again', 'J02.9', '2019-01-01'),
      condition('healed', 'I10', '2026-11-01', { clinicalStatus: status(codeSystems.conditionClinical, 'resolved') }),
      condition('untrue', 'K29.7', '2026-11-01', {
        verificationStatus: status(codeSystems.conditionVerification, 'refuted'),
      }),
    ]);
    expect(idsOf(selection, '11450-4')).toEqual(['late', 'chronic']);
    expect(idsOf(selection, '11348-0')).toEqual(['healed', 'past']);
  });

  it('that there is none, where somebody was asked', () => {
    const none: AllergyIntolerance = {
      resourceType: 'AllergyIntolerance',
      id: 'a',
      patient: { reference: 'Patient/p' },
      verificationStatus: status(codeSystems.allergyVerification, 'refuted'),
    };
    const bundle = patientSummary(patient, selected([none]).sections(), [], 'http://x/fhir');
    expect(JSON.stringify(bundle.entry?.[0])).toContain('nilknown');
    expect(bundle.entry?.map(({ resource }) => resource?.resourceType)).toEqual(['Composition', 'Patient', 'Device']);
  });

  it('no more than fifty of a section, and how many more there are', () => {
    const many = Array.from({ length: 60 }, (_, n) =>
      condition(`c${n}`, `K${n}`, `2020-01-01T00:${String(n).padStart(2, '0')}:00Z`),
    );
    const past = selected(many)
      .sections()
      .find(({ section }) => section.code === '11348-0');
    expect([past?.resources.length, past?.left, past?.resources[0]?.id]).toEqual([50, 10, 'c59']);
    const [composition] = patientSummary(patient, selected(many).sections(), [], 'http://x/fhir').entry ?? [];
    expect(JSON.stringify(composition)).toContain('Còn 10 mục cũ hơn');
  });
});

it('whatever a record holds, its summary is valid FHIR, and the same in XML', () => {
  const version = { id: '3b2c1a09-0000-5000-8000-000000000001', version: 1, lastUpdated: '2026-11-22T09:33:00.000Z' };
  fc.assert(
    fc.property(fc.array(arbitraryDocuments(fc).recordDocuments, { maxLength: 6 }), fc.string(), (documents, name) => {
      const all = documents.flatMap((document, index) =>
        resourcesOf(
          document,
          { ...version, id: version.id.replace(/1$/, String(index)) },
          { facilityName: () => name },
        ),
      );
      const selection = selected(all.filter(({ resourceType }) => summarizedTypes.has(resourceType)));
      const bundle = patientSummary(patient, selection.sections(), [], 'http://x/fhir');
      const composition = bundle.entry?.[0]?.resource;
      expect(composition && faultsOf(composition)).toEqual([]);
      expect(fromXml(toXml(bundle))).toEqual(JSON.parse(JSON.stringify(bundle)));
    }),
    { numRuns: 100 },
  );
});
