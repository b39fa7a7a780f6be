import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyRequest } from 'fastify';
import { toXml } from '#fhir/xml/write-xml.js';
import type { Problem } from '#platform/http/problem.js';
import type { ProblemWriter, WrittenProblem } from '#platform/http/problem-writers.js';
import { type IssueType, issue, outcome } from './fhir-fault.js';
import { type FhirFormat, formatOf, mediaTypes } from './negotiation.js';

const issueTypes: Readonly<Record<number, IssueType>> = {
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  410: 'deleted',
  413: 'too-long',
  415: 'not-supported',
  429: 'throttled',
  503: 'transient',
};

/** What goes wrong before a route of FHIR is reached, or after it has answered, is an OperationOutcome too. */
export const fhirProblems: ProblemWriter = {
  under: '/fhir',
  write: (problem, request) => written(outcomeOf(problem), request),
};

export function outcomeOf({ status, title, options }: Problem): OperationOutcome {
  const code = issueTypes[status] ?? (status >= 500 ? 'exception' : 'invalid');
  return outcome([issue('error', code, options.detail ?? title)]);
}

/** In the format that was asked for. */
export function written(told: OperationOutcome, request: FastifyRequest): WrittenProblem {
  const format = formatForFault(request);
  return { type: mediaTypes[format], body: format === 'xml' ? toXml(told) : JSON.stringify(told) };
}

/** Whoever asks for neither format is told so in JSON. */
function formatForFault(request: FastifyRequest): FhirFormat {
  try {
    return formatOf(request);
  } catch {
    return 'json';
  }
}
