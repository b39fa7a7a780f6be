import { hkdfSync } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EventStore } from '#event-store/event-store.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { Configuration } from '#platform/configuration.js';
import {
  CONFIGURATION,
  EVENT_STORE,
  FACILITY_REGISTER,
  LOGGER,
  PLACE_REGISTER,
  SECRETS,
  VIEW_HOST,
} from '#platform/injection.js';
import { Terminology } from '#fhir/terminology/terminology.js';
import type { View, ViewHost } from '#projections/view-host.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import type { Secrets } from '#security/secrets.js';
import { INTAKE, type IntakePort } from '#service/intake/intake-port.js';
import { AuditEvents } from './audit-events/audit-events.js';
import { AUDIT_EVENTS, AuditEventsController } from './audit-events/audit-events.controller.js';
import { BreakGlass } from './break-glass/break-glass.js';
import { BreakGlassController } from './break-glass/break-glass.controller.js';
import { BreakGlassTickets } from './break-glass/break-glass-tickets.js';
import { EmergenciesController } from './break-glass/emergencies.controller.js';
import { BREAK_GLASS } from './break-glass/injection.js';
import { BundleController } from './batch/bundle.controller.js';
import { StoredDocuments } from './reading/stored-documents.js';
import { ExportController } from './export/export.controller.js';
import { EXPORTS, Exports } from './export/exports.js';
import { exportPlaces } from './export/open-exports.js';
import { GROUPS, Groups } from './groups/groups.js';
import { FhirController } from './http/fhir.controller.js';
import { FhirSmartConfigurationController } from './http/smart-configuration.controller.js';
import { HistoryController } from './http/history.controller.js';
import { GraphqlController } from './graphql/graphql.controller.js';
import { GraphqlService } from './graphql/graphql-service.js';
import { GRAPHQL } from './graphql/injection.js';
import { SummaryController } from './summary/summary.controller.js';
import { readRecordsFiles, RECORDS_FILES, RecordsPageController } from './pages/records-page.controller.js';
import { TERMINOLOGY } from './terminology/injection.js';
import { TerminologyOperationsController } from './terminology/terminology-operations.controller.js';
import { TerminologyResourcesController } from './terminology/terminology-resources.controller.js';
import { TerminologyService } from './terminology/terminology-service.js';
import { RECORD_QUERIES, type RecordQueries, recordQueries } from './record-queries.js';
import { ValidateController } from './validate/validate.controller.js';
import { CreateController } from './writing/create.controller.js';
import { SentBodies } from './writing/sent-body.js';
import { MessageTaking } from './writing/message-taking.js';
import { Writing, WRITING } from './writing/writing.js';
import { WrittenEntries } from './writing/written-entries.js';

/** `View` of the health record. */
export const HEALTH_RECORD_VIEW = Symbol('HealthRecordView');

/** Module of the projection, for the view host. */
export const healthRecordProjection = new URL('./projection/health-record.projection.js', import.meta.url);

/**
 * FHIR R4 over the health record. The composing application provides, globally, CONFIGURATION, EVENT_STORE, VIEW_HOST, FACILITY_REGISTER,
 * PLACE_REGISTER, SECRETS, LOGGER and INTAKE, and guards that set the caller.
 */
@Module({
  controllers: [
    BreakGlassController,
    EmergenciesController,
    RecordsPageController,
    FhirSmartConfigurationController,
    AuditEventsController,
    ExportController,
    SummaryController,
    GraphqlController,
    TerminologyOperationsController,
    TerminologyResourcesController,
    HistoryController,
    ValidateController,
    CreateController,
    BundleController,
    FhirController,
  ],
  providers: [
    { provide: RECORDS_FILES, useFactory: readRecordsFiles },
    {
      provide: HEALTH_RECORD_VIEW,
      useFactory: (host: ViewHost): Promise<View> => host.add({ module: healthRecordProjection }),
      inject: [VIEW_HOST],
    },
    {
      provide: RECORD_QUERIES,
      useFactory: (view: View, events: EventStore, facilities: FacilityRegister, secrets: Secrets): RecordQueries =>
        recordQueries(view.database, events, facilities, secrets),
      inject: [HEALTH_RECORD_VIEW, EVENT_STORE, FACILITY_REGISTER, SECRETS],
    },
    {
      provide: BREAK_GLASS,
      useFactory: (view: View, events: EventStore, { sealingKey }: Secrets): BreakGlass => {
        const key = new Uint8Array(hkdfSync('sha256', sealingKey, '', 'break-glass-tickets', 32));
        return new BreakGlass(new StoredDocuments(view.database), view.database, events, new BreakGlassTickets(key));
      },
      inject: [HEALTH_RECORD_VIEW, EVENT_STORE, SECRETS],
    },
    {
      provide: GROUPS,
      useFactory: (facilities: FacilityRegister, places: PlaceRegister, { startedOn }: RecordQueries): Groups =>
        new Groups(facilities, places, startedOn),
      inject: [FACILITY_REGISTER, PLACE_REGISTER, RECORD_QUERIES],
    },
    {
      provide: EXPORTS,
      useFactory: (
        configuration: Configuration,
        view: View,
        events: EventStore,
        trail: AuditTrail,
        logger: Logger,
      ): Exports =>
        new Exports({
          ...exportPlaces(configuration, view),
          events,
          trail,
          logger,
          keepMs: configuration.exportKeepHours * 3_600_000,
        }),
      inject: [CONFIGURATION, HEALTH_RECORD_VIEW, EVENT_STORE, AUDIT_TRAIL, LOGGER],
    },
    {
      provide: SentBodies,
      useFactory: ({ bodyLimit }: Configuration): SentBodies => new SentBodies(bodyLimit),
      inject: [CONFIGURATION],
    },
    {
      provide: WRITING,
      useFactory: (intake: IntakePort, events: EventStore, view: View, { reader }: RecordQueries): Writing =>
        new Writing(
          new MessageTaking(intake, events, view),
          new WrittenEntries(new StoredDocuments(view.database), reader),
        ),
      inject: [INTAKE, EVENT_STORE, HEALTH_RECORD_VIEW, RECORD_QUERIES],
    },
    {
      provide: GRAPHQL,
      useFactory: (logger: Logger): GraphqlService => new GraphqlService(logger),
      inject: [LOGGER],
    },
    {
      provide: TERMINOLOGY,
      useFactory: (places: PlaceRegister): TerminologyService => new TerminologyService(new Terminology(places)),
      inject: [PLACE_REGISTER],
    },
    {
      provide: AUDIT_EVENTS,
      useFactory: (
        trail: AuditTrail,
        view: View,
        facilities: FacilityRegister,
        { pages }: RecordQueries,
      ): AuditEvents => new AuditEvents(new AuditReader(trail.store.database), view.database, facilities, pages),
      inject: [AUDIT_TRAIL, HEALTH_RECORD_VIEW, FACILITY_REGISTER, RECORD_QUERIES],
    },
  ],
  exports: [HEALTH_RECORD_VIEW, RECORD_QUERIES],
})
export class RecordModule {}
