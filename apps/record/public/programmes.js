import { extensionOf, facilityAmong, isVoid, namedBy, notesOf, ofType, wordsOf } from './fhir-elements.js';
import { newestFirst } from './moments.js';

/** Programmes, vaccines and what the person said about sharing. Pure. */

/** @returns { name, status, since, until, last, visits, place } */
export const programmesOf = (resources) =>
  newestFirst(
    ofType(resources, 'EpisodeOfCare')
      .filter((one) => !isVoid(one))
      .map((one) => ({
        name: wordsOf(one.type?.[0]),
        status: one.status,
        since: one.period?.start,
        until: one.period?.end,
        last: extensionOf(one, 'urn:lien-tuyen:extension:last-visit')?.valueDateTime,
        visits: extensionOf(one, 'urn:lien-tuyen:extension:visit-count')?.valueInteger,
        place: namedBy(one.managingOrganization),
      })),
    ({ last, since }) => last ?? since,
  );

/** Doses that were given, newest first: { on, vaccine, dose, lot, place, next, notes } */
export const vaccinesOf = (resources) =>
  newestFirst(
    ofType(resources, 'Immunization')
      .filter((one) => !isVoid(one))
      .map((one) => ({
        on: one.occurrenceDateTime,
        vaccine: wordsOf(one.vaccineCode),
        dose: one.protocolApplied?.[0]?.doseNumberPositiveInt,
        lot: one.lotNumber,
        place: facilityAmong((one.performer ?? []).map(({ actor }) => actor)),
        next: extensionOf(one, 'urn:lien-tuyen:extension:next-dose')?.valueDate,
        notes: notesOf(one),
      })),
    ({ on }) => on,
  );

/**
 * Statements about sharing the record, newest first: { on, given, to, takenBy, words }. What says more than with whom it is shared (for what,
 * until when, but for) is named in words and not judged: given is missing.
 */
export const consentsOf = (resources) =>
  newestFirst(
    ofType(resources, 'Consent')
      .filter(({ status }) => status === 'active')
      .map((one) => ({
        on: one.dateTime,
        ...(isPlain(one.provision) && { given: one.provision.type === 'permit' }),
        words: one.category?.map(wordsOf).join(', '),
        to: namedBy(one.provision?.actor?.[0]?.reference),
        takenBy: namedBy(one.organization?.[0]),
      })),
    ({ on }) => on,
  );

const isPlain = (provision) =>
  provision?.type !== undefined &&
  Object.keys(provision).every((name) => ['type', 'actor'].includes(name)) &&
  (provision.actor ?? []).length <= 1;
