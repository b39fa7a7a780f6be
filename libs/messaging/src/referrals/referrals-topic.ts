import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import { referralId } from '#domain/referrals/referral-key.js';
import { domainEventOf } from '../domain-event-of.js';
import type { JsonSchema } from '../schema-check.js';
import { defineTopic, type Topic } from '../topic.js';
import type { ReferralStep } from './referral-step.js';

const text = { type: 'string', minLength: 1 };
const facility = { type: 'string', pattern: '^[0-9]{2}[0-9A-Z]{3}$' };

/** JSON Schema of the data of `referrals.v1`. */
export const referralStepSchema: JsonSchema = {
  $id: 'urn:lien-tuyen:schema:referrals.v1',
  type: 'object',
  properties: {
    kind: { type: 'string', pattern: '^[A-Za-z]+$' },
    referral: {
      type: 'object',
      properties: { from: facility, number: text },
      required: ['from', 'number'],
      additionalProperties: false,
    },
    revision: { type: 'integer', minimum: 0 },
    resident: text,
    at: text,
    by: facility,
    addressedTo: facility,
    issue: {
      type: 'object',
      properties: {
        direction: { enum: ['up', 'down', 'level'] },
        validUntil: text,
        paper: {
          type: 'object',
          properties: { number: text, from: facility, to: facility },
          required: ['number', 'from', 'to'],
        },
      },
      required: ['direction', 'validUntil', 'paper'],
      additionalProperties: false,
    },
  },
  required: ['kind', 'referral', 'revision', 'resident', 'at', 'by'],
  additionalProperties: false,
};

/** `referrals.v1`: every step of every referral, keyed by the referral. */
export const referrals: Topic<ReferralStep> = defineTopic<ReferralStep>({
  name: 'referrals.v1',
  schema: referralStepSchema,
  reads: { categories: ['referral'] },
  content(event) {
    const step = domainEventOf(event) as ReferralEvent;
    const { referral, resident, at, by } = step.data;
    const addressedTo = addresseeOf(step);
    return {
      key: referralId(referral),
      data: {
        kind: step.type,
        referral,
        revision: event.revision,
        resident,
        at,
        by,
        ...(addressedTo && { addressedTo }),
        ...(step.type === 'ReferralIssued' && {
          issue: { direction: step.data.direction, validUntil: step.data.validUntil, paper: paperOf(step.data.paper) },
        }),
      },
    };
  },
});

/** What was kept for the sender's own record stays there. */
function paperOf(paper: TransferPaper): TransferPaper {
  const { kept: _, ...alone } = paper;
  return alone;
}

function addresseeOf(step: ReferralEvent): string | undefined {
  switch (step.type) {
    case 'ReferralIssued':
      return step.data.paper.to;
    case 'ReferralRedirected':
      return step.data.to;
    default:
      return step.data.by === step.data.referral.from ? undefined : step.data.referral.from;
  }
}
