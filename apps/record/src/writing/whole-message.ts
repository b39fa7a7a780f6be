import type { Bundle, OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { returnPreference } from './return-preference.js';
import type { SentBody } from '../http/sent-resource.js';
import { asNotShown, asRefused, linkReceipt, type Writing } from './writing.js';
import { entryOf, noted } from './written-entries.js';

/**
 * Writes a Bundle all of which is for intake, and answers it as FHIR wants.
 * @param notes what there is to say besides of each entry
 */
export async function writeWhole(
  writing: Writing,
  sent: SentBody,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  notes: readonly (OperationOutcomeIssue | undefined)[] = [],
): Promise<Bundle | OperationOutcome> {
  const written = await writing.write(request, caller, sent);
  if (written.outcome === 'refused') return asRefused(written, request, reply);
  if (written.outcome === 'not-shown') return asNotShown(written, request, reply);
  linkReceipt(written.receipt, request, reply);
  const preference = returnPreference(request);
  return written.frame(noted(written.entries, notes).map((entry) => entryOf(entry, preference)));
}
