import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { arbitraryDocuments } from './testing/arbitrary-documents.js';
import { provenanceOf, targetOf } from './provenance.js';
import { resourcesOf } from './translation.js';
import { faultsOf } from './validation.js';

const { recordDocuments } = arbitraryDocuments(fc);
const context = { facilityName: (code: string) => (code === '08Z11' ? 'Trạm Y tế giả lập' : undefined) };
const version = { id: '3b2c1a09-0000-5000-8000-000000000001', version: 3, lastUpdated: '2026-11-22T09:33:00.000Z' };

describe('everything the record can hold', () => {
  it('is valid FHIR R4, has ids of its own and says its version', () => {
    fc.assert(
      fc.property(recordDocuments, (document) => {
        const resources = resourcesOf(document, version, context);
        for (const resource of resources) {
          expect({ resource: resource.resourceType, faults: faultsOf(resource) }).toEqual({
            resource: resource.resourceType,
            faults: [],
          });
          const { profile: _, ...meta } = resource.meta ?? {};
          expect(meta).toEqual({ versionId: '3', lastUpdated: version.lastUpdated });
        }
        const targets = resources.map(targetOf);
        expect(new Set(targets).size).toBe(targets.length);
        const provenance = provenanceOf(
          {
            event: version.id,
            eventType: 'VisitRecorded',
            version: 1,
            recordedAt: version.lastUpdated,
            occurredAt: '2026-11-22',
            facility: '08Z11',
            digest: 'ab12',
          },
          targets,
          context,
        );
        expect(faultsOf(provenance)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is made the same way twice', () => {
    fc.assert(
      fc.property(recordDocuments, (document) => {
        expect(resourcesOf(document, version, context)).toEqual(
          resourcesOf(structuredClone(document), version, context),
        );
      }),
      { numRuns: 50 },
    );
  });
});
