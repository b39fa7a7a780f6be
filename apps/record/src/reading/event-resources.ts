/** What there is of each event beside the document it touched: Provenance, and a pointer to the message it came from. */
import type { DocumentReference, Provenance } from '@medplum/fhirtypes';
import type { RecordDocument } from '#fhir/documents.js';
import type { TranslationContext } from '#fhir/elements.js';
import { originalMessageOf } from '#fhir/original-message.js';
import { provenanceOf, type Target, type Touch } from '#fhir/provenance.js';
import type { SqlValue } from '#projections/projection.js';
import { rowFilter } from '../access/row-filter.js';
import type { Visibility } from '../access/visibility.js';
import { provenanceDefinition } from '../search/definitions/provenance.js';
import type { Sql } from '../search/sql.js';
import type { StoredDocument } from './stored-documents.js';

/** Types of which there is one resource for each event, beside those that were sent. */
export type EventType = 'Provenance' | 'DocumentReference';

export const eventTypes: readonly EventType[] = ['Provenance', 'DocumentReference'];

export const isEventType = (type: string): type is EventType => eventTypes.some((one) => one === type);

/** Ids of what was sent are longer than that of an event. */
export const isOfEvent = (type: string, id: string): boolean => isEventType(type) && id.length === 36;

export interface TouchRow {
  readonly event: string;
  readonly document: SqlValue;
  readonly version: SqlValue;
  readonly type: string;
  readonly recorded: SqlValue;
  readonly occurred: string;
  readonly facility: string | null;
  readonly actor: string | null;
  readonly digest: string | null;
}

export const touchColumns = 'event, document, version, type, recorded, occurred, facility, actor, digest';

/** As in a search: that a document is shown does not make everything that was ever told of it so. Of `touch e`. */
export const permittedTouches = (visibility: Visibility): Sql | undefined =>
  rowFilter(provenanceDefinition, visibility, []);

/** Resource type that stands for a whole document. */
export const wholeTypes: Readonly<Record<RecordDocument['kind'], string>> = {
  resident: 'Patient',
  visit: 'Encounter',
  screening: 'Encounter',
  immunization: 'Immunization',
  referral: 'ServiceRequest',
  facility: 'Organization',
  programme: 'EpisodeOfCare',
  practitioner: 'Practitioner',
  // Never withdrawn, so never named without its own type.
  resource: 'Basic',
};

/**
 * None of a document of which nothing is shown: that it was told of is told by it.
 * @param own the document's resources that are shown
 * @param besides those of other documents that the event touched
 */
export function provenanceOfTouch(
  touch: TouchRow,
  stored: StoredDocument,
  own: readonly Target[],
  besides: readonly Target[],
  context: TranslationContext,
): Provenance | undefined {
  if (stored.document && own.length === 0) return undefined;
  // Of what was withdrawn, only the whole is still named.
  const now = own.length > 0 ? own : [wholeOf(stored)];
  return provenanceOf(touchOf(touch), [...now, ...besides], context);
}

/**
 * @param shown whether any resource of the document is
 * @param resident whom the document is about, if anybody
 */
export function originalOfTouch(
  touch: TouchRow,
  stored: StoredDocument,
  shown: boolean,
  resident: string | undefined,
  context: TranslationContext,
): DocumentReference | undefined {
  if (stored.document && !shown) return undefined;
  return originalMessageOf(touchOf(touch), resident, wholeOf(stored), context);
}

const wholeOf = ({ kind, id, document }: StoredDocument): string =>
  `${wholeTypes[kind]}/${document?.kind === 'facility' ? document.facility.code : id}`;

function touchOf({ event, type, version, recorded, occurred, facility, actor, digest }: TouchRow): Touch {
  return {
    event,
    eventType: type,
    version: Number(version),
    recordedAt: new Date(Number(recorded)).toISOString(),
    occurredAt: occurred,
    ...(facility !== null && { facility }),
    ...(actor !== null && { actor }),
    ...(digest !== null && { digest }),
  };
}
