import { allergiesOf } from './allergies.js';
import { ofType } from './fhir-elements.js';
import {
  bloodPressures,
  familyHistoryOf,
  glucoseValues,
  hba1cValues,
  historyOf,
  newestSigns,
  resultsOf,
} from './measurements.js';
import { medicinesOf } from './medicines.js';
import { dayOf } from './moments.js';
import { personIn } from './person.js';
import { hasDiabetes, problemsOf } from './problems.js';
import { consentsOf, programmesOf, vaccinesOf } from './programmes.js';
import { referralsOf } from './referrals.js';
import { targetsOf } from './targets.js';
import { isRedacted, timelineOf } from './timeline-entries.js';

/**
 * Everything the page shows of a record. Pure.
 * @param resources of the record, as far as they are here
 * @param id of the Patient that was asked for
 * @param now milliseconds since 1970 of the moment that is shown
 * @param number writes a number in the language of the page
 */
export function recordContent(resources, id, now, number) {
  const encounters = new Map(ofType(resources, 'Encounter').map((one) => [one.id, one]));
  const person = personIn(resources, id);
  const problems = problemsOf(resources, encounters, now);
  const referrals = referralsOf(resources);
  const vaccines = vaccinesOf(resources);
  const programmes = programmesOf(resources);
  return {
    person,
    hidden: resources.some(isRedacted),
    allergies: allergiesOf(resources),
    problems,
    medicines: medicinesOf(resources, encounters, now),
    bloodPressures: bloodPressures(resources),
    targets: targetsOf(person?.birthDate, Number(dayOf(now).slice(0, 4)), hasDiabetes(problems)),
    glucose: glucoseValues(resources),
    hba1c: hba1cValues(resources),
    signs: newestSigns(resources, number),
    results: resultsOf(resources, number),
    history: historyOf(resources, number),
    family: familyHistoryOf(resources),
    referrals,
    vaccines,
    programmes,
    consents: consentsOf(resources),
    timeline: timelineOf(resources, { referrals, vaccines, programmes }, number),
  };
}
