import { Command } from '@nestjs/cqrs';
import type { ReferralCommand } from '#domain/referrals/referral-commands.js';

/** A step as a person takes it; issuing comes by message, expiry by the system. */
export type StepByHand = Exclude<ReferralCommand, { readonly step: 'issue' | 'expire' }>;

/** One step of a referral on behalf of a facility, on the version its person has seen. Resolves when the step is durable. */
export class TakeStep extends Command<void> {
  constructor(
    readonly step: StepByHand,
    /** `If-Match` as sent. */
    readonly ifMatch: string,
    readonly actor: string,
    readonly correlationId: string,
  ) {
    super();
  }
}
