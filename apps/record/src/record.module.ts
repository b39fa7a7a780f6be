import { Module } from '@nestjs/common';
import type { EventStore } from '#event-store/event-store.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { EVENT_STORE, FACILITY_REGISTER, SECRETS, VIEW_HOST } from '#platform/injection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import { FhirController } from './http/fhir.controller.js';
import { HistoryController } from './http/history.controller.js';
import { RECORD_QUERIES, type RecordQueries, recordQueries } from './record-queries.js';

/** `View` of the health record. */
export const HEALTH_RECORD_VIEW = Symbol('HealthRecordView');

/** Module of the projection, for the view host. */
export const healthRecordProjection = new URL('./projection/health-record.projection.js', import.meta.url);

/**
 * FHIR R4 over the health record. The composing application provides, globally, EVENT_STORE, VIEW_HOST, FACILITY_REGISTER, SECRETS and LOGGER, and
 * guards that set the caller.
 */
@Module({
  controllers: [HistoryController, FhirController],
  providers: [
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
  ],
  exports: [HEALTH_RECORD_VIEW],
})
export class RecordModule {}
