import { codeIn, firstCode, groupedBy, isVoid, namedBy, ofType, systems, wordsOf } from './fhir-elements.js';
import { epochOf, newestFirst } from './moments.js';

/** What a person has and had. Pure. */

/** A diagnosis of a visit counts as present for so long when no list of problems says more. */
const presentForMs = 365 * 86_400_000;

const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const verification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

/**
 * Conditions, those of one code as one problem.
 * @param encounters by id: when and where a visit's diagnosis was made
 * @param now milliseconds since 1970 of the moment that is shown
 * @returns { active, past, refuted }: newest first, each { code, words, first, last, times, places }
 */
export function problemsOf(resources, encounters, now) {
  const conditions = ofType(resources, 'Condition').filter((one) => !isVoid(one));
  const groups = groupedBy(conditions, keyOf);
  const problems = [...groups.values()].map((group) => problemOf(group, encounters, now));
  const of = (state) =>
    newestFirst(
      problems.filter((one) => one.state === state),
      ({ last }) => last,
    );
  return { active: of('active'), past: of('past'), refuted: of('refuted') };
}

const keyOf = ({ code }) =>
  codeIn(code, systems.icd10) ?? `${code?.coding?.[0]?.system ?? ''}|${firstCode(code) ?? wordsOf(code) ?? ''}`;

function problemOf(group, encounters, now) {
  const told = newestFirst(
    group.map((condition) => ({ condition, on: dateOf(condition, encounters) })),
    ({ on }) => on,
  );
  const dated = told.filter(({ on }) => on);
  const last = dated[0]?.on;
  return {
    code: codeIn(group[0].code, systems.icd10),
    words: wordsOf(told[0].condition.code),
    first: dated.at(-1)?.on,
    last,
    times: group.length,
    places: [...new Set(told.map(({ condition }) => placeOf(condition, encounters)).filter(Boolean))],
    state: stateOf(group, last, now),
  };
}

/** What a list of problems says holds; else a visit's diagnosis is present for a year. */
function stateOf(group, last, now) {
  const listed = group.filter((one) => one.category?.some((category) => firstCode(category) === 'problem-list-item'));
  if (listed.some((one) => !isRefuted(one) && isActive(one))) return 'active';
  const seen = group.filter((one) => !listed.includes(one) && !isRefuted(one));
  if (seen.length === 0) return group.every(isRefuted) ? 'refuted' : 'past';
  if (!seen.some(isActive)) return 'past';
  return last === undefined || now - epochOf(last) <= presentForMs ? 'active' : 'past';
}

const isRefuted = ({ verificationStatus }) => codeIn(verificationStatus, verification) === 'refuted';
const isActive = ({ clinicalStatus }) =>
  ['active', 'recurrence', 'relapse', undefined].includes(codeIn(clinicalStatus, clinical));

const encounterOf = ({ encounter }, encounters) => encounters.get(encounter?.reference?.split('/').at(-1));

const dateOf = (condition, encounters) =>
  encounterOf(condition, encounters)?.period?.start ?? condition.onsetDateTime ?? condition.recordedDate;

const placeOf = (condition, encounters) => namedBy(encounterOf(condition, encounters)?.serviceProvider);

/** ICD-10 E10–E14, or the item of the health record's list. */
export const hasDiabetes = ({ active, past }) =>
  [...active, ...past].some(({ code, words }) => /^E1[0-4]/.test(code ?? '') || /^đái tháo đường/i.test(words ?? ''));
