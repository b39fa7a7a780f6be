import {
  codeIn,
  extensionOf,
  firstCode,
  idIn,
  isVoid,
  namedBy,
  notesOf,
  ofType,
  systems,
  wordsOf,
} from './fhir-elements.js';
import { newestFirst } from './moments.js';

/** Referrals, up, across and back. Pure. */

/** SNOMED CT: referral of a patient, and its kinds that hospitals use. */
const referral = new Set(['3457005', '306206005']);
const snomed = 'http://snomed.info/sct';

/** Whether a request sends the patient to another facility; others order something. */
const isReferral = ({ code, category = [] }) => [code, ...category].some((one) => referral.has(codeIn(one, snomed)));

/**
 * Each request with the task that tells how far it is, newest first.
 * @returns { id, number, on, until, from, to, direction, directionWords, state, stateWords, reasons, notes, appointment, arrived, late, answers, refusal }
 */
export function referralsOf(resources) {
  const tasks = new Map(ofType(resources, 'Task').map((task) => [idIn(task.focus), task]));
  const referrals = ofType(resources, 'ServiceRequest')
    .filter((one) => isReferral(one) && !isVoid(one))
    .map((request) => referralOf(request, tasks.get(request.id)));
  return newestFirst(referrals, ({ on }) => on);
}

/** Requests that order something, newest first: { id, on, what, by, state }. */
export const ordersOf = (resources) =>
  newestFirst(
    ofType(resources, 'ServiceRequest')
      .filter((one) => !isReferral(one) && !isVoid(one))
      .map(({ id, authoredOn, code, requester, status }) => ({
        id,
        on: authoredOn,
        what: wordsOf(code),
        by: namedBy(requester),
        state: status,
      })),
    ({ on }) => on,
  );

function referralOf(request, task) {
  const { identifier, authoredOn, occurrencePeriod, requester, performer, orderDetail, reasonCode = [] } = request;
  const reasons = reasonCode.filter((one) => codeIn(one, systems.transferReason) === undefined);
  return {
    id: request.id,
    number: identifier?.[0]?.value,
    what: wordsOf(request.code),
    on: authoredOn,
    until: occurrencePeriod?.end,
    from: namedBy(requester),
    to: namedBy(task?.owner ?? performer?.[0]),
    direction: codeIn(orderDetail?.[0], systems.transferDirection),
    directionWords: wordsOf(orderDetail?.[0]),
    state: codeIn(task?.businessStatus, systems.referralState) ?? request.status,
    stateWords: wordsOf(task?.businessStatus),
    reasons: reasons.map((one) => [codeIn(one, systems.icd10), wordsOf(one)].filter(Boolean).join(' ')),
    notes: notesOf(request),
    appointment: task?.input?.find((one) => one.valueDateTime)?.valueDateTime,
    arrived: task?.executionPeriod?.start,
    late: extensionOf(task, 'urn:lien-tuyen:extension:late-arrival')?.valueBoolean === true,
    refusal: wordsOf(task?.statusReason),
    answers: (task?.output ?? []).flatMap(answerOf),
  };
}

function answerOf({ type, valueString, valueCodeableConcept, valueDateTime }) {
  const said =
    valueString ??
    valueDateTime ??
    [codeIn(valueCodeableConcept, systems.icd10), wordsOf(valueCodeableConcept)].filter(Boolean).join(' ');
  return said ? [{ heading: wordsOf(type) ?? firstCode(type), said }] : [];
}
