import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastEventId } from '#platform/http/event-streams.js';
import { signalOf } from '#platform/http/gone.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { ownFacility } from '../own-facility.js';
import { FeedPageAfter } from './feed-page.query.js';
import { LiveFeeds } from './live-feeds.js';

class FeedParameters {
  @IsOptional()
  @Matches(/^[0-9]{2}[0-9A-Z]{3}$/)
  readonly facility?: string;

  @IsOptional()
  @Matches(/^\d{1,15}$/)
  readonly after?: string;

  @IsOptional()
  @Matches(/^([1-9]\d?|[1-4]\d\d|500)$/, { message: 'limit must be a number from 1 to 500' })
  readonly limit?: string;
}

@Controller('referrals/feed')
@RequireScope('referrals.read')
export class FeedController {
  constructor(
    private readonly queries: QueryBus,
    private readonly feeds: LiveFeeds,
  ) {}

  @Get()
  async feed(
    @Query() asked: FeedParameters,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const facility = ownFacility(caller, asked.facility);
    const after = Number(asked.after ?? 0);
    reply.header('vary', 'accept');
    if (!(request.headers.accept ?? '').includes('text/event-stream')) {
      await reply.send(await this.queries.execute(new FeedPageAfter(facility, after, Number(asked.limit ?? 200))));
      return;
    }
    await reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('x-accel-buffering', 'no')
      .send(Readable.from(this.feeds.follow(facility, lastEventId(request) ?? after, signalOf(reply))));
  }
}
