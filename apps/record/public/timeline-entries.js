import { codeIn, groupedBy, idIn, isVoid, namedBy, ofType, systems, wordsOf } from './fhir-elements.js';
import { valueOf } from './measurements.js';
import { newestFirst } from './moments.js';
import { ordersOf } from './referrals.js';

/** Everything that happened, in one line of time. Pure. */

export const timelineKinds = [
  'visit',
  'inpatient',
  'screening',
  'immunization',
  'referral',
  'order',
  'programme',
  'document',
];

/**
 * Newest first.
 * @param parts of the record that were read already: referrals, vaccines, programmes
 * @param number writes a number
 * @returns { id, kind, on, until, title, place, hidden, rows }: rows are [name of the field, what it says] or [undefined, text]
 */
export function timelineOf(resources, { referrals, vaccines, programmes }, number) {
  return newestFirst(
    [
      ...encounterEntries(resources, number),
      ...vaccines.map((dose, index) => ({
        id: `immunization-${index}`,
        kind: 'immunization',
        on: dose.on,
        title: dose.vaccine,
        place: dose.place,
        rows: [
          ['dose', dose.dose === undefined ? '' : String(dose.dose)],
          ['lot', dose.lot],
          ['note', dose.notes.join('; ')],
        ],
      })),
      ...referrals.map((one) => ({
        id: `referral-${one.id}`,
        kind: 'referral',
        on: one.on,
        title: one.directionWords ?? one.what,
        place: one.from,
        to: one.to,
        state: one.state,
        stateWords: one.stateWords,
        rows: [
          ['diagnosis', one.reasons.join('; ')],
          ...one.answers.map(({ heading, said }) => [undefined, `${heading}: ${said}`]),
        ],
      })),
      ...ordersOf(resources).map((one) => ({
        id: `order-${one.id}`,
        kind: 'order',
        on: one.on,
        title: one.what,
        place: one.by,
        state: one.state,
        rows: [],
      })),
      ...programmes.map((one, index) => ({
        id: `programme-${index}`,
        kind: 'programme',
        on: one.since,
        title: one.name,
        place: one.place,
        rows: [],
      })),
      ...compositions(resources),
    ],
    ({ on }) => on,
  );
}

function encounterEntries(resources, number) {
  const ofEncounter = groupedBy(
    resources.filter(({ encounter, resourceType }) => encounter && resourceType !== 'ServiceRequest'),
    ({ encounter }) => idIn(encounter),
  );
  return ofType(resources, 'Encounter')
    .filter((one) => !isVoid(one))
    .map((encounter) => encounterEntry(encounter, ofEncounter.get(encounter.id) ?? [], number));
}

function encounterEntry(encounter, parts, number) {
  const conditions = ofType(parts, 'Condition').filter((one) => !isVoid(one));
  const ranks = new Map((encounter.diagnosis ?? []).map(({ condition, rank }) => [idIn(condition), rank ?? 99]));
  const diagnoses = conditions
    .toSorted((a, b) => (ranks.get(a.id) ?? 99) - (ranks.get(b.id) ?? 99))
    .map(({ code }) => [codeIn(code, systems.icd10), wordsOf(code)].filter(Boolean).join(' '));
  const screening = (encounter.type ?? []).find((type) => codeIn(type, systems.screeningProgramme) !== undefined);
  const observations = ofType(parts, 'Observation').filter((one) => !isVoid(one));
  const category = (code) =>
    observations.filter((one) => one.category?.some(({ coding = [] }) => coding.some((each) => each.code === code)));
  const noted = observations.filter((one) => ['exam', 'survey'].some((code) => category(code).includes(one)));
  return {
    id: `encounter-${encounter.id}`,
    kind: screening ? 'screening' : encounter.class?.code === 'IMP' ? 'inpatient' : 'visit',
    on: encounter.period?.start,
    until: encounter.period?.end,
    title: screening ? wordsOf(screening) : (diagnoses[0] ?? wordsOf(encounter.type?.[0])),
    place: namedBy(encounter.serviceProvider),
    hidden: isRedacted(encounter),
    rows: [
      ['care-type', wordsOf(encounter.type?.[0])],
      ['reason', encounter.reasonCode?.map(wordsOf).join('; ')],
      ['diagnosis', diagnoses.join('; ')],
      [
        'signs',
        category('vital-signs')
          .map((one) => `${wordsOf(one.code)} ${short(one, number)}`)
          .join('; '),
      ],
      [
        'results',
        category('laboratory')
          .map((one) => `${wordsOf(one.code)}: ${valueOf(one, number)}`)
          .join('; '),
      ],
      [
        'services',
        ofType(parts, 'Procedure')
          .map(({ code }) => wordsOf(code))
          .join('; '),
      ],
      [
        'medicines',
        ofType(parts, 'MedicationRequest')
          .map(({ medicationCodeableConcept }) => wordsOf(medicationCodeableConcept))
          .join('; '),
      ],
      ...noted.map((one) => [undefined, `${wordsOf(one.code)}: ${valueOf(one, number)}`]),
      ['discharge', wordsOf(encounter.hospitalization?.dischargeDisposition)],
      ['number', encounter.identifier?.[0]?.value],
    ],
  };
}

/** A blood pressure in one word. */
function short(one, number) {
  const part = (loinc) =>
    one.component?.find(({ code }) => codeIn(code, systems.loinc) === loinc)?.valueQuantity?.value;
  const [systolic, diastolic] = [part('8480-6'), part('8462-4')];
  return systolic !== undefined && diastolic !== undefined ? `${systolic}/${diastolic} mmHg` : valueOf(one, number);
}

const compositions = (resources) =>
  ofType(resources, 'Composition')
    .filter((one) => !isVoid(one))
    .map((one) => ({
      id: `document-${one.id}`,
      kind: 'document',
      on: one.date,
      title: one.title ?? wordsOf(one.type),
      place: namedBy(one.custodian ?? one.author?.[0]),
      rows: [],
    }));

/** Whether the service left out a part of a resource because it may not be shown to this caller. */
export const isRedacted = ({ meta }) => meta?.security?.some(({ code }) => code === 'REDACTED') === true;
