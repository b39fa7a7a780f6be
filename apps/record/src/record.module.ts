import { hkdfSync } from 'node:crypto';
import { Module } from '@nestjs/common';
import { dayOf } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { FACILITY_REGISTER, SECRETS, VIEW_HOST } from '#platform/injection.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import { PatientEverything } from './everything/patient-everything.js';
import { FhirController, RECORD_QUERIES, type RecordQueries } from './http/fhir.controller.js';
import { RecordReader } from './reading/record-reader.js';
import { StoredDocuments } from './reading/stored-documents.js';
import { Inclusions } from './search/inclusions.js';
import { PageTokens } from './search/page-token.js';
import { RecordSearch } from './search/record-search.js';
import { SearchService } from './search/search-service.js';

/** `View` of the health record. */
export const HEALTH_RECORD_VIEW = Symbol('HealthRecordView');

/** Module of the projection, for the view host. */
export const healthRecordProjection = new URL('./projection/health-record.projection.js', import.meta.url);

/**
 * The queries over a view of the health record.
 * @param sealingKey of the installation: a key made from it seals the links to further pages (HKDF, RFC 5869)
 */
export function recordQueries(
  database: ReadDatabase,
  facilities: FacilityRegister,
  { sealingKey }: Pick<Secrets, 'sealingKey'>,
): RecordQueries {
  const documents = new StoredDocuments(database);
  const reader = new RecordReader(database, documents, facilities);
  const search = new RecordSearch(database, documents, reader);
  const pages = new PageTokens(new Uint8Array(hkdfSync('sha256', sealingKey, '', 'fhir-page-links', 32)));
  return {
    pages,
    reader,
    search: new SearchService(search, new Inclusions(search, documents, reader), pages),
    everything: new PatientEverything(documents, reader, pages),
    startedOn: dayOf(Date.now()),
  };
}

/**
 * FHIR R4 over the health record. The composing application provides, globally, VIEW_HOST, FACILITY_REGISTER, SECRETS and LOGGER, and
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
      useFactory: (view: View, facilities: FacilityRegister, secrets: Secrets): RecordQueries =>
        recordQueries(view.database, facilities, secrets),
      inject: [HEALTH_RECORD_VIEW, FACILITY_REGISTER, SECRETS],
    },
  ],
  exports: [HEALTH_RECORD_VIEW],
})
export class RecordModule {}
