import { parseLocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import { codeSystems, extensions } from '../systems.js';
import { certificateOf, codeIn, codingsOf, extensionOf, momentOf, stated, wordsOf } from './elements.js';
import { type JsonObject, objectOf, objectsOf, textOf } from './json.js';

export type ReadDose = Omit<ImmunizationContent, 'immunization'>;

/** What `immunizationOf` writes before the words of a reaction. */
const reactionHeading = /^Phản ứng sau tiêm \(reaction\): /;

/** A dose that was given on a known day; `undefined` for what was not given or is not known that well. */
export function readImmunization(immunization: JsonObject, facility: FacilityCode): ReadDose | undefined {
  const givenOn = momentOf(immunization['occurrenceDateTime']);
  const vaccineName = wordsOf(immunization['vaccineCode']);
  if (immunization['status'] !== 'completed' || !givenOn || vaccineName === undefined) return undefined;
  const [protocol] = objectsOf(immunization['protocolApplied']);
  const dose = protocol?.['doseNumberPositiveInt'];
  const months = extensionOf(immunization, extensions.pregnancyMonth)?.['valueInteger'];
  const tetanus = extensionOf(immunization, extensions.tetanusDosesOfMother)?.['valueInteger'];
  const notes = objectsOf(immunization['note']).map((note) => textOf(note['text']) ?? '');
  return stated<ReadDose>({
    facility,
    vaccineCode:
      codeIn(immunization['vaccineCode'], codeSystems.vaccine) ??
      codingsOf(immunization['vaccineCode']).find(({ system }) => system !== codeSystems.vaccineGroup)?.code,
    vaccineName,
    vaccineGroup: codeIn(immunization['vaccineCode'], codeSystems.vaccineGroup),
    givenOn,
    doseNumber: typeof dose === 'number' ? dose : undefined,
    lotNumber: textOf(immunization['lotNumber']),
    reaction: notes.find((note) => reactionHeading.test(note))?.replace(reactionHeading, ''),
    nextDoseOn: parseLocalDate(textOf(extensionOf(immunization, extensions.nextDose)?.['valueDate']) ?? ''),
    pregnancyMonth: typeof months === 'number' ? months : undefined,
    tetanusDosesOfMother: typeof tetanus === 'number' ? tetanus : undefined,
    practitioner: objectsOf(immunization['performer']).flatMap((one) => certificateOf(objectOf(one['actor'])) ?? [])[0],
  });
}
