import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RecordDocument } from '#fhir/documents.js';
import { arbitraryDocuments } from '#fhir/testing/arbitrary-documents.js';
import { resourceId } from '#fhir/resource-ids.js';
import { resourcesOf } from '#fhir/translation.js';
import { indexRows } from './index-rows.js';
import { nameRotations, phoneSystem } from './patient-rows.js';
import { perEntryTable } from './schema.js';
import { endless, spanOf } from './seconds.js';

const { recordDocuments } = arbitraryDocuments(fc);

type Row = Readonly<Record<string, unknown>>;

const columns = perEntryTable((table) => table.columns);

function rowsOf(document: RecordDocument): readonly (readonly [string, Row])[] {
  const rows: (readonly [string, Row])[] = [];
  indexRows(document, 7, 9, (table, values) => {
    expect(values).toHaveLength(columns[table].length);
    rows.push([table, Object.fromEntries(columns[table].map((column, index) => [column, values[index]]))]);
  });
  return rows;
}

/** Tables by the type of resource they index, and the element their dates are of. */
const indexed: Readonly<Record<string, readonly [table: string, date: string | undefined, code: string | undefined]>> =
  {
    Patient: ['patient_entry', undefined, undefined],
    Encounter: ['encounter_entry', undefined, undefined],
    Condition: ['condition_entry', 'recordedDate', 'code'],
    Observation: ['observation_entry', 'effectiveDateTime', 'code'],
    MedicationRequest: ['medication_request_entry', 'authoredOn', 'medicationCodeableConcept'],
    Procedure: ['procedure_entry', 'performedDateTime', 'code'],
    AllergyIntolerance: ['allergy_intolerance_entry', 'recordedDate', 'code'],
    FamilyMemberHistory: ['family_member_history_entry', 'date', undefined],
    Immunization: ['immunization_entry', 'occurrenceDateTime', 'vaccineCode'],
    DiagnosticReport: ['diagnostic_report_entry', 'effectiveDateTime', 'code'],
    ServiceRequest: ['referral_entry', 'authoredOn', undefined],
    Task: ['referral_entry', 'authoredOn', undefined],
    Organization: ['organization_entry', undefined, undefined],
    Location: ['organization_entry', undefined, undefined],
  };

const tokens = (concept: unknown): readonly string[] =>
  ((concept as { coding?: { system?: string; code?: string }[] } | undefined)?.coding ?? []).map(
    (one) => `${one.system}|${one.code}`,
  );

const firstCode = (value: unknown): unknown => (tokens(Array.isArray(value) ? value[0] : value)[0] ?? '').split('|')[1];

describe('the search index', () => {
  it('says of every resource what the resource says', () => {
    fc.assert(
      fc.property(recordDocuments, (document) => {
        const id = document.kind === 'resident' ? document.resident : '3b2c1a09-0000-5000-8000-000000000001';
        const rows = rowsOf(document);
        const resources = resourcesOf(
          document,
          { id, version: 1, lastUpdated: '2026-11-22T09:33:00.000Z' },
          { facilityName: () => undefined },
        );
        const counted = rows.filter(
          ([table]) => !['patient_name', 'patient_identifier', 'referral_entry', 'organization_entry'].includes(table),
        ).length;
        expect(counted).toBe(['referral', 'facility'].includes(document.kind) ? 0 : resources.length);
        for (const resource of resources) {
          const [table, date, code] = indexed[resource.resourceType] ?? ['', undefined, undefined];
          const elements = resource as unknown as Readonly<Record<string, unknown>>;
          const row = rows.find(
            ([name, one]) =>
              name === table &&
              (document.kind === 'facility' ||
                resourceId(id, typeof one['part'] === 'string' ? one['part'] : '') === resource.id),
          )?.[1];
          if (!row) throw new Error(`${resource.resourceType} is not in the index`);
          if (date !== undefined) {
            const span = spanOf(String(elements[date]));
            expect([row['starts'], row['ends']]).toEqual([span.starts, span.ends]);
          }
          if (code !== undefined) {
            const found = [
              [row['system'], row['code']],
              [row['other_system'], row['other_code']],
            ].flatMap(([system, value]) => (typeof value === 'string' ? [`${String(system)}|${value}`] : []));
            expect(found).toEqual(tokens(elements[code]));
          }
          for (const [column, element] of [
            ['category', 'category'],
            ['clinical_status', 'clinicalStatus'],
            ['verification_status', 'verificationStatus'],
          ] as const) {
            if (column in row && resource.resourceType !== 'AllergyIntolerance')
              expect(row[column]).toBe(firstCode(elements[element]));
          }
          if (resource.resourceType === 'Encounter') {
            expect([row['class'], row['status'], row['care_type']]).toEqual([
              resource.class.code,
              resource.status,
              firstCode(resource.type) ?? null,
            ]);
            expect(row['starts']).toBe(spanOf(resource.period?.start ?? '').starts);
            expect(row['ends']).toBe(resource.period?.end === undefined ? endless : spanOf(resource.period.end).ends);
          }
          if (resource.resourceType === 'Task')
            expect([row['task_status'], row['state']]).toEqual([resource.status, firstCode(resource.businessStatus)]);
          if (resource.resourceType === 'ServiceRequest') expect(row['request_status']).toBe(resource.status);
          if (resource.resourceType === 'Patient') {
            const identifiers = rows
              .filter(([name, one]) => name === 'patient_identifier' && one['system'] !== phoneSystem)
              .map(([, one]) => `${String(one['system'])}|${String(one['value'])}`);
            expect(new Set(identifiers)).toEqual(
              new Set((resource.identifier ?? []).map((one) => `${one.system}|${one.value}`)),
            );
            expect(row['gender']).toBe(resource.gender);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('turns a name to begin at each of its words', () => {
    expect(nameRotations('Chẩu Văn Đạt')).toEqual([
      { text: 'chau van dat', position: 0 },
      { text: 'van dat chau', position: 1 },
      { text: 'dat chau van', position: 1 },
    ]);
    expect(nameRotations('Bình')).toEqual([{ text: 'binh', position: 1 }]);
    expect(nameRotations('  ')).toEqual([]);
  });
});

it('makes rows a database takes of codes that JavaScript has a meaning for', () => {
  for (const code of ['__proto__', 'constructor', 'toString']) {
    const document = {
      kind: 'resident',
      resident: '00000000-0000-8000-8000-000000000001',
      details: { name: 'Nông Văn An (giả lập)', sex: 'male' },
      identifiers: [],
      cards: [],
      registeredBy: '08Z11',
      history: { allergies: [{ code, display: 'Phấn hoa', present: true }] },
      historyOn: '2026-10-28',
    } as unknown as RecordDocument;
    const values = rowsOf(document).flatMap(([, row]) => Object.values(row));
    expect(values.filter((value) => value !== null && !['string', 'number'].includes(typeof value))).toEqual([]);
  }
});
