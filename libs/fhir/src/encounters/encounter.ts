import type { Condition, Encounter, EncounterDiagnosis } from '@medplum/fhirtypes';
import type { ScreeningDocument, VisitDocument } from '../documents.js';
import {
  code,
  coding,
  concept,
  facilityReference,
  given,
  lines,
  notStated,
  numberReference,
  practitionerReference,
  reference,
  text,
  type TranslationContext,
} from '../elements.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems, episodeNumberSystem, extensions, referralNumberSystem } from '../systems.js';
import { readCodes } from '../tables.js';
import type { ConditionPart, EncounterContent } from './encounter-content.js';

const careTypes = readCodes('care-types.tsv', 'code', 'meaning_vi');
const dischargeTypes = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'MA_LOAI_RV');
const treatmentResults = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'KET_QUA_DTRI');

const classDisplays: Readonly<Record<EncounterContent['class'], string>> = {
  AMB: 'ambulatory',
  IMP: 'inpatient encounter',
  SS: 'short stay',
  HH: 'home health',
  VR: 'virtual',
  FLD: 'field',
};

/** Vietnamese names. */
export const screeningProgrammes: Readonly<Record<ScreeningDocument['screening']['programme'], string>> = {
  general: 'Khám sức khỏe tổng quát',
  hypertension: 'Sàng lọc tăng huyết áp',
  diabetes: 'Sàng lọc đái tháo đường',
  'copd-asthma': 'Sàng lọc bệnh phổi tắc nghẽn mạn tính, hen',
  cancer: 'Sàng lọc ung thư',
};

export function encounterOf(
  id: string,
  document: VisitDocument | ScreeningDocument,
  content: EncounterContent,
  context: TranslationContext,
): Encounter {
  const individual = practitionerReference(content.practitioner);
  return given<Encounter>({
    resourceType: 'Encounter',
    id,
    status: content.status,
    class: { system: codeSystems.actCode, code: content.class, display: classDisplays[content.class] },
    type: [concept([coding(codeSystems.careType, content.careType, careTypes.get(content.careType ?? ''))])].filter(
      (one) => one !== undefined,
    ),
    subject: reference('Patient', document.resident),
    participant: individual && [{ individual }],
    period: given({ start: content.start, end: content.end }),
    diagnosis: content.conditions.map((part) => diagnosisOf(id, part)),
    serviceProvider: facilityReference(content.facility, context),
    ...(document.kind === 'visit' ? ofVisit(document, context) : ofScreening(document)),
  });
}

function ofVisit({ visit }: VisitDocument, context: TranslationContext): Partial<Encounter> {
  const disposition = concept([
    coding(codeSystems.dischargeType, visit.dischargeType, dischargeTypes.get(visit.dischargeType ?? '')),
  ]);
  const result = coding(
    codeSystems.treatmentResult,
    visit.treatmentResult,
    treatmentResults.get(visit.treatmentResult ?? ''),
  );
  const payer = coding(codeSystems.payerCategory, visit.payerCategory);
  const reason = concept([], lines(visit.reason, visit.admissionDiagnosis));
  return given<Partial<Encounter>>({
    identifier: [
      given({
        system: episodeNumberSystem(visit.facility),
        value: visit.episode,
        assigner: facilityReference(visit.facility, context),
      }),
    ],
    extension: [
      payer && { url: extensions.payerCategory, valueCoding: payer },
      result && { url: extensions.treatmentResult, valueCoding: result },
      visit.appointment && { url: extensions.appointment, valueDate: visit.appointment.on },
    ].filter((one) => one !== undefined),
    reasonCode: reason && [reason],
    basedOn: visit.arrivedWith && [
      numberReference('ServiceRequest', referralNumberSystem, visit.arrivedWith.from, visit.arrivedWith.number),
    ],
    hospitalization:
      disposition || visit.transfer
        ? given({
            dischargeDisposition: disposition,
            destination: visit.transfer && facilityReference(visit.transfer.to, context),
          })
        : undefined,
  });
}

function ofScreening({ screening }: ScreeningDocument): Partial<Encounter> {
  const programme = concept([
    coding(codeSystems.screeningProgramme, screening.programme, screeningProgrammes[screening.programme]),
  ]);
  return given<Partial<Encounter>>({ serviceType: programme });
}

function diagnosisOf(id: string, part: ConditionPart): EncounterDiagnosis {
  const main = part.role === 'main';
  return given<EncounterDiagnosis>({
    condition: reference('Condition', resourceId(id, part.part)),
    use: {
      coding: [
        main
          ? { system: codeSystems.diagnosisRole, code: 'DD', display: 'Discharge diagnosis' }
          : { system: codeSystems.diagnosisRole, code: 'CM', display: 'Comorbidity diagnosis' },
      ],
    },
    rank: main ? 1 : undefined,
  });
}

export function encounterConditionOf(
  id: string,
  document: VisitDocument | ScreeningDocument,
  content: EncounterContent,
  part: ConditionPart,
): Condition {
  const found = part.role === 'finding';
  return given<Condition>({
    resourceType: 'Condition',
    id: resourceId(id, part.part),
    clinicalStatus: { coding: [{ system: codeSystems.conditionClinical, code: 'active', display: 'Active' }] },
    verificationStatus: {
      coding: [
        found
          ? { system: codeSystems.conditionVerification, code: 'provisional', display: 'Provisional' }
          : { system: codeSystems.conditionVerification, code: 'confirmed', display: 'Confirmed' },
      ],
    },
    category: [
      {
        coding: [
          { system: codeSystems.conditionCategory, code: 'encounter-diagnosis', display: 'Encounter Diagnosis' },
        ],
      },
    ],
    code: concept([part.coding], part.display ?? code(part.coding?.code)) ?? notStated,
    subject: reference('Patient', document.resident),
    encounter: reference('Encounter', id),
    recordedDate: content.start,
    recorder: practitionerReference(content.practitioner),
    note: noteOf(document, part),
  });
}

/** The diagnosis in words goes with the main code. */
function noteOf(document: VisitDocument | ScreeningDocument, part: ConditionPart): Condition['note'] {
  if (document.kind !== 'visit' || part.role !== 'main') return undefined;
  const words = text(document.visit.dischargeDiagnosis);
  return words === undefined || words === part.display ? undefined : [{ text: words }];
}
