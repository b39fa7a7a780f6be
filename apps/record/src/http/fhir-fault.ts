import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Bilingual } from '#domain/bilingual.js';

/** FHIR issue types this server answers with. */
export type IssueType =
  | 'invalid'
  | 'not-supported'
  | 'not-found'
  | 'deleted'
  | 'structure'
  | 'conflict'
  | 'too-long'
  | 'timeout'
  | 'forbidden'
  | 'login'
  | 'too-costly'
  | 'value'
  | 'exception'
  | 'throttled'
  | 'multiple-matches'
  | 'transient';

/** Answered as an OperationOutcome with the HTTP status. Holds no personal data. */
export class FhirFault extends Error {
  override readonly name = 'FhirFault';
  constructor(
    readonly status: number,
    readonly code: IssueType,
    readonly text: Bilingual,
  ) {
    super(`${code}: ${text.en}`);
  }

  toOutcome(): OperationOutcome {
    return outcome([issue('error', this.code, this.text)]);
  }
}

export function issue(
  severity: OperationOutcomeIssue['severity'],
  code: IssueType | 'informational',
  text: Bilingual,
): OperationOutcomeIssue {
  return { severity, code, details: { text: text.vi }, diagnostics: text.en };
}

export function outcome(issues: OperationOutcomeIssue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues };
}

export const notFound = (): FhirFault =>
  new FhirFault(404, 'not-found', {
    vi: 'Không có dữ liệu này, hoặc không thuộc quyền đọc.',
    en: 'Not there, or not yours to read.',
  });

export const gone = (): FhirFault =>
  new FhirFault(410, 'deleted', { vi: 'Nơi ghi đã rút lại dữ liệu này.', en: 'Whoever recorded it has withdrawn it.' });
