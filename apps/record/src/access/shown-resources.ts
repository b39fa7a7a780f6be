import { sharedWith } from '#domain/residents/consent.js';
import type { RecordDocument } from '#fhir/documents.js';
import { redactedFrame, securityOf, sensitiveLabels } from '#fhir/sensitivity/sensitive-labels.js';
import type { RecordResource } from '#fhir/translation.js';
import type { StoredDocument } from '../reading/stored-documents.js';
import { namedFacilities } from './named-facilities.js';
import { hiddenClasses, type Shown, showsType } from './visibility.js';

/** How one resource of a document is shown to a caller. */
export interface ShownResource {
  /** Labelled; `undefined` when it is hidden. */
  readonly resource: RecordResource | undefined;
  /** A part of it was left out. */
  readonly redacted: boolean;
}

/** The resources of a document as a caller may see them, each in its place. */
export function shownResources(
  { document, sensitive, personAlone }: Pick<StoredDocument, 'document' | 'sensitive' | 'personAlone'>,
  resources: readonly RecordResource[],
  shown: Shown,
): readonly ShownResource[] {
  if (!document) return [];
  const labels = sensitive ? sensitiveLabels(document, resources) : undefined;
  const hidden = ownDocument(document, shown) ? [] : hiddenClasses(shown);
  const shared = personAlone !== true && sharesHistory(document, shown);
  return resources.map((resource, index) => {
    const told = showsType(shown, resource.resourceType) && (shared || resource.resourceType === 'Patient');
    if (!told) return { resource: undefined, redacted: false };
    const label = labels?.resources[index];
    if (!label) return { resource, redacted: false };
    const { meta } = resource;
    const labelled = { ...resource, meta: { ...meta, security: [...(meta?.security ?? []), ...securityOf(label)] } };
    if (!label.classes.some((one) => hidden.includes(one))) return { resource: labelled, redacted: false };
    return label.whole
      ? { resource: undefined, redacted: false }
      : { resource: redactedFrame(labelled), redacted: true };
  });
}

const ownDocument = (document: RecordDocument, { own }: Shown): boolean =>
  own !== undefined && namedFacilities(document).includes(own);

/** After a withdrawal others see of the resident's own document who it is, not the history; see `sharing.ts` for documents of care. */
function sharesHistory(document: RecordDocument, shown: Shown): boolean {
  if (document.kind !== 'resident' || shown.regardless || document.consents === undefined) return true;
  return sharedWith(document.consents, shown.own) || ownDocument(document, shown);
}
