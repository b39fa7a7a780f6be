import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { initialReferral, type ReferralState } from '#domain/referrals/referral-state.js';
import type { EventStore } from '#event-store/event-store.js';
import { EVENT_STORE, FACILITY_REGISTER } from '#platform/injection.js';
import { concerns, evolveStored, type RecordedReferralEvent, streamOf, unknownReferral } from '../referral-stream.js';
import { WorklistReader } from '../worklists/worklist-reader.js';
import { type ReferralDocument, referralDocument } from './referral-document.js';
import { ShowReferral } from './show-referral.query.js';

/** Reads the stream, not the view: what somebody has just done is always there. */
@QueryHandler(ShowReferral)
export class ShowReferralHandler implements IQueryHandler<ShowReferral> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
    private readonly worklists: WorklistReader,
  ) {}

  async execute({ referral, facility }: ShowReferral): Promise<ReferralDocument> {
    const events = (await this.store.readStream(streamOf(referral))) as readonly RecordedReferralEvent[];
    const state = events.reduce<ReferralState>(evolveStored, initialReferral);
    if (!concerns(state, facility)) throw unknownReferral();
    const resident = await this.worklists.survivorOf(state.resident);
    const person = await this.worklists.person(resident);
    return referralDocument(state, events, facility, this.facilities, { id: resident, ...person });
  }
}
