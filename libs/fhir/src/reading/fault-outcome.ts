import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { ReadingFault } from './reading-fault.js';

/** Issue types of FHIR for our fault codes; others are `invalid`. */
const issueTypes: Readonly<Record<string, OperationOutcomeIssue['code']>> = {
  required: 'required',
  'unknown-element': 'structure',
  'wrong-type': 'structure',
  'not-json': 'structure',
  'not-fhir-xml': 'structure',
  'not-utf-8': 'structure',
  'not-fhir': 'structure',
  'too-deep': 'too-long',
  'too-many-entries': 'too-long',
  'too-large': 'too-long',
  'unknown-code': 'code-invalid',
  'wrong-form': 'value',
  'not-a-number': 'value',
  'period-reversed': 'invariant',
  'reference-not-found': 'not-found',
  'reference-ambiguous': 'multiple-matches',
  'patient-not-found': 'not-found',
  'duplicate-full-url': 'duplicate',
  'duplicate-encounter': 'duplicate',
  'method-not-supported': 'not-supported',
  'bundle-type': 'not-supported',
  'sender-is-another-facility': 'forbidden',
};

/** Faults of a message, as FHIR says them: Vietnamese in `details`, English in `diagnostics`. */
export function outcomeOf(faults: readonly ReadingFault[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: faults.map(issueOf) };
}

export function issueOf({ path, code, severity, text }: ReadingFault): OperationOutcomeIssue {
  return {
    severity,
    code: issueTypes[code] ?? (severity === 'information' ? 'informational' : 'invalid'),
    details: { coding: [{ system: 'urn:lien-tuyen:codesystem:fault', code }], text: text.vi },
    diagnostics: text.en,
    ...(path !== '' && { expression: [path] }),
  };
}
