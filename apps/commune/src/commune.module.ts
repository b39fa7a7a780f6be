import { Inject, Module, type OnApplicationShutdown, type OnModuleInit, Optional } from '@nestjs/common';
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
import { errorFields } from '#platform/logging.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import { ofOneProcess } from './identity/registrations.js';
import { SharedRegistrations } from './identity/shared-registrations.js';
import { ResidentIdentity } from './identity/resident-identity.js';
import { ResidentIndex } from './identity/resident-index.js';
import { ORIGINALS, RECEIPTS_VIEW, RESIDENT_INDEX_VIEW, SHARED_DATABASE } from './injection.js';
import { openSharedDatabase, type SharedDatabase } from './shared-database.js';
import { IntakeController } from './intake/intake.controller.js';
import { Intake } from './intake/intake.js';
import { countAnswers } from './intake/intake-metrics.js';
import { MessageJournal } from './intake/message-journal.js';
import { ReceiveMessageHandler } from './intake/receive-message.command.js';
import { RecordIntake } from './intake/record-intake.js';
import { ReferralIntake } from './intake/referral-intake.js';
import { KeyedMutex } from './keyed-mutex.js';
import { openOriginals } from './originals/open-originals.js';
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
import { UnfinishedMessages } from './unfinished-messages.js';

/** Of a timer, 24.8 days. */
const longestWaitMs = 2 ** 31 - 1;

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
      provide: SHARED_DATABASE,
      inject: [CONFIGURATION],
      useFactory: async (configuration: Configuration): Promise<SharedDatabase | undefined> =>
        configuration.engines === 'distributed' ? openSharedDatabase({ url: configuration.databaseUrl }) : undefined,
    },
    {
      provide: ORIGINALS,
      inject: [CONFIGURATION, { token: SHARED_DATABASE, optional: true }],
      useFactory: openOriginals,
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
      inject: [
        EVENT_STORE,
        SECRETS,
        ResidentIndex,
        MatchReviews,
        RESIDENT_INDEX_VIEW,
        { token: SHARED_DATABASE, optional: true },
      ],
      useFactory: (
        store: EventStore,
        { identityKey }: Secrets,
        index: ResidentIndex,
        reviews: MatchReviews,
        view: View,
        shared: SharedDatabase | undefined,
      ) => {
        const registrations = shared ? new SharedRegistrations(shared.turns, view) : ofOneProcess;
        return new ResidentIdentity(store, identityKey, { index, reviews, registrations });
      },
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
    {
      provide: UnfinishedMessages,
      inject: [ORIGINALS, Intake, LOGGER],
      useFactory: (originals: Originals, intake: Intake, logger: Logger) =>
        new UnfinishedMessages(originals, intake, logger),
    },
  ],
})
export class CommuneModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly unfinished: UnfinishedMessages,
    @Inject(ORIGINALS) private readonly originals: Originals,
    @Optional() @Inject(SHARED_DATABASE) private readonly shared: SharedDatabase | undefined,
    @Inject(RESIDENT_INDEX_VIEW) private readonly residents: View,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whom a message is about is found in the index of residents: where that must be built first, the start does not wait for it. */
  async onModuleInit(): Promise<void> {
    if (await this.residents.waitFor(0, 1_000)) return this.#finishMessages();
    void this.residents
      .waitFor(0, longestWaitMs)
      .then((readable) => (readable ? this.#finishMessages() : undefined))
      .catch((error: unknown) => this.logger.error(errorFields(error), 'unanswered messages could not be looked for'));
  }

  /** One process finishes at its start what it left behind; of several, the others go on with what one of them leaves. */
  async #finishMessages(): Promise<void> {
    await this.unfinished.finish();
    if (this.shared) this.unfinished.keepFinishing();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.unfinished.stop();
    await this.originals.close();
    await this.shared?.close();
  }
}
