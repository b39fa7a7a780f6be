import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { DateTime } from '#domain/dates.js';
import { documentIdOf } from '../resource-ids.js';
import { arbitraryDocuments } from '../testing/arbitrary-documents.js';
import { type RecordResource, resourcesOf } from '../translation.js';
import type { ResidentDocument, VisitDocument } from '../documents.js';
import { residentPlaceholder } from '../kept.js';
import { isError, readBundle, type ReadRecord } from './read-bundle.js';

const { visitDocuments, residentDocuments } = arbitraryDocuments(fc);
const context = { facilityName: () => undefined };
const receivedAt = '2026-11-22T10:00:00+07:00' as DateTime;
const version = (id: string) => ({ id, version: 1, lastUpdated: '2026-11-22T03:00:00.000Z' });
const idOf = (visit: VisitDocument['visit']): string =>
  documentIdOf(`visit-${encodeURIComponent(`${visit.facility}.${visit.episode}`)}`);

/** What the record says of a person and a visit, as somebody else would send it. */
function bundleOf(person: ResidentDocument, visits: readonly VisitDocument[]): Uint8Array {
  const resources = [
    ...resourcesOf(person, version(person.resident), context).filter((one) => one.resourceType === 'Patient'),
    ...visits.flatMap((visit) => resourcesOf(visit, version(idOf(visit.visit)), context)),
  ];
  return Buffer.from(
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map((resource) => ({
        fullUrl: `https://record.example/fhir/${resource.resourceType}/${resource.id}`,
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      })),
    }),
  );
}

/** What resources say, whatever they are called and in whatever order they stand. */
function said(resources: readonly RecordResource[], visit: string, resident: string): readonly string[] {
  return resources
    .map((resource) =>
      JSON.stringify(sorted({ ...resource, id: '' }))
        .replaceAll(residentPlaceholder, resident)
        .replaceAll(new RegExp(`${visit}-[A-Za-z0-9.-]+`, 'g'), visit),
    )
    .toSorted();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** Vitals that a living person can have: others are kept as they were sent. */
const believable = fc.record(
  {
    systolic: fc.integer({ min: 60, max: 250 }),
    diastolic: fc.integer({ min: 30, max: 150 }),
    pulse: fc.integer({ min: 30, max: 200 }),
    temperature: fc.integer({ min: 340, max: 420 }).map((tenths) => tenths / 10),
    weight: fc.integer({ min: 2, max: 200 }),
  },
  { requiredKeys: [] },
);

describe('what the record gives out', () => {
  it('comes in again as it was: every visit gives the same resources', () => {
    fc.assert(
      fc.property(residentDocuments, visitDocuments, (person, document) => {
        const { resident } = person;
        const visit = { ...document, resident };
        const { facility } = visit.visit;
        const read = readBundle(bundleOf(person, [visit]), { facility, receivedAt });
        expect([...read.faults, ...read.entries.flatMap((entry) => entry.faults)].filter(isError)).toEqual([]);
        const [record] = read.records as readonly [ReadRecord];
        const again = record.visits.map((one) => one.visit);
        const [only] = again;
        if (!only) throw new Error('no visit');
        const made = resourcesOf({ kind: 'visit', resident, visit: only }, version(idOf(only)), context);
        const before = resourcesOf(visit, version(idOf(visit.visit)), context);
        const id = idOf(visit.visit);
        expect(idOf(only)).toBe(id);
        expect(said(made, id, resident)).toEqual(said(before, id, resident));
      }),
      { numRuns: 60 },
    );
  });

  it('and as content, in all that the domain reads again: diagnoses, vitals, times, episode', () => {
    fc.assert(
      fc.property(residentDocuments, visitDocuments, believable, (person, document, vitals) => {
        const visit = { ...document.visit, vitals };
        const body = bundleOf(person, [{ kind: 'visit', visit, resident: person.resident }]);
        const read = readBundle(body, { facility: visit.facility, receivedAt });
        const again = read.records[0]?.visits[0]?.visit;
        expect(again?.episode).toBe(visit.episode);
        expect(again?.start).toBe(visit.start);
        expect(again?.vitals).toEqual(visit.vitals);
        expect(again?.medications.length).toBe(visit.medications.length);
        expect(again?.results.length).toBe(visit.results.length);
      }),
      { numRuns: 40 },
    );
  });

  it('a person gives the same Patient', () => {
    fc.assert(
      fc.property(residentDocuments, (person) => {
        const read = readBundle(bundleOf(person, []), { facility: person.registeredBy, receivedAt });
        const told = read.records[0]?.person;
        if (!told) throw new Error('no person');
        const again: ResidentDocument = {
          kind: 'resident',
          resident: person.resident,
          registeredBy: person.registeredBy,
          details: told.details,
          identifiers: told.identifiers,
          cards: told.cards,
        };
        const patient = (document: ResidentDocument): unknown =>
          resourcesOf(document, version(document.resident), context)[0];
        expect(patient(again)).toEqual(patient({ ...person }));
      }),
      { numRuns: 60 },
    );
  });
});
