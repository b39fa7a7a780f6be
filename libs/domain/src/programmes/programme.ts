/** Long-term programmes that residents are followed in, told from their visits. */
import { hasDiagnosis, isChronicLung, isDiabetes, isHypertension } from '../indicators/clinical-definitions.js';
import type { DateTime } from '../dates.js';
import { epochOf } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import { sensitiveClassOf } from '../sensitive-classes.js';
import type { VisitContent } from '../visits/visit-content.js';

/** Those that stations run under QĐ 5904/QĐ-BYT 2019, and treatment of tuberculosis (table 15 of QĐ 4750). */
export type Programme = 'hypertension' | 'diabetes' | 'copd-asthma' | 'tuberculosis';

export const programmes: readonly Programme[] = ['hypertension', 'diabetes', 'copd-asthma', 'tuberculosis'];

/** A visit as part of a programme. */
export interface ProgrammeVisit {
  /** Names the visit among those of the programme. */
  readonly visit: string;
  readonly start: DateTime;
  readonly facility: FacilityCode;
}

/**
 * Programmes that a visit is of: a visit for the disease, which is what indicators call management, or a card of its treatment. A
 * card or a diagnosis that few may know of enrols nobody here.
 */
export function programmesOf({
  diagnoses,
  papers = [],
}: Pick<VisitContent, 'diagnoses' | 'papers'>): readonly Programme[] {
  // That there was such a visit is for few to know: see sensitive-classes.
  if (hasDiagnosis(diagnoses, (code) => sensitiveClassOf(code) !== undefined)) return [];
  const treated = papers.some((paper) => paper.kind === 'tuberculosis-care' && paper.sensitive === undefined);
  const of: Readonly<Record<Programme, boolean>> = {
    hypertension: hasDiagnosis(diagnoses, isHypertension),
    diabetes: hasDiagnosis(diagnoses, isDiabetes),
    'copd-asthma': hasDiagnosis(diagnoses, isChronicLung),
    tuberculosis: treated,
  };
  return programmes.filter((programme) => of[programme]);
}

/** The visits of a programme with one more, or with what it says now; in the order they began. */
export function withVisit(visits: readonly ProgrammeVisit[], visit: ProgrammeVisit): readonly ProgrammeVisit[] {
  return [...withoutVisit(visits, visit.visit), visit].toSorted(
    (one, other) => epochOf(one.start) - epochOf(other.start) || (one.visit < other.visit ? -1 : 1),
  );
}

export function withoutVisit(visits: readonly ProgrammeVisit[], visit: string): readonly ProgrammeVisit[] {
  return visits.filter((one) => one.visit !== visit);
}
