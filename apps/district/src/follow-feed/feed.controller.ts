import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { lastEventId, sendEventStream } from '#platform/http/event-stream.js';
import { STOPPING } from '#platform/injection.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { residentsIn } from '#security/audit/residents-in.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf, writeDisclosure } from '#security/http/audit-hooks.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import { hiddenFrom } from '../sensitive-referrals.js';
import { ownFacility } from '../own-facility.js';
import type { FeedItem } from './feed-item.js';
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
    @Inject(STOPPING) private readonly stopping: AbortSignal,
    @Inject(AUDIT_TRAIL) private readonly trail: AuditTrail,
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
      await reply.send(
        await this.queries.execute(new FeedPageAfter(facility, after, Number(asked.limit ?? 200), hiddenFrom(caller))),
      );
      return;
    }
    const resumed = lastEventId(request) ?? after;
    const disclosure = disclosureOf(request);
    const written = (items: readonly FeedItem[]): Promise<void> => {
      for (const resident of residentsIn(items)) disclosure.residents.add(resident);
      return writeDisclosure(this.trail, disclosure, 200);
    };
    await sendEventStream(reply, this.stopping, (ended) =>
      this.feeds.follow(facility, resumed, ended, hiddenFrom(caller), written),
    );
  }
}
