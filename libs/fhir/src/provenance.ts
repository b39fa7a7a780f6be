import type { Provenance } from '@medplum/fhirtypes';
import { coding, facilityReference, given, reference, text, type TranslationContext } from './elements.js';
import { actorSystem, codeSystems, extensions, messageDigestSystem } from './systems.js';

/** What the view keeps of an event that touched a document. */
export interface Touch {
  /** Id of the event. */
  readonly event: string;
  readonly eventType: string;
  /** Version of the document after it. */
  readonly version: number;
  /** ISO 8601 UTC. */
  readonly recordedAt: string;
  readonly occurredAt: string;
  readonly facility?: string;
  readonly actor?: string;
  readonly digest?: string;
}

/** Reference of a resource, `Encounter/…`. */
export type Target = string;

/** What the event did, to whom it belongs, and the message it came from. */
export function provenanceOf(touch: Touch, targets: readonly Target[], context: TranslationContext): Provenance {
  const who = touch.facility === undefined ? actorReference(touch.actor) : facilityReference(touch.facility, context);
  const removed = touch.eventType.endsWith('Retracted');
  return given<Provenance>({
    resourceType: 'Provenance',
    id: touch.event,
    meta: { versionId: '1', lastUpdated: touch.recordedAt },
    extension: [{ url: extensions.eventType, valueCode: touch.eventType }],
    target: targets.map((target) => ({ reference: target })),
    occurredDateTime: touch.occurredAt,
    recorded: touch.recordedAt,
    activity: {
      coding: [
        removed
          ? { system: codeSystems.dataOperation, code: 'DELETE', display: 'delete' }
          : touch.version === 1
            ? { system: codeSystems.dataOperation, code: 'CREATE', display: 'create' }
            : { system: codeSystems.dataOperation, code: 'UPDATE', display: 'revise' },
      ],
    },
    agent: [
      {
        type: { coding: [coding(codeSystems.provenanceAgent, 'author', 'Author')].filter((one) => one !== undefined) },
        who,
      },
    ],
    entity:
      touch.digest === undefined
        ? undefined
        : [
            {
              role: 'source',
              what: {
                reference: `DocumentReference/${touch.event}`,
                type: 'DocumentReference',
                identifier: { system: messageDigestSystem, value: touch.digest },
                display: 'Thông điệp gốc (source message)',
              },
            },
          ],
  });
}

function actorReference(actor: string | undefined): { identifier: { system: string; value: string } } {
  return { identifier: { system: actorSystem, value: text(actor) ?? 'system' } };
}

/** `Encounter/…` of a resource. */
export const targetOf = (resource: { readonly resourceType: string; readonly id?: string }): Target =>
  reference(resource.resourceType as 'Patient', resource.id ?? '').reference ?? '';
