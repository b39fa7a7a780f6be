import type { MedicationLine, ServiceLine } from '#domain/visits/visit-content.js';
import { codeSystems } from '../systems.js';
import { certificateOf, codeIn, momentOf, stated, whenOf, wordsOf } from './elements.js';
import { type Json, type JsonObject, objectOf, objectsOf, textOf } from './json.js';

const prescribed: ReadonlySet<string> = new Set(['active', 'completed', 'on-hold', 'stopped']);

/**
 * A medicine ordered in a visit; `undefined` for drafts, plans, cancelled orders and what must not be taken.
 * @param medication what `medicationReference` leads to
 */
export function readMedication(request: JsonObject, medication: JsonObject | undefined): MedicationLine | undefined {
  if (!prescribed.has(textOf(request['status']) ?? '') || request['doNotPerform'] === true) return undefined;
  if (textOf(request['intent'])?.endsWith('order') !== true) return undefined;
  const concept = request['medicationCodeableConcept'] ?? medication?.['code'];
  const display = wordsOf(concept) ?? textOf(objectOf(request['medicationReference'])?.['display']);
  const code = codeIn(concept, codeSystems.drug);
  if (display === undefined && code === undefined) return undefined;
  const [dosage] = objectsOf(request['dosageInstruction']);
  const quantity = objectOf(objectOf(request['dispenseRequest'])?.['quantity']);
  return stated<MedicationLine>({
    // No code of another system: figures and claims read it as MA_THUOC.
    code: code ?? '',
    display,
    route: codeIn(dosage?.['route'], codeSystems.drugRoute),
    dosage: textOf(dosage?.['text']),
    instructions: textOf(dosage?.['patientInstruction']),
    quantity: typeof quantity?.['value'] === 'number' ? quantity['value'] : undefined,
    unit: textOf(quantity?.['unit']),
    prescribedAt: momentOf(request['authoredOn']),
    practitioner: certificateOf(objectOf(request['requester'])),
  });
}

/** Something done in a visit; `undefined` for what was not (yet) done. */
export function readService(procedure: JsonObject): ServiceLine | undefined {
  const status = textOf(procedure['status']);
  if (status !== 'completed' && status !== 'in-progress') return undefined;
  const display = wordsOf(procedure['code']);
  const code = codeIn(procedure['code'], codeSystems.service);
  if (display === undefined && code === undefined) return undefined;
  return stated<ServiceLine>({
    code: code ?? '',
    display,
    group: codeIn(procedure['category'], codeSystems.serviceGroup),
    supply: false,
    performedAt: whenOf(procedure, 'performed'),
    practitioner: performerOf(procedure['performer']),
  });
}

function performerOf(performers: Json | undefined): string | undefined {
  return objectsOf(performers).flatMap((one) => certificateOf(objectOf(one['actor'])) ?? [])[0];
}
