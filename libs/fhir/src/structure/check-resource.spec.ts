import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { arbitraryDocuments } from '../testing/arbitrary-documents.js';
import type { Json } from '../reading/json.js';
import { resourcesOf } from '../translation.js';
import { checkResource } from './check-resource.js';
import { isResourceType, rulesOf } from './element-tables.js';

const { recordDocuments } = arbitraryDocuments(fc);
const version = { id: '3b2c1a09-0000-5000-8000-000000000001', version: 1, lastUpdated: '2026-11-22T09:33:00.000Z' };

describe('the table of elements', () => {
  it('is what HL7 defines', () => {
    const script = fileURLToPath(new URL('../../../../../scripts/fhir-elements.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });

  it('knows resources, data types and nested elements', () => {
    expect(isResourceType('Patient')).toBe(true);
    expect(isResourceType('HumanName')).toBe(false);
    expect(isResourceType('__proto__')).toBe(false);
    expect(rulesOf('Patient.contact')?.elements.get('relationship')?.type).toBe('CodeableConcept');
    expect(rulesOf('Observation')?.required.map(({ label }) => label)).toEqual(['status', 'code']);
    expect(rulesOf('MedicationRequest')?.required.map(({ label }) => label)).toContain('medication[x]');
  });
});

describe('the check', () => {
  it('finds nothing wrong with what the record gives out', () => {
    fc.assert(
      fc.property(recordDocuments, (document) => {
        for (const resource of resourcesOf(document, version, { facilityName: () => 'Trạm giả lập' }))
          expect(checkResource(JSON.parse(JSON.stringify(resource)) as Json, resource.resourceType)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('takes extensions of primitives, nulls in their places, contained resources', () => {
    const patient: Json = {
      resourceType: 'Patient',
      contained: [{ resourceType: 'Organization', id: 'o', name: 'Trạm' }],
      name: [{ given: ['A', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'y' }] }] }],
      _birthDate: { extension: [{ url: 'urn:absent', valueCode: 'unknown' }] },
      managingOrganization: { reference: '#o' },
    };
    expect(checkResource(patient, 'Patient')).toEqual([]);
  });

  it('stops at fifty faults', () => {
    const telecom = Array.from({ length: 500 }, () => ({ system: 'khói' }));
    expect(checkResource({ resourceType: 'Patient', telecom }, 'Patient')).toHaveLength(50);
  });
});
