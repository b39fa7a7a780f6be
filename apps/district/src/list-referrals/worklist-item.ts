import type { Diagnosis } from '#domain/codes.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { FacilityCode } from '#domain/ids.js';
import { isAttended, type KnownReferral, type ReferralStatus } from '#domain/referrals/referral-state.js';
import { classesOfReferral } from '../sensitive-referrals.js';
import type { PersonOnWorklist, WorklistRow } from '../worklists/worklist-reader.js';

export interface NamedFacility {
  readonly code: FacilityCode;
  /** Absent for a facility that is not in the register. */
  readonly name?: string;
}

/** One line of a worklist. */
export interface WorklistItem {
  readonly id: string;
  readonly number: string;
  readonly from: NamedFacility;
  readonly to: NamedFacility;
  readonly status: ReferralStatus;
  /** Absent until the sender's paper is here. */
  readonly direction?: 'up' | 'down' | 'level';
  readonly resident: { readonly id: string } & Partial<PersonOnWorklist>;
  readonly diagnosis?: { readonly code?: string; readonly text?: string };
  /** The diagnosis is of a class that is not told in lists; the referral itself says it to those it concerns. */
  readonly restricted?: true;
  /** Day or time of the paper, or of the arrival where there is no paper yet. */
  readonly referredAt: string;
  /** When the last step happened in the world. */
  readonly changedAt: string;
  readonly validUntil?: string;
  readonly arrivedAt?: string;
  readonly late?: true;
  readonly revision: number;
}

/** @param hidden classes whose diagnoses a list does not tell: it is opened by whoever is at the desk */
export function worklistItem(
  row: WorklistRow,
  facilities: FacilityRegister,
  hidden: readonly SensitiveClass[],
): WorklistItem {
  const { state } = row;
  const restricted = classesOfReferral(state).some((one) => hidden.includes(one));
  const diagnosis = restricted ? undefined : diagnosisOf(state);
  return {
    id: row.id,
    number: state.referral.number,
    from: named(state.referral.from, facilities),
    to: named(state.to, facilities),
    status: state.status,
    ...(state.issue && { direction: state.issue.direction, validUntil: state.issue.validUntil }),
    resident: { id: row.survivor ?? state.resident, ...row.person },
    ...(diagnosis && { diagnosis }),
    ...(restricted && { restricted: true as const }),
    referredAt: row.referredAt,
    changedAt: row.changedAt,
    ...(isAttended(state) && { arrivedAt: state.arrival.at, ...(state.arrival.late && { late: true as const }) }),
    revision: row.revision,
  };
}

export function named(code: FacilityCode, facilities: FacilityRegister): NamedFacility {
  const name = facilities.get(code)?.name;
  return { code, ...(name !== undefined && { name }) };
}

/** What the paper says, else what the receiving facility found. */
function diagnosisOf(state: KnownReferral): WorklistItem['diagnosis'] {
  const source = state.issue?.paper ?? (isAttended(state) ? state.answers.at(-1) : undefined);
  if (!source) return undefined;
  const main: Diagnosis | undefined = source.diagnoses.find(({ role }) => role === 'main') ?? source.diagnoses[0];
  const text = source.diagnosisText ?? main?.display;
  if (!main && text === undefined) return undefined;
  return { ...(main && { code: main.code }), ...(text !== undefined && { text }) };
}
