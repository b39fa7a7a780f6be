import { Controller, Get, Param, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { ownFacility } from '../own-facility.js';
import { referralOf } from '../referral-stream.js';
import { EntityTagInterceptor } from '../versions/entity-tag.interceptor.js';
import type { ReferralDocument } from './referral-document.js';
import { ShowReferral } from './show-referral.query.js';

@Controller('referrals')
@RequireScope('referrals.read')
export class ShowReferralController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id')
  @UseInterceptors(EntityTagInterceptor)
  show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ReferralDocument> {
    return this.queries.execute(new ShowReferral(referralOf(id), ownFacility(caller)));
  }
}
