import type { Bundle, MessageHeader, OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyRequest } from 'fastify';
import { outcomeOf } from '#fhir/reading/fault-outcome.js';
import type { ReadBundle } from '#fhir/reading/read-bundle.js';
import type { JsonObject } from '#fhir/reading/json.js';
import { derivedUuid } from '../derived-ids.js';
import { answerOf, keyReused, type AnsweredReceipt } from '../intake/intake-answers.js';
import type { IntakeAnswer } from '../intake/intake.js';
import type { LargeMessage, ReceivedMessage } from '../intake/message.js';
import type { Receipt } from '../intake/receipt.js';
import { wholeBody } from '../originals/originals.js';
import { responseBundle } from './fhir-answer.js';
import { bundleOf } from './read-fhir-message.js';

export interface FhirReply {
  readonly status: 200 | 201 | 403 | 409 | 415 | 422;
  readonly body: Bundle | OperationOutcome;
  readonly receipt?: Receipt | AnsweredReceipt;
}

export const fhirJson = 'application/fhir+json';

/** A FHIR message is answered as FHIR, unless its sender asks for plain JSON. */
export function wantsFhir({ headers }: Pick<FastifyRequest, 'headers'>, contentType: string): boolean {
  if (!/^application\/(fhir\+json|json\+fhir|fhir\+xml)\b/i.test(contentType)) return false;
  const accept = headers.accept ?? '*/*';
  return accept.includes('fhir+json') || !/application\/json\b/i.test(accept);
}

/** @param base address of the FHIR record, without a slash at the end */
export async function fhirReply(
  answer: IntakeAnswer,
  message: ReceivedMessage | LargeMessage,
  base: string,
): Promise<FhirReply> {
  switch (answer.outcome) {
    case 'key-reused':
      return { status: 409, body: outcomeOf([keyReused]) };
    case 'refused': {
      const { receipt, httpStatus } = answer;
      const faults = [...receipt.faults, ...receipt.records.flatMap((record) => record.faults)];
      return { status: httpStatus, body: outcomeOf(faults), receipt };
    }
    case 'taken':
    case 'duplicate': {
      const { status, receipt } = answerOf(answer);
      const bundle = bundleOf('body' in message ? message : { ...message, body: await wholeBody(message) });
      const response = responseBundle(bundle, receipt, base);
      return {
        status,
        body: bundle.header ? messageResponse(bundle, bundle.header, response, base) : response,
        receipt,
      };
    }
    default:
      return answer satisfies never;
  }
}

/** A message is answered by a message: whose event it is, what became of it, and the response Bundle. */
function messageResponse(bundle: ReadBundle, header: JsonObject, response: Bundle, base: string): Bundle {
  const { id, eventCoding, eventUri } = header;
  const faulty = bundle.entries.some((entry) => entry.faults.some(({ severity }) => severity === 'error'));
  const answer = {
    resourceType: 'MessageHeader',
    ...(eventCoding !== undefined && { eventCoding }),
    ...(eventUri !== undefined && { eventUri }),
    source: { name: 'Liên Tuyến', endpoint: base },
    response: { identifier: typeof id === 'string' ? id : 'unknown', code: faulty ? 'fatal-error' : 'ok' },
  } as MessageHeader;
  const receipt = response.identifier?.value ?? '';
  return {
    resourceType: 'Bundle',
    type: 'message',
    ...(response.identifier && { identifier: response.identifier }),
    ...(response.timestamp !== undefined && { timestamp: response.timestamp }),
    ...(response.link && { link: response.link }),
    entry: [
      { fullUrl: `urn:uuid:${derivedUuid('message-response', receipt)}`, resource: answer },
      { fullUrl: `urn:uuid:${derivedUuid('response-bundle', receipt)}`, resource: response },
    ],
  };
}
