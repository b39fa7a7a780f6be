import type { Coding, Extension, Immunization, ImmunizationProtocolApplied } from '@medplum/fhirtypes';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import type { ImmunizationDocument } from '../documents.js';
import {
  coding,
  concept,
  facilityReference,
  given,
  notStated,
  practitionerReference,
  reference,
  text,
  type TranslationContext,
} from '../elements.js';
import { codeSystems, extensions, immunizationSystem } from '../systems.js';

/** The vaccine as sent, then the group or disease it is against. */
export function vaccineCodings({ vaccineCode, vaccineName, vaccineGroup }: ImmunizationContent): readonly Coding[] {
  return [coding(codeSystems.vaccine, vaccineCode, vaccineName), coding(codeSystems.vaccineGroup, vaccineGroup)].filter(
    (one) => one !== undefined,
  );
}

/** A dose that was given. Doses taken back have no resource. */
export function immunizationOf(
  id: string,
  { resident, immunization }: ImmunizationDocument,
  context: TranslationContext,
): Immunization {
  const reaction = text(immunization.reaction);
  const practitioner = practitionerReference(immunization.practitioner);
  return given<Immunization>({
    resourceType: 'Immunization',
    id,
    extension: extensionsOf(immunization),
    identifier: [{ system: immunizationSystem, value: immunization.immunization }],
    status: 'completed',
    vaccineCode: concept(vaccineCodings(immunization), immunization.vaccineName) ?? notStated,
    patient: reference('Patient', resident),
    occurrenceDateTime: immunization.givenOn,
    lotNumber: text(immunization.lotNumber),
    performer: [
      { actor: facilityReference(immunization.facility, context) },
      ...(practitioner ? [{ actor: practitioner }] : []),
    ],
    note: reaction === undefined ? undefined : [{ text: `Phản ứng sau tiêm (reaction): ${reaction}` }],
    protocolApplied: isDose(immunization.doseNumber)
      ? [given<ImmunizationProtocolApplied>({ doseNumberPositiveInt: immunization.doseNumber })]
      : undefined,
  });
}

function extensionsOf({ nextDoseOn, pregnancyMonth, tetanusDosesOfMother }: ImmunizationContent): Extension[] {
  return [
    nextDoseOn === undefined ? undefined : { url: extensions.nextDose, valueDate: nextDoseOn },
    pregnancyMonth === undefined ? undefined : { url: extensions.pregnancyMonth, valueInteger: pregnancyMonth },
    tetanusDosesOfMother === undefined
      ? undefined
      : { url: extensions.tetanusDosesOfMother, valueInteger: tetanusDosesOfMother },
  ].filter((one) => one !== undefined);
}

/** FHIR counts doses from 1 (positiveInt). */
const isDose = (dose: number | undefined): dose is number => Number.isInteger(dose) && (dose ?? 0) >= 1;
