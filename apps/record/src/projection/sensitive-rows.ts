import { sensitiveClasses } from '#domain/sensitive-classes.js';
import type { RecordDocument } from '#fhir/documents.js';
import { partOf } from '#fhir/resource-ids.js';
import { type SensitiveLabel, sensitiveLabels } from '#fhir/sensitivity/sensitive-labels.js';
import { resourcesOf } from '#fhir/translation.js';
import { namedFacilities } from '../access/named-facilities.js';
import { wholeDocument } from '../access/row-filter.js';
import type { AddRow } from './index-rows.js';

const version = { version: 1, lastUpdated: '' };
const context = { facilityName: (): undefined => undefined };

/**
 * Rows of a document's resources that tell of a sensitive class, and of the document where it does as a whole.
 * @param document one that may be sensitive
 */
export function indexSensitive(document: RecordDocument, id: string, number: number, add: AddRow): void {
  const resources = resourcesOf(document, { ...version, id }, context);
  const labels = sensitiveLabels(document, resources);
  const facilities = ` ${namedFacilities(document).join(' ')} `;
  const put = (part: string, { classes, whole }: SensitiveLabel): void =>
    add('sensitive_entry', [number, part, ` ${classes.join(' ')} `, whole ? 1 : 0, facilities]);
  const whole = labels.document ?? sameOfAll(labels.resources);
  if (whole) put(wholeDocument, whole);
  const known = new Set<string>();
  for (const [index, resource] of resources.entries()) {
    const label = labels.resources[index];
    const { part } = partOf(resource.id ?? '');
    // A referral's request and its task have one id.
    if (!label || known.has(part)) continue;
    known.add(part);
    put(part, label);
  }
}

/** Where each of the resources is hidden whole, so is the document: for the classes that all of them are of. */
function sameOfAll(labels: readonly (SensitiveLabel | undefined)[]): SensitiveLabel | undefined {
  if (labels.length === 0 || !labels.every((label) => label?.whole === true)) return undefined;
  const classes = sensitiveClasses.filter((one) => labels.every((label) => label?.classes.includes(one)));
  return classes.length === 0 ? undefined : { classes, whole: true };
}
