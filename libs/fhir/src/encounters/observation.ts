import type { Observation, ObservationComponent } from '@medplum/fhirtypes';
import type { ResultLine } from '#domain/visits/visit-content.js';
import type { ScreeningDocument, VisitDocument } from '../documents.js';
import {
  concept,
  facilityReference,
  given,
  lines,
  notStated,
  practitionerReference,
  reference,
  text,
  type TranslationContext,
  ucumQuantity,
} from '../elements.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import { type EncounterContent, observationCategories, type ObservationPart } from './encounter-content.js';
import { measuredValue, ucumUnit } from './laboratory.js';
import { bloodPressure, vitalSignProfile } from './vital-signs.js';

const categoryDisplays = { 'vital-signs': 'Vital Signs', laboratory: 'Laboratory', exam: 'Exam' } as const;

/** A value that a person wrote into a note and a program read out again. */
const readFromNote: Observation['method'] = {
  coding: [{ system: codeSystems.observationMethod, code: 'read-from-note', display: 'Read from a clinical note' }],
  text: 'Đọc từ ghi chú diễn biến, không phải ô số liệu riêng',
};

const unknownValue: Observation['dataAbsentReason'] = {
  coding: [{ system: codeSystems.dataAbsentReason, code: 'unknown', display: 'Unknown' }],
};

export function encounterObservationOf(
  id: string,
  document: VisitDocument | ScreeningDocument,
  content: EncounterContent,
  part: ObservationPart,
  context: TranslationContext,
): Observation {
  const category = observationCategories[part.kind];
  return given<Observation>({
    resourceType: 'Observation',
    id: resourceId(id, part.part),
    meta: profileOf(part),
    status: 'final',
    category: [
      { coding: [{ system: codeSystems.observationCategory, code: category, display: categoryDisplays[category] }] },
    ],
    code: concept(part.codings, wordsOf(part)) ?? notStated,
    subject: reference('Patient', document.resident),
    encounter: reference('Encounter', id),
    effectiveDateTime: part.at,
    performer: [
      practitionerReference(part.kind === 'note' ? part.practitioner : undefined),
      facilityReference(content.facility, context),
    ].filter((one) => one !== undefined),
    ...valueOf(part),
  });
}

/** What was sent as FHIR names its profiles itself. */
function profileOf(part: ObservationPart): Observation['meta'] {
  if (part.kept) return undefined;
  const name =
    part.kind === 'vital' ? part.sign.profile : part.kind === 'blood-pressure' ? bloodPressure.profile : undefined;
  return name === undefined ? undefined : { profile: [vitalSignProfile(name)] };
}

function wordsOf(part: ObservationPart): string {
  switch (part.kind) {
    case 'vital':
      return part.sign.vi;
    case 'blood-pressure':
      return bloodPressure.panel.vi;
    case 'result':
      return part.line.name;
    case 'note':
      return part.words;
    default:
      return part satisfies never;
  }
}

function valueOf(part: ObservationPart): Partial<Observation> {
  switch (part.kind) {
    case 'vital':
      return given<Partial<Observation>>({
        valueQuantity: ucumQuantity(part.value, part.sign.unit, part.sign.ucum),
        method: part.fromNote ? readFromNote : undefined,
      });
    case 'blood-pressure':
      return given<Partial<Observation>>({
        component: [pressure('systolic', part.systolic), pressure('diastolic', part.diastolic)],
        method: part.fromNote ? readFromNote : undefined,
      });
    case 'result':
      return resultValue(part.line);
    case 'note':
      return { valueString: part.text };
    default:
      return part satisfies never;
  }
}

/** The profile asks for both pressures; one that was not measured says so. */
function pressure(which: 'systolic' | 'diastolic', value: number | undefined): ObservationComponent {
  const { loinc, display, vi } = bloodPressure[which];
  return given<ObservationComponent>({
    code: { coding: [{ system: codeSystems.loinc, code: loinc, display }], text: vi },
    valueQuantity: value === undefined ? undefined : ucumQuantity(value, 'mmHg', 'mm[Hg]'),
    dataAbsentReason: value === undefined ? unknownValue : undefined,
  });
}

function resultValue(line: ResultLine): Partial<Observation> {
  const written = text(line.value);
  const measured = written === undefined ? undefined : measuredValue(written);
  const unit = text(line.unit);
  const ucum = unit === undefined ? undefined : ucumUnit(unit);
  const conclusion = concept([], line.conclusion);
  const words = written ?? lines(line.description);
  return given<Partial<Observation>>({
    valueQuantity:
      measured &&
      given({
        value: measured.value,
        comparator: measured.comparator,
        unit,
        system: ucum && codeSystems.ucum,
        code: ucum,
      }),
    valueString:
      measured || words === undefined
        ? undefined
        : unit === undefined || written === undefined
          ? words
          : `${written} ${unit}`,
    dataAbsentReason: words === undefined ? unknownValue : undefined,
    interpretation: conclusion && [conclusion],
    note:
      written !== undefined && text(line.description) !== undefined
        ? [{ text: text(line.description) ?? '' }]
        : undefined,
  });
}
