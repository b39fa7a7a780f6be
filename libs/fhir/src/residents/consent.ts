import type { Consent } from '@medplum/fhirtypes';
import type { SharingStatement } from '#domain/residents/consent.js';
import type { ResidentDocument } from '../documents.js';
import { facilityReference, given, reference, type TranslationContext } from '../elements.js';
import { resourceId } from '../resource-ids.js';

/** Part of the resident's document that a statement is. */
export const consentPart = ({ to }: SharingStatement): string => (to === undefined ? 'n-all' : `n-${to}`);

/** What the resident said about sharing the record, with one facility or with all. */
export function consentOf(
  document: ResidentDocument,
  statement: SharingStatement,
  context: TranslationContext,
): Consent {
  const { sharing, to, statedOn, takenBy } = statement;
  return given<Consent>({
    resourceType: 'Consent',
    id: resourceId(document.resident, consentPart(statement)),
    status: 'active',
    scope: {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/consentscope',
          code: 'patient-privacy',
          display: 'Privacy Consent',
        },
      ],
    },
    category: [
      {
        coding: [{ system: 'http://loinc.org', code: '59284-0', display: 'Consent Document' }],
        text: 'Chia sẻ hồ sơ sức khỏe giữa các cơ sở',
      },
    ],
    patient: reference('Patient', document.resident),
    dateTime: statedOn,
    organization: [facilityReference(takenBy, context)],
    policyRule: { text: 'Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15' },
    provision: given({
      type: sharing === 'given' ? ('permit' as const) : ('deny' as const),
      actor: to && [
        {
          role: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }],
          },
          reference: facilityReference(to, context),
        },
      ],
    }),
  });
}
