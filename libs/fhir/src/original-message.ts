import type { DocumentReference } from '@medplum/fhirtypes';
import { facilityReference, given, reference, type TranslationContext } from './elements.js';
import type { Target, Touch } from './provenance.js';
import { messageDigestSystem } from './systems.js';

/**
 * The message an event came from: a pointer by its digest, never the message itself, which may tell of other people too.
 * `undefined` where the event came from no message.
 * @param resident whom the event was about, if anybody
 * @param target the whole that the event changed
 */
export function originalMessageOf(
  touch: Touch,
  resident: string | undefined,
  target: Target,
  context: TranslationContext,
): DocumentReference | undefined {
  const { event, digest, facility, recordedAt } = touch;
  if (digest === undefined) return undefined;
  const sender = facility === undefined ? undefined : facilityReference(facility, context);
  return given<DocumentReference>({
    resourceType: 'DocumentReference',
    id: event,
    meta: { versionId: '1', lastUpdated: recordedAt },
    masterIdentifier: { system: messageDigestSystem, value: digest },
    status: 'current',
    type: { text: 'Thông điệp gốc (source message)' },
    subject: resident === undefined ? undefined : reference('Patient', resident),
    date: recordedAt,
    author: sender && [sender],
    custodian: sender,
    content: [{ attachment: { url: namedInformation(digest), title: 'Thông điệp gốc', creation: recordedAt } }],
    context: { related: [{ reference: target }] },
  });
}

/** RFC 6920: a name for content by its SHA-256. */
function namedInformation(digest: string): string {
  return `ni:///sha-256;${Buffer.from(digest, 'hex').toString('base64url')}`;
}
