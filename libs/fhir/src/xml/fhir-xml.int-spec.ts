import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Resource } from '@medplum/fhirtypes';
import { fromXml, NotFhirXml } from './read-xml.js';
import { toXml } from './write-xml.js';

const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));

/** What defines FHIR itself is three quarters of the package, and of no record: of that, one in twenty. */
const defining =
  /^(CodeSystem|ConceptMap|NamingSystem|OperationDefinition|SearchParameter|StructureDefinition|ValueSet)-/;

const mostBytes = 1024 * 1024;

/** HL7's examples; the narrative's own spelling is not compared. */
const examples = readdirSync(folder)
  .filter((name) => statSync(join(folder, name)).size < mostBytes)
  .filter((name, index) => /^[A-Z].*\.json$/.test(name) && (!defining.test(name) || index % 20 === 0))
  .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Resource] as const);

describe('XML of FHIR', () => {
  it('says what the JSON says, and back again: all examples of HL7', () => {
    const different: string[] = [];
    for (const [name, example] of examples) {
      const again = fromXml(toXml(example));
      if (JSON.stringify(sorted(again)) !== JSON.stringify(sorted(example))) different.push(name);
    }
    expect(examples.length).toBeGreaterThan(900);
    expect(different).toEqual([]);
  });

  it('keeps what JSON puts beside primitives', () => {
    const patient = {
      resourceType: 'Patient',
      birthDate: '1951-08-02',
      _birthDate: { id: 'b1', extension: [{ url: 'http://example.org/x', valueString: 'a "b" <c> & \n\t' }] },
      name: [{ given: ['Văn', null, 'Bình'], _given: [null, { extension: [{ url: 'u', valueCode: 'x' }] }, null] }],
    } as unknown as Resource;
    expect(fromXml(toXml(patient))).toEqual(patient);
  });

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"/>'],
    ['an entity of its own', '<Patient xmlns="http://hl7.org/fhir"><id value="&e;"/></Patient>'],
    ['another namespace', '<Patient/>'],
    ['no resource type', '<Person2 xmlns="http://hl7.org/fhir"/>'],
    ['an unknown element', '<Patient xmlns="http://hl7.org/fhir"><nickname value="x"/></Patient>'],
    ['text between elements', '<Patient xmlns="http://hl7.org/fhir">x</Patient>'],
    ['an element left open', '<Patient xmlns="http://hl7.org/fhir">'],
    ['nothing', ''],
    ['endless nesting', `<Patient xmlns="http://hl7.org/fhir">${'<extension>'.repeat(5_000)}`],
  ])('is refused with %s', (_, text) => {
    expect(() => fromXml(text)).toThrow(NotFhirXml);
  });
});

/** Names in one order, narratives as the text they hold. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, name === 'div' && typeof inner === 'string' ? textOf(inner) : sorted(inner)]),
  );
}

const textOf = (div: string): string =>
  div
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(quot|apos|gt|lt|amp|#\d+|#x[0-9a-f]+);/gi, '')
    .replace(/["'<>&\s]+/g, '');
