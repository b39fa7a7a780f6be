import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { VIEW_HOST } from '#platform/injection.js';
import type { ViewHost } from '#projections/view-host.js';
import { ExpirePapers } from './expire-papers/expire-papers.js';
import { FeedController } from './follow-feed/feed.controller.js';
import { FeedPageHandler } from './follow-feed/feed-page.handler.js';
import { LiveFeeds } from './follow-feed/live-feeds.js';
import { InboxController, INBOX_FILES, readInboxFiles } from './inbox/inbox.controller.js';
import { ListReferralsController } from './list-referrals/list-referrals.controller.js';
import { ListReferralsHandler } from './list-referrals/list-referrals.handler.js';
import { ShowReferralController } from './show-referral/show-referral.controller.js';
import { ShowReferralHandler } from './show-referral/show-referral.handler.js';
import { TakeStepController } from './take-step/take-step.controller.js';
import { TakeStepHandler } from './take-step/take-step.handler.js';
import { WorklistReader, WORKLISTS } from './worklists/worklist-reader.js';

/** The district tier's service: worklists, steps, feeds and the inbox page of referrals. */
@Module({
  imports: [CqrsModule],
  // The feed stands before `referrals/:id`.
  controllers: [FeedController, ListReferralsController, ShowReferralController, TakeStepController, InboxController],
  providers: [
    {
      provide: WORKLISTS,
      inject: [VIEW_HOST],
      useFactory: (views: ViewHost) =>
        views.add({ module: new URL('./worklists/referral-worklists.projection.js', import.meta.url) }),
    },
    { provide: INBOX_FILES, useFactory: readInboxFiles },
    WorklistReader,
    ListReferralsHandler,
    ShowReferralHandler,
    TakeStepHandler,
    FeedPageHandler,
    LiveFeeds,
    ExpirePapers,
  ],
  exports: [ExpirePapers],
})
export class DistrictModule {}
