import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Coding } from '@medplum/fhirtypes';
import type { LocalDate } from '#domain/dates.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import { rowsOf } from '#station-formats/schema/tables-file.js';
import { summarySections } from '../summary/sections.js';
import { codeSystems } from '../systems.js';
import { arbitraryDocuments } from '../testing/arbitrary-documents.js';
import { resourcesOf } from '../translation.js';
import { faultsOf } from '../validation.js';
import { expanded } from './expand.js';
import { lookedUp } from './lookup.js';
import { codeSystemResource, valueSetResource } from './terminology-resources.js';
import { Terminology } from './terminology.js';
import { validateInSet, validateInSystem } from './validate-code.js';

const places = new PlaceRegister([
  { code: '02', level: 'province', name: 'Tỉnh Hà Giang', provinceCode: '02', validTo: '2025-06-30' as LocalDate },
  {
    code: '08',
    level: 'province',
    name: 'Tỉnh Tuyên Quang (cũ)',
    provinceCode: '08',
    validTo: '2025-06-30' as LocalDate,
  },
  { code: '08', level: 'province', name: 'Tỉnh Tuyên Quang', provinceCode: '08', validFrom: '2025-07-01' as LocalDate },
  { code: '02266', level: 'commune', name: 'Xã Lâm Bình', provinceCode: '08', validFrom: '2025-07-01' as LocalDate },
]);
const terminology = new Terminology(places);
const known = <Value>(value: Value | undefined, name: string): Value => {
  if (value === undefined) throw new Error(`${name} is not shipped`);
  return value;
};
const system = (url: string) => known(terminology.codeSystem(url), url);
const set = (url: string) => known(terminology.valueSet(url), url);
const at = { timestamp: '2026-11-22T10:00:00.000Z', identifier: 'urn:uuid:00000000-0000-4000-8000-000000000000' };

/** Parameters of a lookup, properties as `parent=E11`. */
function lookedUpIn(
  url: string,
  code: string,
  wanted: readonly string[] = [],
  language?: 'vi' | 'en',
): readonly string[] {
  const of = system(url);
  const concept = known(of.concepts().get(code), code);
  return (lookedUp(terminology, of, concept, wanted, language).parameter ?? []).map(({ name, part, ...value }) => {
    const inner = (part ?? []).filter((one) => one.name !== 'use').map((one) => Object.values(one)[1] as string);
    return `${name}=${part ? inner.join(' ') : (Object.values(value)[0] as string)}`;
  });
}

describe('looking up', () => {
  it('a diagnosis: its Vietnamese name, and what it is a kind of', () => {
    const found = lookedUpIn(codeSystems.icd10, 'E11.9');
    expect(found).toContain('display=Đái tháo đường típ 2, không có biến chứng');
    expect(found).toContain('property=parent E11 Đái tháo đường típ 2');
    expect(found).toContain('designation=en Type 2 diabetes mellitus without complications');
    expect(lookedUpIn(codeSystems.icd10, 'E11')).toContain('property=parent E10-E14 Đái tháo đường');
    expect(lookedUpIn(codeSystems.icd10, 'E10-E14', ['parent'])).toContain(
      'property=parent IV Bệnh nội tiết, dinh dưỡng và chuyển hóa',
    );
    expect(lookedUpIn(codeSystems.icd10, 'IV', ['parent']).join()).not.toContain('property');
    expect(lookedUpIn(codeSystems.icd10, 'I10', ['kind'], 'en')).toEqual([
      expect.stringContaining('name=ICD-10'),
      'version=2019',
      'display=Hypertension',
      'property=kind category',
    ]);
  });

  it('a place by its newest name, with what it was', () => {
    expect(lookedUpIn(codeSystems.place, '08')).toEqual(
      expect.arrayContaining([
        'display=Tỉnh Tuyên Quang',
        'property=level province',
        'property=valid-from 2025-07-01',
        'property=earlier-name Tỉnh Tuyên Quang (cũ)',
        'property=child 02266 Xã Lâm Bình',
      ]),
    );
  });

  it('every concept of every system: its parents are concepts, and lead to no circle', () => {
    for (const of of terminology.codeSystems()) {
      const concepts = of.concepts();
      expect([of.url, concepts.size]).toEqual([of.url, expect.any(Number)]);
      expect(concepts.size).toBeGreaterThan(0);
      for (const concept of concepts.values()) {
        expect((concept.vi ?? concept.en ?? '').trim()).not.toBe('');
        let wider: string | undefined = concept.parent;
        for (let steps = 0; wider !== undefined; steps += 1) {
          expect([of.url, wider, concepts.has(wider), steps < 20]).toEqual([of.url, wider, true, true]);
          wider = concepts.get(wider)?.parent;
        }
      }
    }
  });
});

describe('validating', () => {
  it('a code, and its display without regard to case and diacritics', () => {
    const icd10 = system(codeSystems.icd10);
    expect(validateInSystem(icd10, { code: 'I10' })).toEqual({ result: true, display: 'Tăng huyết áp' });
    expect(validateInSystem(icd10, { code: 'I10', display: 'TANG HUYET AP' })).toMatchObject({ result: true });
    expect(validateInSystem(icd10, { code: 'I10', display: 'Hypertension' })).toMatchObject({ result: true });
    expect(validateInSystem(icd10, { code: 'I10', display: 'Đái tháo đường' })).toMatchObject({
      result: false,
      display: 'Tăng huyết áp',
      message: expect.stringContaining('I10'),
    });
  });

  it.each([
    [codeSystems.icd10, 'A00.0', 'XYZ', 'A1O'],
    [codeSystems.icd10, 'S93.4', 'I10.1234', 'i10'],
    [codeSystems.loinc, '2823-3', '2823-4', 'potassium'],
    [codeSystems.ucum, 'mmol/d', 'bananas', 'mm Hg'],
    [codeSystems.place, '01234', 'Huế', '1'],
  ])('%s: of what is not shipped %s may be a code, %s and %s are none', (url, may, wrong, worse) => {
    expect(validateInSystem(system(url), { code: may })).toMatchObject({ result: true, message: expect.any(String) });
    expect(validateInSystem(system(url), { code: wrong })).toMatchObject({ result: false });
    expect(validateInSystem(system(url), { code: worse })).toMatchObject({ result: false });
  });

  it('a code of a required binding, and none of another system', () => {
    const gender = set('http://hl7.org/fhir/ValueSet/administrative-gender');
    const genders = 'http://hl7.org/fhir/administrative-gender';
    expect(validateInSet(terminology, gender, { system: genders, code: 'male' })).toEqual({
      result: true,
      display: 'Male',
    });
    expect(validateInSet(terminology, gender, { system: genders, code: 'nam' })).toMatchObject({ result: false });
    expect(validateInSet(terminology, gender, { system: codeSystems.icd10, code: 'I10' })).toMatchObject({
      result: false,
    });
    expect(validateInSet(terminology, gender, { system: 'urn:unknown', code: 'male' })).toMatchObject({
      result: false,
    });
  });

  it('a set that lists some codes of a system holds these alone', () => {
    const status = set('http://hl7.org/fhir/ValueSet/immunization-status');
    const events = 'http://hl7.org/fhir/event-status';
    expect(validateInSet(terminology, status, { system: events, code: 'not-done' })).toMatchObject({ result: true });
    expect(validateInSet(terminology, status, { system: events, code: 'preparation' })).toMatchObject({
      result: false,
    });
  });

  it('versions are of what is shipped', () => {
    expect(terminology.codeSystem(`${codeSystems.icd10}|2019`)).toBeDefined();
    expect(terminology.codeSystem(codeSystems.icd10, '1999')).toBeUndefined();
    expect(terminology.codeSystem('http://hl7.org/fhir/sid/icd-10')?.url).toBe(codeSystems.icd10);
    expect(terminology.codeSystem('__proto__')).toBeUndefined();
  });
});

describe('expanding', () => {
  const codes = (url: string, filter: string, offset = 0, count = 5000) => {
    const { expansion } = expanded(terminology, set(url), { filter, offset, count, designations: false }, at);
    return { total: expansion?.total, codes: (expansion?.contains ?? []).map(({ code }) => code) };
  };
  const icd10Set = 'urn:lien-tuyen:valueset:icd10';

  it('finds by words with and without diacritics, and by the beginning of a code', () => {
    expect(codes(icd10Set, 'tăng huyết áp').codes).toContain('I10');
    expect(codes(icd10Set, 'tang huyet').codes).toEqual(codes(icd10Set, 'Tăng huyết').codes);
    expect(codes(icd10Set, 'e11.').codes).toHaveLength(10);
    expect(codes(icd10Set, 'không có gì như thế')).toEqual({ total: 0, codes: [] });
  });

  it('in pages that together are the whole', () => {
    const { total = 0, codes: all } = codes(icd10Set, '');
    expect(all).toHaveLength(total);
    expect([...codes(icd10Set, '', 0, 100).codes, ...codes(icd10Set, '', 100).codes]).toEqual(all);
  });
});

describe('what is shipped', () => {
  it('is valid FHIR', () => {
    for (const one of terminology.codeSystems())
      expect([one.url, faultsOf(codeSystemResource(one))]).toEqual([one.url, []]);
    for (const one of terminology.valueSets()) {
      expect([one.url, faultsOf(valueSetResource(one))]).toEqual([one.url, []]);
      const request = { offset: 0, count: 5, designations: true };
      expect([one.url, faultsOf(expanded(terminology, one, request, at))]).toEqual([one.url, []]);
    }
  });

  it('has ids of its own for each', () => {
    for (const all of [terminology.codeSystems(), terminology.valueSets()])
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('knows every code that the record itself gives out, by the same name', () => {
    // What a sender calls a code, and lists that nobody publishes.
    const senders: ReadonlySet<string> = new Set([
      codeSystems.icd10,
      codeSystems.snomed,
      codeSystems.traditionalMedicine,
      codeSystems.drug,
      codeSystems.drugRoute,
      codeSystems.service,
      codeSystems.serviceGroup,
      codeSystems.resultIndex,
      codeSystems.vaccine,
      codeSystems.vaccineGroup,
      codeSystems.nationality,
      codeSystems.occupation,
      codeSystems.place,
      codeSystems.historyDisease,
      codeSystems.historyDisability,
      codeSystems.historyAllergy,
      codeSystems.ucum,
    ]);
    const version = { id: '3b2c1a09-0000-5000-8000-000000000001', version: 1, lastUpdated: '2026-11-22T09:33:00.000Z' };
    const unknown = new Set<string>();
    fc.assert(
      fc.property(arbitraryDocuments(fc).recordDocuments, (document) => {
        for (const coding of codingsIn(resourcesOf(document, version, { facilityName: () => undefined }))) {
          const of = coding.system === undefined ? undefined : terminology.codeSystem(coding.system);
          const own = Object.values<string>(codeSystems).find((one) => one === coding.system);
          if (own === undefined || senders.has(own)) continue;
          const { code = '', display } = coding;
          // Codes that a sender made up are the sender's.
          if (display === undefined && own.startsWith('urn:') && of?.concepts().has(code) !== true) continue;
          const found = of && validateInSystem(of, { code, ...(display !== undefined && { display }) });
          if (found?.result !== true || found.message !== undefined) unknown.add(`${coding.system} ${code} ${display}`);
        }
      }),
      { numRuns: 300 },
    );
    expect([...unknown]).toEqual([]);
  });

  it('knows the sections of summaries', () => {
    for (const { code, display } of summarySections)
      expect(validateInSystem(system(codeSystems.loinc), { code, display })).toEqual({ result: true, display });
  });

  it('has the payer categories that messages are checked against', () => {
    const listed = rowsOf('code_lists.tsv').filter((row) => row['list'] === 'payer-category');
    const shipped = [...system(codeSystems.payerCategory).concepts().values()];
    expect(shipped.map(({ code, vi }) => [code, vi])).toEqual(listed.map((row) => [row['code'], row['vi']]));
  });
});

function codingsIn(value: unknown): readonly Coding[] {
  if (Array.isArray(value)) return value.flatMap(codingsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'system' in value && 'code' in value ? [value as Coding] : [];
  return [...own, ...Object.values(value).flatMap(codingsIn)];
}
