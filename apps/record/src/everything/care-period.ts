import { epochOf, type DateTime } from '#domain/dates.js';
import type { RecordDocument } from '#fhir/documents.js';

/** Milliseconds since 1970, the end exclusive. */
export interface Period {
  readonly from?: number;
  readonly before?: number;
}

/**
 * Whether the document tells of care within the period. What tells of no care of a day (the person, their history, a facility, a
 * resource kept whole) is of every period.
 */
export function isWithin({ from, before }: Period, document: RecordDocument): boolean {
  const care = careOf(document);
  if (!care) return true;
  const [begun, ended] = care;
  return (from === undefined || lastOf(ended) >= from) && (before === undefined || epochOf(begun) < before);
}

function careOf(document: RecordDocument): readonly [begun: DateTime, ended: DateTime] | undefined {
  switch (document.kind) {
    case 'visit':
      return [document.visit.start, document.visit.end ?? document.visit.start];
    case 'screening':
      return onOne(document.screening.at);
    case 'immunization':
      return onOne(document.immunization.givenOn as DateTime);
    case 'referral':
      return [document.state.issue?.paper.issuedAt ?? document.at, document.at];
    default:
      return undefined;
  }
}

const onOne = (moment: DateTime): readonly [DateTime, DateTime] => [moment, moment];

/** The last millisecond of what may be a bare day. */
const lastOf = (moment: DateTime): number => epochOf(moment) + (moment.length === 10 ? 86_400_000 - 1 : 0);
