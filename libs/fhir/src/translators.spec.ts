import { describe, expect, it } from '@jest/globals';
import type {
  Encounter,
  MedicationRequest,
  Observation,
  Patient,
  Procedure,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import type { DateTime, LocalDate } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber, ResidentId } from '#domain/ids.js';
import type { ResultLine, VisitContent } from '#domain/visits/visit-content.js';
import type { RecordDocument, ReferralDocument, ResidentDocument } from './documents.js';
import { notStated } from './elements.js';
import { laboratoryCode, measuredValue, ucumUnit } from './encounters/laboratory.js';
import { documentIdOf, PartNames, partOf, resourceId } from './resource-ids.js';
import { type RecordResource, resourcesOf } from './translation.js';
import { faultsOf } from './validation.js';

const resident = '00000000-0000-8000-8000-000000000001' as ResidentId;
const station = '08Z11' as FacilityCode;
const version = { id: documentIdOf('visit-08Z11.E1'), version: 1, lastUpdated: '2026-11-22T09:33:00.000Z' };
const context = { facilityName: () => 'Trạm giả lập' };
const translated = (document: RecordDocument): readonly RecordResource[] => resourcesOf(document, version, context);
const only = <T extends RecordResource>(type: T['resourceType'], resources: readonly RecordResource[]): T => {
  const found = resources.filter((one) => one.resourceType === type);
  expect(found).toHaveLength(1);
  return found[0] as T;
};
const visit = (more: Partial<VisitContent>): readonly RecordResource[] =>
  translated({
    kind: 'visit',
    resident,
    visit: {
      facility: station,
      episode: 'E1' as EpisodeNumber,
      start: '2026-09-05T08:00:00+07:00' as DateTime,
      insured: true,
      cards: [],
      diagnoses: [],
      vitals: {},
      medications: [],
      services: [],
      results: [],
      notes: [],
      ...more,
    },
  });
const encounter = (more: Partial<VisitContent>): Encounter => only<Encounter>('Encounter', visit(more));

describe('Encounter', () => {
  it.each([
    ['01', 'AMB'],
    ['03', 'IMP'],
    ['06', 'SS'],
    ['11', 'FLD'],
    ['12', 'HH'],
    ['14', 'VR'],
    ['99', 'AMB'],
  ])('of care type %s is of class %s', (careType, code) => {
    expect(encounter({ careType }).class).toMatchObject({
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code,
    });
  });

  it('goes on while it has a time of begin and no end; a day alone is over', () => {
    expect(encounter({})).toMatchObject({ status: 'in-progress', period: { start: '2026-09-05T08:00:00+07:00' } });
    expect(encounter({ start: '2026-09-05' as DateTime })).toMatchObject({
      status: 'finished',
      period: { start: '2026-09-05', end: '2026-09-05' },
    });
    expect(encounter({ start: '2026-09-05' as DateTime, careType: '03' })).toMatchObject({ status: 'in-progress' });
    expect(encounter({ end: '2026-09-04' as DateTime }).period).toEqual({ start: '2026-09-05T08:00:00+07:00' });
  });

  it('names its diagnoses, its paper and what came of it', () => {
    const made = encounter({
      diagnoses: [
        { code: 'I10', role: 'main' },
        { code: 'E11.9', role: 'comorbidity' },
      ],
      arrivedWith: { number: 'CT-1' as ReferralNumber, from: '08Z12' as FacilityCode },
      dischargeType: '1',
      treatmentResult: '2',
    });
    expect(made.diagnosis?.map((one) => one.condition.reference)).toEqual([
      `Condition/${version.id}-c-I10`,
      `Condition/${version.id}-c-E11.9`,
    ]);
    expect(made.basedOn).toEqual([
      { type: 'ServiceRequest', identifier: { system: 'urn:lien-tuyen:sid:referral-number:08Z12', value: 'CT-1' } },
    ]);
    expect(made.hospitalization?.dischargeDisposition?.coding?.[0]).toMatchObject({ code: '1', display: 'Ra viện' });
    expect(JSON.stringify(made.extension)).toContain('Đỡ');
  });
});

describe('Observation', () => {
  const observation = (line: Partial<ResultLine>): Observation =>
    only<Observation>('Observation', visit({ results: [{ name: 'Glucose máu lúc đói', ...line }] }));

  it('of a result is a quantity where it is a number, words where it is not', () => {
    expect(observation({ value: '6,4', unit: 'mmol/L', code: '23.0075.1494' })).toMatchObject({
      valueQuantity: { value: 6.4, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
      code: { coding: [{ system: 'http://loinc.org', code: '14771-0' }, { code: '23.0075.1494' }] },
      category: [{ coding: [{ code: 'laboratory' }] }],
    });
    expect(observation({ value: 'Âm tính' })).toMatchObject({ valueString: 'Âm tính' });
    expect(observation({ value: '5', unit: 'lần' }).valueQuantity).toEqual({ value: 5, unit: 'lần' });
    expect(observation({})).toMatchObject({ dataAbsentReason: { coding: [{ code: 'unknown' }] } });
  });

  it('of a pressure says which half was not measured', () => {
    const made = only<Observation>('Observation', visit({ vitals: { systolic: 140 }, vitalsSource: 'note' }));
    expect(made.component).toMatchObject([{ valueQuantity: { value: 140, code: 'mm[Hg]' } }, { dataAbsentReason: {} }]);
    expect(made.method?.coding?.[0]?.code).toBe('read-from-note');
  });

  it.each([
    ['Glucose máu lúc đói', 'mmol/L', '14771-0'],
    ['Định lượng Glucose [Máu]', 'mmol/l', '14749-6'],
    ['Glucose máu', 'mg/dL', '2345-7'],
    ['HbA1c', '%', '4548-4'],
    ['Glucose niệu', 'mmol/L', undefined],
    ['Glucose máu mao mạch', 'mmol/L', undefined],
    ['Glucose máu', undefined, undefined],
    ['Ure máu', 'mmol/L', undefined],
  ])('%s in %s is LOINC %s', (name, unit, loinc) => {
    expect(laboratoryCode({ name, ...(unit !== undefined && { unit }) })?.loinc).toBe(loinc);
  });

  it.each([
    ['5,6', { value: 5.6 }],
    ['≥ 10', { value: 10, comparator: '>=' }],
    ['<0.1', { value: 0.1, comparator: '<' }],
    ['-2', { value: -2 }],
    ['1.2.3', undefined],
    ['dương tính', undefined],
    ['', undefined],
  ])('%s is read as %j', (written, read) => {
    expect(measuredValue(written)).toEqual(read);
  });

  it('knows units however they are written', () => {
    expect([ucumUnit('MMOL / L'), ucumUnit('mmHg'), ucumUnit('viên')]).toEqual(['mmol/L', 'mm[Hg]', undefined]);
  });
});

describe('papers of a visit', () => {
  it('come out in words, but for those that few may see', () => {
    const made = visit({
      papers: [
        { kind: 'record-summary', course: 'Đau đầu 3 ngày', practitioner: '000456/TQ-CCHN' },
        { kind: 'sick-leave', days: 3, from: '2026-09-05' as DateTime, to: '2026-09-07' as DateTime },
        { kind: 'hiv-care', sensitive: 'hiv', regimen: 'TLD' },
        { kind: 'birth-certificate', motherName: 'Nông Thị Ẩn' },
      ],
    });
    const said = made.flatMap((one) => (one.resourceType === 'Observation' ? [one.valueString] : []));
    expect(said).toEqual(['Đau đầu 3 ngày', 'Nghỉ (rest): 3 ngày (days), 2026-09-05 – 2026-09-07']);
    expect(JSON.stringify(made)).not.toMatch(/TLD|Ẩn/);
    expect(made.flatMap(faultsOf)).toEqual([]);
  });
});

describe('Procedure and MedicationRequest', () => {
  it('consultations and supplies are no procedures', () => {
    const services = [
      { code: 'A', group: '13', supply: false },
      { code: 'B', group: '10', supply: true },
      { code: 'C', group: '8', supply: false },
      { code: 'D', group: '1', supply: false },
    ];
    const made = visit({ services }).filter((one) => one.resourceType === 'Procedure');
    expect(made.map((one) => one.id)).toEqual([`${version.id}-s-C`, `${version.id}-s-D`]);
  });

  it('of lines without a code have their words, and no coding', () => {
    const made = visit({
      medications: [
        { code: '', display: 'Paracetamol' },
        { code: ' ', route: '' },
      ],
      services: [{ code: '', display: 'Siêu âm', group: '', supply: false }],
    });
    expect(made.filter((one) => one.resourceType === 'MedicationRequest')).toMatchObject([
      { medicationCodeableConcept: { text: 'Paracetamol' } },
      { medicationCodeableConcept: notStated },
    ]);
    expect(only<Procedure>('Procedure', made).code).toEqual({ text: 'Siêu âm' });
    expect(JSON.stringify(made)).not.toMatch(/"code":"\s*"/);
    expect(made.flatMap(faultsOf)).toEqual([]);
  });

  it('a medicine tells its strength once', () => {
    const medication = (strength: string): string | undefined =>
      only<MedicationRequest>(
        'MedicationRequest',
        visit({ medications: [{ code: '1', display: 'Amlodipin 5mg', strength }] }),
      ).medicationCodeableConcept?.text;
    expect([medication('5mg'), medication('10mg')]).toEqual(['Amlodipin 5mg', 'Amlodipin 5mg 10mg']);
  });
});

describe('Patient', () => {
  const patient = (more: Partial<ResidentDocument['details']>): Patient =>
    only<Patient>(
      'Patient',
      translated({
        kind: 'resident',
        resident,
        details: { name: 'Lê Thị Thu Hương', sex: 'female', ...more },
        identifiers: [{ system: 'national-id', value: '008051828479' }],
        cards: [{ number: 'HT3080835445684', validFrom: '2026-01-01' as LocalDate }],
        registeredBy: station,
      }),
    );

  it('has the identifiers of VN Core and a family name first', () => {
    expect(patient({}).identifier?.map((one) => [one.system, one.value])).toEqual([
      ['http://fhir.ehealth.gov.vn/core/sid/national_id', '008051828479'],
      ['http://fhir.ehealth.gov.vn/core/sid/insurance_number', 'HT3080835445684'],
    ]);
    expect(patient({}).name).toEqual([
      { use: 'official', text: 'Lê Thị Thu Hương', family: 'Lê', given: ['Thị', 'Thu', 'Hương'] },
    ]);
    expect(patient({ name: 'Hương' }).name).toEqual([{ use: 'official', text: 'Hương', given: ['Hương'] }]);
    expect(JSON.stringify(patient({ ethnicGroup: '02' }).extension)).toContain('Tày');
  });
});

describe('ServiceRequest and Task', () => {
  const to = '08Z01' as FacilityCode;
  const base = { referral: { from: station, number: 'CT-1' as ReferralNumber }, resident, to, addressees: [to] };
  const issue = {
    at: '2026-10-11' as DateTime,
    paper: { number: 'CT-1' as ReferralNumber, from: station, to, issuedAt: '2026-10-11' as DateTime, diagnoses: [] },
    direction: 'up',
    validUntil: '2026-10-25' as LocalDate,
  } as const;
  const made = (state: ReferralDocument['state']): readonly RecordResource[] =>
    translated({
      kind: 'referral',
      resident,
      state,
      at: '2026-10-14' as DateTime,
      notes: [{ status: 'declined', at: '2026-10-12' as DateTime, by: to, text: 'Hết giường' }],
    });

  it.each([
    ['issued', 'active', 'requested'],
    ['received', 'active', 'received'],
    ['did-not-arrive', 'on-hold', 'failed'],
    ['expired', 'revoked', 'failed'],
  ] as const)('%s', (status, request, task) => {
    const resources = made({ ...base, status, issue });
    expect(only<ServiceRequest>('ServiceRequest', resources)).toMatchObject({
      status: request,
      requester: { reference: 'Organization/08Z11' },
      performer: [{ reference: 'Organization/08Z01' }],
    });
    expect(only<Task>('Task', resources)).toMatchObject({
      status: task,
      businessStatus: { coding: [{ code: status }] },
      owner: { reference: 'Organization/08Z01' },
    });
  });

  it('declined says why; answered says what was found', () => {
    expect(only<Task>('Task', made({ ...base, status: 'declined', issue, reason: 'x' })).statusReason).toEqual({
      text: 'Hết giường',
    });
    const arrival = { at: '2026-10-14' as DateTime, by: to, late: false };
    const answers = [{ diagnoses: [{ code: 'L30.9', role: 'main' as const }], summary: 'Đã khám' }];
    const answered = made({ ...base, status: 'answered', issue, arrival, answers });
    expect(only<Task>('Task', answered)).toMatchObject({
      status: 'completed',
      output: [{ valueCodeableConcept: { coding: [{ code: 'L30.9' }] } }, { valueString: 'Đã khám' }],
    });
    // Known by the arrival alone: the sender's message is not here yet.
    expect(
      only<ServiceRequest>('ServiceRequest', made({ ...base, status: 'arrived', arrival, answers: [] })),
    ).toMatchObject({ authoredOn: '2026-10-14', status: 'active' });
  });
});

describe('ids', () => {
  it('are the same for the same stream, and fit FHIR whatever the codes hold', () => {
    expect(documentIdOf('visit-08Z11.E1')).toBe(version.id);
    expect(documentIdOf('visit-08Z11.E2')).not.toBe(version.id);
    expect(documentIdOf(`resident-${resident}`)).toBe(resident);
    const names = new PartNames();
    const parts = ['I10', 'I10', 'I10-2', 'Ấ†/x', '', 'x'.repeat(99)].map((content) => names.name('c', content));
    expect(new Set(parts).size).toBe(6);
    for (const part of parts) {
      expect(resourceId(version.id, part)).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
      expect(partOf(resourceId(version.id, part))).toEqual({ document: version.id, part });
    }
  });
});
