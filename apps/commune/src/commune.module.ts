import { join } from 'node:path';
import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import {
  CONFIGURATION,
  EVENT_STORE,
  FACILITY_REGISTER,
  LOGGER,
  METRICS,
  PLACE_REGISTER,
  SECRETS,
  VIEW_HOST,
} from '#platform/injection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import { ResidentIdentity } from './identity/resident-identity.js';
import { ResidentIndex } from './identity/resident-index.js';
import { ORIGINALS, RECEIPTS_VIEW, RESIDENT_INDEX_VIEW } from './injection.js';
import { IntakeController } from './intake/intake.controller.js';
import { Intake } from './intake/intake.js';
import { countAnswers } from './intake/intake-metrics.js';
import { MessageJournal } from './intake/message-journal.js';
import { ReceiveMessageHandler } from './intake/receive-message.command.js';
import { RecordIntake } from './intake/record-intake.js';
import { ReferralIntake } from './intake/referral-intake.js';
import { KeyedMutex } from './keyed-mutex.js';
import { EmbeddedOriginals } from './originals/embedded-originals.js';
import type { Originals } from './originals/originals.js';
import { MatchReviews } from './reviews/match-reviews.js';
import { MatchReviewsController } from './reviews/match-reviews.controller.js';
import { ResidentMerges } from './reviews/resident-merges.js';
import { ReviewReader } from './reviews/review-reader.js';
import { readReviewFiles, REVIEW_FILES, ReviewsPageController } from './reviews/reviews-page.controller.js';
import { OutreachDryRun } from './outreach/dry-run.js';
import { OUTREACH_FILES, OutreachPageController, readOutreachFiles } from './outreach/outreach-page.controller.js';
import { OutreachController } from './outreach/outreach.controller.js';
import { OutreachRunsController } from './outreach/outreach-runs.controller.js';
import { OutreachRuns } from './outreach/outreach-runs.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { finishUnansweredMessages } from './unfinished-messages.js';

@Module({
  imports: [CqrsModule],
  controllers: [
    IntakeController,
    ReceiptsController,
    OutreachController,
    OutreachRunsController,
    OutreachPageController,
    MatchReviewsController,
    ReviewsPageController,
  ],
  providers: [
    ReceiveMessageHandler,
    {
      provide: ORIGINALS,
      inject: [CONFIGURATION],
      useFactory: ({ dataDir }: Configuration) => new EmbeddedOriginals(join(dataDir, 'originals.sqlite')),
    },
    {
      provide: RECEIPTS_VIEW,
      inject: [VIEW_HOST],
      useFactory: (host: ViewHost): Promise<View> =>
        host.add({ module: new URL('./receipts/receipts.projection.js', import.meta.url) }),
    },
    {
      provide: MessageJournal,
      inject: [EVENT_STORE],
      useFactory: (store: EventStore) => new MessageJournal(store),
    },
    {
      provide: RESIDENT_INDEX_VIEW,
      inject: [VIEW_HOST],
      useFactory: (host: ViewHost): Promise<View> =>
        host.add({ module: new URL('./identity/resident-index.projection.js', import.meta.url) }),
    },
    {
      provide: ResidentIndex,
      inject: [RESIDENT_INDEX_VIEW, PLACE_REGISTER],
      useFactory: (view: View, places: PlaceRegister) => new ResidentIndex(view, places),
    },
    { provide: REVIEW_FILES, useFactory: readReviewFiles },
    { provide: ReviewReader, inject: [RESIDENT_INDEX_VIEW], useFactory: (view: View) => new ReviewReader(view) },
    { provide: ResidentMerges, inject: [EVENT_STORE], useFactory: (store: EventStore) => new ResidentMerges(store) },
    { provide: MatchReviews, inject: [EVENT_STORE], useFactory: (store: EventStore) => new MatchReviews(store) },
    {
      provide: ResidentIdentity,
      inject: [EVENT_STORE, SECRETS, ResidentIndex, MatchReviews],
      useFactory: (store: EventStore, secrets: Secrets, index: ResidentIndex, reviews: MatchReviews) =>
        new ResidentIdentity(store, secrets.identityKey, { index, reviews }),
    },
    {
      provide: RecordIntake,
      inject: [EVENT_STORE, ResidentIdentity, FACILITY_REGISTER],
      useFactory: (store: EventStore, identity: ResidentIdentity, facilities: FacilityRegister) =>
        new RecordIntake(
          store,
          identity,
          new ReferralIntake(store, facilities, (a, b) => identity.areOne(a, b)),
          new KeyedMutex(),
        ),
    },
    OutreachRuns,
    {
      provide: Intake,
      inject: [ORIGINALS, MessageJournal, RecordIntake, OutreachRuns, PLACE_REGISTER, METRICS],
      useFactory: (
        originals: Originals,
        journal: MessageJournal,
        records: RecordIntake,
        runs: OutreachRuns,
        places: PlaceRegister,
        metrics: Registry,
      ) => new Intake(originals, journal, runs.following(records), new KeyedMutex(), places, countAnswers(metrics)),
    },
    {
      provide: OutreachDryRun,
      inject: [EVENT_STORE, ResidentIdentity, PLACE_REGISTER],
      useFactory: (store: EventStore, identity: ResidentIdentity, places: PlaceRegister) =>
        new OutreachDryRun(store, identity, places),
    },
    { provide: OUTREACH_FILES, useFactory: readOutreachFiles },
  ],
})
export class CommuneModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly intake: Intake,
    @Inject(ORIGINALS) private readonly originals: Originals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await finishUnansweredMessages(this.originals, this.intake, this.logger);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.originals.close();
  }
}
