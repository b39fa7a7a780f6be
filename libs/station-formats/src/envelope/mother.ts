import type { ResidentIdentifier } from '#domain/residents/resident-content.js';
import type { VisitPaper } from '#domain/visits/visit-papers.js';
import type { ObservedMother } from '../station-message.js';
import { compactCard, normaliseName, readInsuranceNumber, readPersonNumber } from '../values/person-numbers.js';

/**
 * The mother of whoever the visit is of, out of the papers: named on a discharge paper, summary or certificate of a child, or on
 * a birth certificate that goes with the child's own visit rather than with the mother's.
 */
export function motherIn(papers: readonly VisitPaper[], birthDate: string | undefined): ObservedMother | undefined {
  for (const paper of papers) {
    if (paper.kind === 'birth-certificate') {
      if (birthDate === undefined || birthDate.length < 10 || paper.bornAt?.slice(0, 10) !== birthDate) continue;
      return motherOf(paper.motherName, [
        readPersonNumber(paper.motherPersonNumber ?? ''),
        readInsuranceNumber(compactCard(paper.motherInsuranceNumber ?? paper.motherCard ?? '')),
      ]);
    }
    if ('motherName' in paper && paper.motherName !== undefined) {
      const number = 'motherNumber' in paper ? paper.motherNumber : undefined;
      return motherOf(paper.motherName, [readInsuranceNumber(compactCard(number ?? ''))]);
    }
  }
  return undefined;
}

/** A mother by her name and the numbers that could be read; `undefined` where there is neither. */
export function motherOf(
  written: string | undefined,
  numbers: readonly (ResidentIdentifier | undefined)[],
): ObservedMother | undefined {
  const name = normaliseName(written ?? '');
  const identifiers = numbers.filter((one) => one !== undefined);
  if (name === '' && identifiers.length === 0) return undefined;
  return { ...(name !== '' && { name }), identifiers };
}
