import type { Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { PractitionerDocument } from '../documents.js';
import { facilityReference, given, practitionerReference, text, type TranslationContext } from '../elements.js';
import { personName } from '../residents/person-name.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems, practisingCertificateSystem } from '../systems.js';

/** Whoever messages name by the number of a practising certificate (VN Core: số chứng chỉ hành nghề). */
export function practitionerOf(id: string, { certificate, name }: PractitionerDocument): Practitioner {
  const named = personName(text(name) ?? '');
  return given<Practitioner>({
    resourceType: 'Practitioner',
    id,
    identifier: [
      {
        type: {
          coding: [{ system: codeSystems.identifierType, code: 'MD', display: 'Medical License number' }],
          text: 'Số chứng chỉ hành nghề',
        },
        system: practisingCertificateSystem,
        value: certificate,
      },
    ],
    name:
      named.text === ''
        ? undefined
        : [given({ use: 'official' as const, text: named.text, family: named.family, given: [...named.given] })],
  });
}

/** Each facility that has named the practitioner as taking part in its care. */
export function practitionerRolesOf(
  id: string,
  { certificate, facilities }: PractitionerDocument,
  context: TranslationContext,
): readonly PractitionerRole[] {
  return facilities.map((facility) =>
    given<PractitionerRole>({
      resourceType: 'PractitionerRole',
      id: resourceId(id, rolePart(facility)),
      practitioner: practitionerReference(certificate),
      organization: facilityReference(facility, context),
    }),
  );
}

export const rolePart = (facility: string): string => `r-${facility}`;
