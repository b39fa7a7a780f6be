import { codeIn, isVoid, notesOf, ofType, wordsOf } from './fhir-elements.js';

/** Allergies. Pure. */

const verification = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';
const clinical = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';

/**
 * @returns { present, denied }: each { words, category, severe, on, notes }; whoever was never asked has neither
 */
export function allergiesOf(resources) {
  const all = ofType(resources, 'AllergyIntolerance')
    .filter((one) => !isVoid(one))
    .map((one) => ({
      words: wordsOf(one.code),
      category: one.category?.[0],
      severe: one.criticality === 'high' || one.reaction?.some(({ severity }) => severity === 'severe') === true,
      reactions: (one.reaction ?? []).flatMap(({ manifestation = [] }) => manifestation.map(wordsOf)).filter(Boolean),
      on: one.onsetDateTime ?? one.recordedDate,
      notes: notesOf(one),
      denied: codeIn(one.verificationStatus, verification) === 'refuted',
      over: ['inactive', 'resolved'].includes(codeIn(one.clinicalStatus, clinical)),
    }));
  return { present: all.filter(({ denied, over }) => !denied && !over), denied: all.filter(({ denied }) => denied) };
}
