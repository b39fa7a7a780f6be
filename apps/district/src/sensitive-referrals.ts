/** What lists and feeds of referrals leave out: diagnoses of sensitive classes. The referral itself tells them to those it concerns. */
import { isAttended, type KnownReferral } from '#domain/referrals/referral-state.js';
import {
  type SensitiveClass,
  sensitiveClasses,
  sensitiveClassesIn,
  sensitiveClassOf,
} from '#domain/sensitive-classes.js';
import type { Caller } from '#security/caller.js';

/** Classes for which the caller's token has no scope. */
export const hiddenFrom = ({ scopes }: Caller): readonly SensitiveClass[] =>
  sensitiveClasses.filter((one) => !scopes.has(`sensitive.${one}`));

/** Classes that a paper, an answer or words about them tell of. */
export function classesOfStep(data: unknown): readonly SensitiveClass[] {
  const found = new Set<SensitiveClass>();
  const look = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      const ofCode = name === 'code' ? sensitiveClassOf(value) : undefined;
      for (const one of ofCode ? [ofCode] : sensitiveClassesIn(value)) found.add(one);
    } else if (Array.isArray(value)) for (const one of value) look(one, name);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, one] of Object.entries(value)) look(one, inner);
  };
  look(data, '');
  return [...found];
}

/** Classes of everything that a referral's papers and answers say. */
export function classesOfReferral(state: KnownReferral): readonly SensitiveClass[] {
  const said: readonly unknown[] = [
    state.issue?.paper,
    ...(isAttended(state) ? state.answers : []),
    ...(state.status === 'referred-back' ? [state.back] : []),
  ];
  return classesOfStep(said);
}

/** Of a step: when, by whom, of whom, where to. */
export function plainPart(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain = ['referral', 'resident', 'at', 'by', 'to', 'direction', 'validUntil', 'appointment', 'late'];
  return Object.fromEntries(Object.entries(data).filter(([name]) => plain.includes(name)));
}
