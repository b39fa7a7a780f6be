import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { errorFields } from '#platform/logging.js';
import { CONFIGURATION, EVENT_STORE, LOGGER, METRICS, SECRETS, VIEW_HOST } from '#platform/injection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import type { Secrets } from '#security/secrets.js';
import { DocumentChanges } from '../history/document-changes.js';
import { DocumentHistory } from '../history/document-history.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { HEALTH_RECORD_VIEW, RecordModule } from '../record.module.js';
import { StoredDocuments } from '../reading/stored-documents.js';
import { Clock } from './clock.js';
import { Deliveries } from './delivery/deliveries.js';
import { deliveryMetrics } from './delivery/delivery-metrics.js';
import { EndpointGuard } from './delivery/endpoint-guard.js';
import { FollowLog } from './following/follow-log.js';
import { OversightController } from './http/oversight.controller.js';
import { SubscriptionController } from './http/subscription.controller.js';
import { SubscriptionOperationsController } from './http/subscription-operations.controller.js';
import { EVENT_FEED, SUBSCRIPTIONS } from './injection.js';
import { EventChanges } from './reading/event-changes.js';
import { EventFeed } from './reading/event-feed.js';
import { Notifications } from './reading/notifications.js';
import { RunningSubscriptions } from './running.js';
import { ChannelSeal } from './sealed-channel.js';
import { SubscriptionStreams } from './subscription-streams.js';
import { Subscriptions } from './subscriptions.js';

/** `View` of the subscriptions. */
const SUBSCRIPTIONS_VIEW = Symbol('SubscriptionsView');

const subscriptionsProjection = new URL('./subscriptions.projection.js', import.meta.url);

/** Topic-based subscriptions over the health record (Subscriptions R5 Backport for R4). */
@Module({
  imports: [RecordModule],
  controllers: [SubscriptionOperationsController, SubscriptionController, OversightController],
  providers: [
    Clock,
    {
      provide: SUBSCRIPTIONS_VIEW,
      useFactory: (host: ViewHost): Promise<View> => host.add({ module: subscriptionsProjection }),
      inject: [VIEW_HOST],
    },
    {
      provide: SubscriptionStreams,
      useFactory: (view: View, events: EventStore) => new SubscriptionStreams(view.database, events),
      inject: [SUBSCRIPTIONS_VIEW, EVENT_STORE],
    },
    {
      provide: ChannelSeal,
      useFactory: ({ sealingKey }: Secrets) => new ChannelSeal(sealingKey),
      inject: [SECRETS],
    },
    {
      provide: EndpointGuard,
      useFactory: ({ subscriptions }: Configuration) => new EndpointGuard(subscriptions),
      inject: [CONFIGURATION],
    },
    {
      provide: EventChanges,
      useFactory: ({ database }: View, events: EventStore, { reader }: RecordQueries, logger: Logger) => {
        const documents = new StoredDocuments(database);
        const changes = new DocumentChanges(documents, reader, new DocumentHistory(database, events));
        return new EventChanges(database, documents, changes, (event, error) =>
          logger.error({ ...errorFields(error), event }, 'what an event changed cannot be told to subscribers'),
        );
      },
      inject: [HEALTH_RECORD_VIEW, EVENT_STORE, RECORD_QUERIES, LOGGER],
    },
    {
      provide: Notifications,
      useFactory: (changes: EventChanges) => new Notifications(changes),
      inject: [EventChanges],
    },
    {
      provide: SUBSCRIPTIONS,
      useFactory: (view: View, streams: SubscriptionStreams, seal: ChannelSeal, guard: EndpointGuard) =>
        new Subscriptions({ view, streams, seal, guard }),
      inject: [SUBSCRIPTIONS_VIEW, SubscriptionStreams, ChannelSeal, EndpointGuard],
    },
    {
      provide: EVENT_FEED,
      useFactory: (view: View, notifications: Notifications) => new EventFeed(view, notifications),
      inject: [SUBSCRIPTIONS_VIEW, Notifications],
    },
    {
      provide: FollowLog,
      useFactory: (
        events: EventStore,
        record: View,
        view: View,
        streams: SubscriptionStreams,
        changes: EventChanges,
      ): FollowLog =>
        new FollowLog({ events, record, view, streams, changes, documents: new StoredDocuments(record.database) }),
      inject: [EVENT_STORE, HEALTH_RECORD_VIEW, SUBSCRIPTIONS_VIEW, SubscriptionStreams, EventChanges],
    },
    {
      provide: Deliveries,
      useFactory: (
        view: View,
        streams: SubscriptionStreams,
        notifications: Notifications,
        seal: ChannelSeal,
        guard: EndpointGuard,
        audit: AuditTrail,
        logger: Logger,
        metrics: Registry,
        clock: Clock,
      ): Deliveries =>
        new Deliveries({
          view,
          streams,
          notifications,
          seal,
          guard,
          audit,
          logger,
          metrics: deliveryMetrics(metrics, view.database, () => clock.now()),
          now: () => clock.now(),
          random: Math.random,
        }),
      inject: [
        SUBSCRIPTIONS_VIEW,
        SubscriptionStreams,
        Notifications,
        ChannelSeal,
        EndpointGuard,
        AUDIT_TRAIL,
        LOGGER,
        METRICS,
        Clock,
      ],
    },
    {
      provide: RunningSubscriptions,
      useFactory: (host: ViewHost, following: FollowLog, deliveries: Deliveries, logger: Logger) =>
        new RunningSubscriptions(host, following, deliveries, logger),
      inject: [VIEW_HOST, FollowLog, Deliveries, LOGGER],
    },
  ],
})
export class SubscriptionsModule {}
