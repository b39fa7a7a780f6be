import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { ReferralStatus } from '#domain/referrals/referral-state.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { hiddenFrom } from '../sensitive-referrals.js';
import { ownFacility } from '../own-facility.js';
import { statusWords } from '../referral-words.js';
import type { WorklistPlace } from '../worklists/worklist-reader.js';
import { ListReferrals, type WorklistPage } from './list-referrals.query.js';
import { readPlace } from './page-mark.js';

class WorklistParameters {
  @IsOptional()
  @Matches(/^[0-9]{2}[0-9A-Z]{3}$/)
  readonly facility?: string;

  @IsOptional()
  @IsIn(['incoming', 'outgoing'])
  readonly direction?: 'incoming' | 'outgoing';

  /** Several by comma. */
  @IsOptional()
  @Matches(/^[a-z-]+(,[a-z-]+)*$/)
  readonly state?: string;

  @IsOptional()
  @Matches(/^[\w-]{1,600}$/)
  readonly after?: string;

  @IsOptional()
  @Matches(/^([1-9]\d?|[1-4]\d\d|500)$/, { message: 'limit must be a number from 1 to 500' })
  readonly limit?: string;
}

@Controller('referrals')
@RequireScope('referrals.read')
export class ListReferralsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async list(@Query() asked: WorklistParameters, @CurrentCaller() caller: Caller): Promise<WorklistPage> {
    const facility = ownFacility(caller, asked.facility);
    const { direction = 'incoming', limit = '50' } = asked;
    return this.queries.execute(
      new ListReferrals(
        facility,
        direction,
        statusesOf(asked.state),
        placeOf(asked.after),
        Number(limit),
        hiddenFrom(caller),
      ),
    );
  }
}

function statusesOf(state: string | undefined): readonly ReferralStatus[] {
  const words = [...new Set(state?.split(',') ?? [])];
  const wrong = words.find((word) => !Object.hasOwn(statusWords, word) || word === 'unknown');
  if (wrong !== undefined) {
    const allowed = Object.keys(statusWords).filter((word) => word !== 'unknown');
    throw new Problem(
      400,
      'unknown-state',
      { vi: 'Không có trạng thái này', en: 'There is no such state' },
      { extensions: { allowed } },
    );
  }
  return words as readonly ReferralStatus[];
}

function placeOf(mark: string | undefined): WorklistPlace | undefined {
  if (mark === undefined) return undefined;
  const place = readPlace(mark);
  if (!place)
    throw new Problem(400, 'unknown-page', { vi: 'Dấu trang không đúng', en: 'Not a page mark of this list' });
  return place;
}
