import { dayPart, type LocalDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import type {
  AnswerReferral,
  IssueReferral,
  RecordArrival,
  ReferBack,
  ReferralCommand,
  ReferralStep,
} from './referral-commands.js';
import type { PatientArrived, ReferralEvent, ReferralIssued } from './referral-events.js';
import { isAttended, type KnownReferral, type ReferralState, type ReferralStatus } from './referral-state.js';
import { actorsOf, stepsFrom } from './referral-steps.js';
import { lastValidDay } from './referral-validity.js';
import { isAboutAnother, isSaidAlready } from './said-already.js';
import { sameContent } from '../same-content.js';

export type ReferralDecision =
  | { readonly outcome: 'events'; readonly events: readonly ReferralEvent[] }
  /** It is so already: the same was said before. */
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly refusal: ReferralRefusal };

export type ReferralRefusal =
  /** The step belongs to another facility; `allowed` says which. */
  | { readonly reason: 'wrong-actor'; readonly step: ReferralStep; readonly allowed: readonly FacilityCode[] }
  /** The step does not exist in the status the referral is in. */
  | { readonly reason: 'illegal-step'; readonly step: ReferralStep; readonly status: ReferralStatus }
  /** A field is absent, blank, or names something the step cannot use. */
  | { readonly reason: 'missing-data'; readonly step: ReferralStep; readonly field: string }
  /** The message is about another person than the paper: most likely a mistyped number. */
  | { readonly reason: 'other-resident'; readonly step: ReferralStep }
  /** The paper may still be used. */
  | { readonly reason: 'still-valid'; readonly step: 'expire'; readonly validUntil: LocalDate };

/**
 * What a command comes to in a state. Pure and total: a refusal is a value that names its reason. That the state is the newest
 * is the caller's part, by appending with the expected revision.
 *
 * Facts of the world may arrive in any order: `arrive` is taken without a paper, after expiry and after non-arrival; the paper
 * that comes later is recorded and moves no status back. A corrected paper or a corrected answer is recorded by the same event
 * type again: whoever counts, counts referrals, not events.
 */
export function decideReferral(command: ReferralCommand, state: ReferralState): ReferralDecision {
  if (command.step === 'issue') return decideIssue(command, state);
  if (state.status === 'unknown') {
    return command.step === 'arrive' ? decideUnannouncedArrival(command) : illegal(command.step, state);
  }
  if (isSaidAlready(command, state)) return { outcome: 'unchanged' };
  if (command.step !== 'expire') {
    const allowed = actorsOf(command.step, state);
    if (!allowed.includes(command.by)) return refused({ reason: 'wrong-actor', step: command.step, allowed });
  }
  if (!stepsFrom[command.step].includes(state.status)) return illegal(command.step, state);
  return decideStep(command, state);
}

function decideStep(command: Exclude<ReferralCommand, IssueReferral>, state: KnownReferral): ReferralDecision {
  const { step, referral, at } = command;
  const by = step === 'expire' ? referral.from : command.by;
  const common = { referral, resident: state.resident, at, by };
  switch (command.step) {
    case 'receive':
      return recorded({ type: 'ReferralReceived', data: common });
    case 'accept': {
      const { appointment, note } = command;
      return recorded({
        type: 'ReferralAccepted',
        data: { ...common, ...(appointment && { appointment }), ...given('note', note) },
      });
    }
    case 'decline':
      if (isBlank(command.reason)) return missing(step, 'reason');
      return recorded({ type: 'ReferralDeclined', data: { ...common, reason: command.reason } });
    case 'redirect':
      if (isBlank(command.reason)) return missing(step, 'reason');
      if (command.to === state.to || command.to === referral.from) return missing(step, 'to');
      return recorded({ type: 'ReferralRedirected', data: { ...common, to: command.to, reason: command.reason } });
    case 'arrive':
      return decideArrival(command, state);
    case 'did-not-arrive':
      return recorded({ type: 'PatientDidNotArrive', data: { ...common, ...given('note', command.note) } });
    case 'answer':
      return decideAnswer(command, state);
    case 'refer-back':
      return decideReferBack(command, state);
    case 'close':
      return recorded({ type: 'ReferralClosed', data: { ...common, ...given('note', command.note) } });
    case 'cancel':
      if (isBlank(command.reason)) return missing(step, 'reason');
      return recorded({ type: 'ReferralCancelled', data: { ...common, reason: command.reason } });
    case 'expire': {
      const validUntil = state.issue?.validUntil;
      if (validUntil === undefined || dayPart(at) <= validUntil) {
        return validUntil === undefined
          ? illegal(step, state)
          : refused({ reason: 'still-valid', step: 'expire', validUntil });
      }
      return recorded({ type: 'ReferralExpired', data: common });
    }
    default:
      return command satisfies never;
  }
}

function decideIssue(command: IssueReferral, state: ReferralState): ReferralDecision {
  const { step, referral, resident, at, by, paper, direction, residence, episode } = command;
  if (by !== referral.from) return refused({ reason: 'wrong-actor', step, allowed: [referral.from] });
  if (paper.from !== referral.from) return missing(step, 'paper.from');
  if (paper.number !== referral.number) return missing(step, 'paper.number');
  if (paper.to === referral.from) return missing(step, 'paper.to');
  const validUntil = lastValidDay(dayPart(paper.issuedAt), command.validity, command.holidays);
  const content: Omit<ReferralIssued['data'], 'at'> = {
    referral,
    resident,
    by,
    paper,
    direction,
    validUntil,
    ...given('residence', residence),
    ...given('episode', episode),
  };
  if (state.status !== 'unknown' && state.issue) {
    const { at: _, ...known } = state.issue;
    if (sameContent({ ...known, referral, resident: state.resident, by }, content)) return { outcome: 'unchanged' };
    // What the patient was received on is not rewritten afterwards.
    if (isAttended(state)) return illegal(step, state);
  }
  if (!stepsFrom.issue.includes(state.status)) return illegal(step, state);
  return recorded({ type: 'ReferralIssued', data: { ...content, at } });
}

function decideUnannouncedArrival(command: RecordArrival): ReferralDecision {
  const { step, referral, resident, at, by, episode } = command;
  if (by === referral.from) return refused({ reason: 'wrong-actor', step, allowed: [] });
  if (resident === undefined) return missing(step, 'resident');
  return recorded({
    type: 'PatientArrived',
    data: { referral, resident, at, by, late: false, ...given('episode', episode) },
  });
}

function decideArrival(command: RecordArrival, state: KnownReferral): ReferralDecision {
  const { step, referral, at, by, episode } = command;
  if (isAboutAnother(command, state)) return refused({ reason: 'other-resident', step });
  // Expiry is told by our clock, and the hospital's message may have been long on its way: the day of arrival decides.
  const late = state.status === 'did-not-arrive' || (state.issue !== undefined && dayPart(at) > state.issue.validUntil);
  const data: PatientArrived['data'] = {
    referral,
    resident: state.resident,
    at,
    by,
    late,
    ...given('episode', episode),
  };
  return recorded({ type: 'PatientArrived', data });
}

function decideAnswer(command: AnswerReferral, state: KnownReferral): ReferralDecision {
  const { step, referral, at, by, answer } = command;
  if (isAboutAnother(command, state)) return refused({ reason: 'other-resident', step });
  if (answer.diagnoses.length === 0 && isBlank(answer.diagnosisText) && isBlank(answer.summary))
    return missing(step, 'answer.diagnoses');
  return recorded({ type: 'ReferralAnswered', data: { referral, resident: state.resident, at, by, answer } });
}

function decideReferBack(command: ReferBack, state: KnownReferral): ReferralDecision {
  const { step, referral, at, by, paper, note } = command;
  if (isAboutAnother(command, state)) return refused({ reason: 'other-resident', step });
  // A paper back tells the findings itself; without one the sender would get its patient back with no word of them.
  if (state.status === 'arrived' && !paper) return missing(step, 'paper');
  if (paper && paper.from !== by) return missing(step, 'paper.from');
  const data = { referral, resident: state.resident, at, by, ...given('paper', paper), ...given('note', note) };
  return recorded({ type: 'PatientReferredBack', data });
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: Value };
}

const recorded = (...events: readonly ReferralEvent[]): ReferralDecision => ({ outcome: 'events', events });
const refused = (refusal: ReferralRefusal): ReferralDecision => ({ outcome: 'refused', refusal });
const illegal = (step: ReferralStep, state: ReferralState): ReferralDecision =>
  refused({ reason: 'illegal-step', step, status: state.status });
const missing = (step: ReferralStep, field: string): ReferralDecision =>
  refused({ reason: 'missing-data', step, field });
