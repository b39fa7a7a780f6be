import { Module } from '@nestjs/common';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { FACILITY_REGISTER, VIEW_HOST } from '#platform/injection.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import { PatientEverything } from './everything/patient-everything.js';
import { FhirController, RECORD_QUERIES, type RecordQueries } from './http/fhir.controller.js';
import { RecordReader } from './reading/record-reader.js';
import { StoredDocuments } from './reading/stored-documents.js';
import { Inclusions } from './search/inclusions.js';
import { RecordSearch } from './search/record-search.js';
import { SearchService } from './search/search-service.js';

/** `View` of the health record. */
export const HEALTH_RECORD_VIEW = Symbol('HealthRecordView');

/** Module of the projection, for the view host. */
export const healthRecordProjection = new URL('./projection/health-record.projection.js', import.meta.url);

/** The queries over a view of the health record. */
export function recordQueries(database: ReadDatabase, facilities: FacilityRegister): RecordQueries {
  const documents = new StoredDocuments(database);
  const reader = new RecordReader(database, documents, facilities);
  return {
    reader,
    search: new SearchService(
      new RecordSearch(database, documents),
      documents,
      reader,
      new Inclusions(database, documents, reader),
    ),
    everything: new PatientEverything(documents, reader),
    startedOn: new Date().toISOString().slice(0, 10),
  };
}

/**
 * FHIR R4 over the health record. The composing application provides, globally, VIEW_HOST, FACILITY_REGISTER and LOGGER, and
 * guards that set the caller.
 */
@Module({
  controllers: [FhirController],
  providers: [
    {
      provide: HEALTH_RECORD_VIEW,
      useFactory: (host: ViewHost): Promise<View> => host.add({ module: healthRecordProjection }),
      inject: [VIEW_HOST],
    },
    {
      provide: RECORD_QUERIES,
      useFactory: (view: View, facilities: FacilityRegister): RecordQueries => recordQueries(view.database, facilities),
      inject: [HEALTH_RECORD_VIEW, FACILITY_REGISTER],
    },
  ],
  exports: [HEALTH_RECORD_VIEW],
})
export class RecordModule {}
