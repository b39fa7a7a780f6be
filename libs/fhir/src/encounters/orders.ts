import type { Dosage, MedicationRequest, Procedure } from '@medplum/fhirtypes';
import type { VisitDocument } from '../documents.js';
import {
  coding,
  concept,
  facilityReference,
  given,
  lines,
  notStated,
  practitionerReference,
  reference,
  text,
  type TranslationContext,
} from '../elements.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import type { MedicationPart, ProcedurePart } from './encounter-content.js';

/** Medicines of an episode that is told were ordered and dispensed: an order that is completed. */
export function medicationRequestOf(id: string, document: VisitDocument, part: MedicationPart): MedicationRequest {
  const { line } = part;
  const name = lines(line.display);
  const strength = text(line.strength);
  const route = concept([coding(codeSystems.drugRoute, line.route)]);
  const dosage = given<Dosage>({ text: text(line.dosage), patientInstruction: text(line.instructions), route });
  return given<MedicationRequest>({
    resourceType: 'MedicationRequest',
    id: resourceId(id, part.part),
    status: 'completed',
    intent: 'order',
    medicationCodeableConcept:
      concept(
        [coding(codeSystems.drug, line.code, line.display)],
        strength === undefined || name?.includes(strength) ? name : `${name ?? ''} ${strength}`,
      ) ?? notStated,
    subject: reference('Patient', document.resident),
    encounter: reference('Encounter', id),
    authoredOn: part.at,
    requester: practitionerReference(line.practitioner ?? document.visit.practitioner),
    dosageInstruction: Object.keys(dosage).length === 0 ? undefined : [dosage],
    dispenseRequest:
      line.quantity === undefined ? undefined : { quantity: given({ value: line.quantity, unit: text(line.unit) }) },
  });
}

export function procedureOf(
  id: string,
  document: VisitDocument,
  part: ProcedurePart,
  context: TranslationContext,
): Procedure {
  const { line } = part;
  const actor = practitionerReference(line.practitioner) ?? facilityReference(document.visit.facility, context);
  return given<Procedure>({
    resourceType: 'Procedure',
    id: resourceId(id, part.part),
    status: 'completed',
    category: concept([coding(codeSystems.serviceGroup, line.group)]),
    code: concept([coding(codeSystems.service, line.code, line.display)], line.display) ?? notStated,
    subject: reference('Patient', document.resident),
    encounter: reference('Encounter', id),
    performedDateTime: part.at,
    performer: [{ actor }],
  });
}
