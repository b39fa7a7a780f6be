/**
 * What visits and screenings have in common, taken apart into what becomes a resource each. Translators and search indexers
 * both start from here, so that they cannot disagree on ids, codes or dates.
 */
import type { Coding } from '@medplum/fhirtypes';
import type { Diagnosis, Vitals } from '#domain/codes.js';
import { type DateTime, epochOf } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type { KeptElements } from '#domain/kept-resources/kept-content.js';
import type {
  ClinicalNote,
  MedicationLine,
  ResultLine,
  ServiceLine,
  VisitContent,
} from '#domain/visits/visit-content.js';
import type { ScreeningDocument, VisitDocument } from '../documents.js';
import { coding, text } from '../elements.js';
import { PartNames } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import { laboratoryCode } from './laboratory.js';
import { noteCodings, type NoteKind } from './notes.js';
import { paperNotes } from './paper-notes.js';
import { type ReportPart, reportParts } from './report-parts.js';
import { bloodPressure, type VitalSign, vitalSigns } from './vital-signs.js';

export interface EncounterContent {
  readonly facility: FacilityCode;
  readonly start: DateTime;
  /** Absent while it goes on, or when no believable end is known. */
  readonly end?: DateTime;
  readonly status: 'in-progress' | 'finished';
  /** HL7 ActCode */
  readonly class: EncounterClass;
  readonly careType?: string;
  readonly practitioner?: string;
  readonly conditions: readonly ConditionPart[];
  readonly observations: readonly ObservationPart[];
  readonly medications: readonly MedicationPart[];
  readonly procedures: readonly ProcedurePart[];
  readonly reports: readonly ReportPart[];
}

export type EncounterClass = 'AMB' | 'IMP' | 'SS' | 'HH' | 'VR' | 'FLD';

export interface ConditionPart {
  readonly part: string;
  readonly coding: Coding | undefined;
  readonly display?: string;
  readonly role: Diagnosis['role'] | 'finding';
  readonly kept?: KeptElements;
}

interface ObservationCommon {
  readonly part: string;
  readonly codings: readonly Coding[];
  readonly at: DateTime;
  readonly kept?: KeptElements;
}

export type ObservationPart =
  | (ObservationCommon & {
      readonly kind: 'vital';
      readonly sign: VitalSign;
      readonly value: number;
      readonly fromNote: boolean;
    })
  | (ObservationCommon & {
      readonly kind: 'blood-pressure';
      readonly systolic?: number;
      readonly diastolic?: number;
      readonly fromNote: boolean;
    })
  | (ObservationCommon & { readonly kind: 'result'; readonly line: ResultLine })
  | (ObservationCommon & {
      readonly kind: 'note';
      readonly words: string;
      readonly text: string;
      readonly practitioner?: string;
    });

export const observationCategories = {
  vital: 'vital-signs',
  'blood-pressure': 'vital-signs',
  result: 'laboratory',
  note: 'exam',
} as const satisfies Record<ObservationPart['kind'], string>;

export interface MedicationPart {
  readonly part: string;
  readonly line: MedicationLine;
  readonly at: DateTime;
}

export interface ProcedurePart {
  readonly part: string;
  readonly line: ServiceLine;
  readonly at: DateTime;
}

/**
 * MA_LOAI_KCB → ActCode: 03 and 09 inpatient; 04 by day and 06 stay at a station, short stay; 11 mobile, in the field;
 * 12 at home; 14 remote; all others ambulatory.
 */
const classes: Readonly<Record<string, EncounterClass>> = {
  '03': 'IMP',
  '04': 'SS',
  '06': 'SS',
  '09': 'IMP',
  '11': 'FLD',
  '12': 'HH',
  '14': 'VR',
};

/**
 * MA_NHOM of lines that are no procedure: 4–6 drugs, 7 and 17 blood, 10–11 supplies, 12 transport, 13 consultation (the
 * Encounter itself), 14–16 bed days. Laboratory and imaging lines are: somebody did the test, whether or not a result came.
 */
const noProcedure: ReadonlySet<string> = new Set(['4', '5', '6', '7', '10', '11', '12', '13', '14', '15', '16', '17']);

/** Whether a line of a visit is a Procedure of the record. */
export function isProcedure(line: ServiceLine): boolean {
  return !line.supply && !noProcedure.has((line.group ?? '').replace(/^0+/, ''));
}

export function encounterContent(document: VisitDocument | ScreeningDocument): EncounterContent {
  return document.kind === 'visit' ? visitContent(document) : screeningContent(document);
}

function visitContent({ visit }: VisitDocument): EncounterContent {
  const names = new PartNames();
  const period = periodOf(visit.start, visit.end, classes[visit.careType ?? ''] === 'IMP');
  const observations = observationsOf(visit, names);
  return {
    facility: visit.facility,
    ...period,
    class: classes[visit.careType ?? ''] ?? 'AMB',
    ...(visit.careType !== undefined && { careType: visit.careType }),
    ...(visit.practitioner !== undefined && { practitioner: visit.practitioner }),
    conditions: visit.diagnoses.map((diagnosis) => ({
      part: names.name('c', diagnosis.code),
      coding: coding(
        diagnosis.role === 'traditional-medicine' ? codeSystems.traditionalMedicine : codeSystems.icd10,
        diagnosis.code,
        diagnosis.display,
      ),
      ...(diagnosis.display !== undefined && { display: diagnosis.display }),
      role: diagnosis.role,
      ...(diagnosis.kept && { kept: diagnosis.kept }),
    })),
    observations,
    medications: visit.medications.map((line) => ({
      part: names.name('m', line.code),
      line,
      at: line.prescribedAt ?? visit.start,
    })),
    procedures: visit.services.filter(isProcedure).map((line) => ({
      part: names.name('s', line.code),
      line,
      at: line.performedAt ?? line.orderedAt ?? visit.start,
    })),
    reports: reportParts(names, observations, visit),
  };
}

function observationsOf(visit: VisitContent, names: PartNames): readonly ObservationPart[] {
  return [
    ...vitalParts(names, visit.vitals, visit.start, visit.vitalsSource === 'note', visit.keptObservations),
    ...resultParts(names, visit.results, visit.start),
    ...noteParts(names, visit.notes, visit.start),
    ...noteParts(
      names,
      visit.treatment === undefined
        ? []
        : [
            {
              kind: 'treatment',
              text: visit.treatment,
              ...(visit.keptObservations?.['treatment'] && { kept: visit.keptObservations['treatment'] }),
            },
          ],
      visit.start,
    ),
    ...noteParts(names, paperNotes(visit.papers ?? []), visit.start),
  ];
}

function screeningContent({ screening }: ScreeningDocument): EncounterContent {
  const names = new PartNames();
  return {
    facility: screening.facility,
    start: screening.at,
    end: screening.at,
    status: 'finished',
    class: 'AMB',
    // QĐ 824: 16 screening, 15 general health check.
    careType: screening.programme === 'general' ? '15' : '16',
    ...(screening.practitioner !== undefined && { practitioner: screening.practitioner }),
    conditions: screening.findings.map((finding) => ({
      part: names.name('c', finding.code),
      coding: coding(codeSystems.icd10, finding.code, finding.display),
      ...(finding.display !== undefined && { display: finding.display }),
      role: 'finding',
    })),
    observations: [
      ...vitalParts(names, screening.vitals, screening.at, false),
      ...resultParts(names, screening.results, screening.at),
      ...noteParts(
        names,
        screening.conclusion === undefined ? [] : [{ kind: 'conclusion', text: screening.conclusion }],
        screening.at,
      ),
    ],
    medications: [],
    procedures: [],
    reports: [],
  };
}

/** A visit known by its day alone ended that day, unless it is a stay; one with a time of begin and no end goes on. */
function periodOf(
  start: DateTime,
  end: DateTime | undefined,
  stay: boolean,
): Pick<EncounterContent, 'start' | 'end' | 'status'> {
  if (end !== undefined && epochOf(end) < epochOf(start)) {
    // A day contains the times of that day.
    return end === start.slice(0, 10) ? { start, end, status: 'finished' } : { start, status: 'finished' };
  }
  if (end !== undefined) return { start, end, status: 'finished' };
  return start.length === 10 && !stay ? { start, end: start, status: 'finished' } : { start, status: 'in-progress' };
}

function vitalParts(
  names: PartNames,
  vitals: Vitals,
  at: DateTime,
  fromNote: boolean,
  keptObservations: VisitContent['keptObservations'] = {},
): readonly ObservationPart[] {
  const keptOf = (measure: string): { readonly kept?: KeptElements } => {
    const kept = Object.hasOwn(keptObservations, measure) ? keptObservations[measure] : undefined;
    return kept ? { kept } : {};
  };
  const parts: ObservationPart[] = [];
  if (vitals.systolic !== undefined || vitals.diastolic !== undefined) {
    const { panel } = bloodPressure;
    parts.push({
      kind: 'blood-pressure',
      part: names.name('v', 'bp'),
      codings: [{ system: codeSystems.loinc, code: panel.loinc, display: panel.display }],
      at,
      ...(vitals.systolic !== undefined && { systolic: vitals.systolic }),
      ...(vitals.diastolic !== undefined && { diastolic: vitals.diastolic }),
      fromNote,
      ...keptOf('bp'),
    });
  }
  for (const sign of vitalSigns) {
    const value = vitals[sign.measure];
    if (value === undefined) continue;
    const codings = [{ system: codeSystems.loinc, code: sign.loinc, display: sign.display }];
    parts.push({
      kind: 'vital',
      part: names.name('v', sign.measure),
      codings,
      at,
      sign,
      value,
      fromNote,
      ...keptOf(sign.measure),
    });
  }
  return parts;
}

function resultParts(
  names: PartNames,
  results: readonly ResultLine[],
  otherwise: DateTime,
): readonly ObservationPart[] {
  return results.map((line) => {
    const known = laboratoryCode(line);
    const local = line.code ?? line.serviceCode;
    const codings = [
      known && { system: codeSystems.loinc, code: known.loinc, display: known.display },
      coding(line.code === undefined ? codeSystems.service : codeSystems.resultIndex, local, line.name),
    ].filter((one) => one !== undefined);
    return {
      kind: 'result',
      part: names.name('r', local ?? line.name),
      codings,
      at: line.at ?? otherwise,
      line,
      ...(line.kept && { kept: line.kept }),
    };
  });
}

function noteParts(
  names: PartNames,
  notes: readonly (Omit<ClinicalNote, 'kind'> & { readonly kind: NoteKind })[],
  otherwise: DateTime,
): readonly ObservationPart[] {
  return notes.flatMap((note) => {
    const said = text(note.text);
    if (said === undefined) return [];
    const { codings, words } = noteCodings(note.kind, text(note.topic));
    return {
      kind: 'note' as const,
      part: names.name('n', note.topic === undefined ? note.kind : `${note.kind}-${note.topic}`),
      codings,
      at: note.at ?? otherwise,
      words,
      text: said,
      ...(note.practitioner !== undefined && { practitioner: note.practitioner }),
      ...(note.kept && { kept: note.kept }),
    };
  });
}
