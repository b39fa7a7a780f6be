import { hkdfSync } from 'node:crypto';
import { dayOf } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EventStore } from '#event-store/event-store.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { Secrets } from '#security/secrets.js';
import { RecordAsOf } from './as-of/record-as-of.js';
import { PatientEverything } from './everything/patient-everything.js';
import { DocumentChanges } from './history/document-changes.js';
import { DocumentHistory } from './history/document-history.js';
import { RecentChanges } from './history/recent-changes.js';
import { ResourceHistory } from './history/resource-history.js';
import { RecordReader } from './reading/record-reader.js';
import { ResidentsOfResources } from './reading/residents-of-resources.js';
import { StoredDocuments } from './reading/stored-documents.js';
import { Inclusions } from './search/inclusions.js';
import { PageTokens } from './search/page-token.js';
import { RecordSearch } from './search/record-search.js';
import { SearchService } from './search/search-service.js';
import { SummaryReader } from './summary/summary-reader.js';

/** What can be asked of one view of the health record, be it the kept one or one of an earlier moment. */
export interface ViewQueries {
  readonly reader: RecordReader;
  readonly search: SearchService;
  readonly everything: PatientEverything;
  readonly summary: SummaryReader;
}

/** What the controllers ask: made once the view is there. */
export interface RecordQueries extends ViewQueries {
  readonly resourceHistory: ResourceHistory;
  readonly recentChanges: RecentChanges;
  readonly asOf: RecordAsOf;
  readonly residentsOf: ResidentsOfResources;
  /** Over the view of an earlier moment. */
  over(view: ReadDatabase): ViewQueries;
  readonly pages: PageTokens;
  /** Day on which the service was started, for the CapabilityStatement. */
  readonly startedOn: string;
}

export const RECORD_QUERIES = Symbol('RecordQueries');

/**
 * The queries over a view of the health record.
 * @param events asked for what documents were before
 * @param sealingKey of the installation: a key made from it seals the links to further pages (HKDF, RFC 5869)
 */
export function recordQueries(
  database: ReadDatabase,
  events: Pick<EventStore, 'readStream'>,
  facilities: FacilityRegister,
  { sealingKey }: Pick<Secrets, 'sealingKey'>,
): RecordQueries {
  const pages = new PageTokens(new Uint8Array(hkdfSync('sha256', sealingKey, '', 'fhir-page-links', 32)));
  const documents = new StoredDocuments(database);
  const history = new DocumentHistory(database, events);
  const over = (view: ReadDatabase): ViewQueries => viewQueries(view, facilities, pages);
  const now = over(database);
  const changes = new DocumentChanges(documents, now.reader, history);
  return {
    ...now,
    resourceHistory: new ResourceHistory(now.reader, changes, pages),
    recentChanges: new RecentChanges(database, documents, changes, pages),
    asOf: new RecordAsOf(database, documents, history, events, now.reader),
    residentsOf: new ResidentsOfResources(database),
    over,
    pages,
    startedOn: dayOf(Date.now()),
  };
}

function viewQueries(database: ReadDatabase, facilities: FacilityRegister, pages: PageTokens): ViewQueries {
  const documents = new StoredDocuments(database);
  const reader = new RecordReader(database, documents, facilities);
  const search = new RecordSearch(database, documents, reader);
  return {
    reader,
    search: new SearchService(search, new Inclusions(search, reader), pages),
    everything: new PatientEverything(documents, reader, pages),
    summary: new SummaryReader(documents, reader),
  };
}
