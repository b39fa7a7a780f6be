/** Which entry of a Bundle a fault of the message made from it is about. */
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import { outcome } from '../http/fhir-fault.js';

const inEntry = /^Bundle\.entry\[(\d+)\]/;

/** Faults of a message, with the entries named as they stand in the Bundle it was made from. */
export function renumbered(reasons: OperationOutcome, places: readonly number[]): OperationOutcome {
  const issues = reasons.issue ?? [];
  return outcome(
    issues.map((one) =>
      withPath(one, (path) =>
        path.replace(inEntry, (at, index: string) => {
          const place = places[Number(index)];
          return place === undefined ? at : `Bundle.entry[${place}]`;
        }),
      ),
    ),
  );
}

/** Of a message that was refused, the faults of one entry and those of the whole. */
export function faultsOfEntry(reasons: OperationOutcome, place: number): OperationOutcome {
  const issues = (reasons.issue ?? []).filter(({ expression = [] }) => {
    const [, named] = inEntry.exec(expression[0] ?? '') ?? [];
    return named === undefined || Number(named) === place;
  });
  return outcome(issues.length > 0 ? issues : [...(reasons.issue ?? [])]);
}

function withPath(one: OperationOutcomeIssue, change: (path: string) => string): OperationOutcomeIssue {
  // The words name the place, too.
  const words = (text: string): string => text.replace(/^Bundle\.entry\[\d+\]/, change);
  const { expression, diagnostics, details } = one;
  return {
    ...one,
    ...(expression && { expression: expression.map(change) }),
    ...(diagnostics !== undefined && { diagnostics: words(diagnostics) }),
    ...(details?.text !== undefined && { details: { ...details, text: words(details.text) } }),
  };
}
