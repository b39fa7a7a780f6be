import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import type { ReferralKey } from '#domain/referrals/referral-events.js';
import { ownFacility } from '../own-facility.js';
import { referralOf } from '../referral-stream.js';
import { versionRequired } from './step-problems.js';

/** Whose step it is, on which referral and which version of it. */
export interface StepRequest {
  readonly referral: ReferralKey;
  readonly facility: FacilityCode;
  readonly ifMatch: string;
  readonly actor: string;
  readonly correlationId: string;
}

/**
 * @throws Problem 403 without a facility, 404 for no referral id, 428 without `If-Match`
 */
export const AskedStep = createParamDecorator((_: unknown, context: ExecutionContext): StepRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
  if (!request.caller) throw new Error('A route that takes steps must require a scope');
  const facility = ownFacility(request.caller);
  const referral = referralOf(request.params.id);
  const ifMatch = request.headers['if-match'];
  if (ifMatch === undefined || ifMatch.trim() === '') throw versionRequired();
  return { referral, facility, ifMatch, actor: request.caller.actor, correlationId: request.id };
});
