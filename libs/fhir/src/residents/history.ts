import type {
  AllergyIntolerance,
  Annotation,
  Condition,
  FamilyMemberHistory,
  FamilyMemberHistoryCondition,
  Observation,
} from '@medplum/fhirtypes';
import type { HistoryItem, RiskFactor } from '#domain/residents/resident-content.js';
import type { ResidentDocument } from '../documents.js';
import { coding, concept, given, lines, notStated, reference, text } from '../elements.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import type { HistoryObservationPart } from './history-observations.js';
import {
  type FamilyPart,
  type HistoryAllergyPart,
  type HistoryConditionPart,
  type HistoryContent,
  type RiskFactorPart,
  tobaccoStatus,
} from './history-content.js';

/** Vietnamese names. */
export const riskFactors: Readonly<Record<RiskFactor['kind'], string>> = {
  tobacco: 'Hút thuốc lá, thuốc lào',
  alcohol: 'Uống rượu bia',
  drugs: 'Sử dụng ma túy',
  'physical-activity': 'Hoạt động thể lực',
};
/** Vietnamese names. */
export const riskFactorStatuses: Readonly<Record<RiskFactor['status'] | 'stopped', string>> = {
  no: 'Không',
  yes: 'Có',
  regular: 'Thường xuyên',
  stopped: 'Đã bỏ',
};

/** QĐ 831, DSDIUNG/LOAI: 1 drug, 2 chemical, 3 food, 4 other. */
export const allergyCategories: ReadonlyMap<string, 'medication' | 'environment' | 'food'> = new Map([
  ['1', 'medication'],
  ['2', 'environment'],
  ['3', 'food'],
]);

export function historyConditionOf(
  document: ResidentDocument,
  { on }: HistoryContent,
  { part, list, item }: HistoryConditionPart,
): Condition {
  const system = list === 'disease' ? codeSystems.historyDisease : codeSystems.historyDisability;
  return given<Condition>({
    resourceType: 'Condition',
    id: resourceId(document.resident, part),
    clinicalStatus: { coding: [{ system: codeSystems.conditionClinical, code: conditionClinicalStatus(item) }] },
    verificationStatus: {
      coding: [{ system: codeSystems.conditionVerification, code: item.present ? 'confirmed' : 'refuted' }],
    },
    category: [
      { coding: [{ system: codeSystems.conditionCategory, code: 'problem-list-item', display: 'Problem List Item' }] },
    ],
    code: concept([coding(system, item.code, item.display)], item.display) ?? notStated,
    subject: reference('Patient', document.resident),
    recordedDate: item.key === undefined ? on : undefined,
    note: noteOf(item),
  });
}

/** con-3 wants a clinical status for every problem-list item; one the person does not have is not active. */
export const conditionClinicalStatus = (item: HistoryItem): 'active' | 'inactive' =>
  item.present ? 'active' : 'inactive';

export function allergyOf(
  document: ResidentDocument,
  { on }: HistoryContent,
  { part, item }: HistoryAllergyPart,
): AllergyIntolerance {
  const category = allergyCategories.get(item.code);
  return given<AllergyIntolerance>({
    resourceType: 'AllergyIntolerance',
    id: resourceId(document.resident, part),
    clinicalStatus: { coding: [{ system: codeSystems.allergyClinical, code: conditionClinicalStatus(item) }] },
    verificationStatus: {
      coding: [{ system: codeSystems.allergyVerification, code: item.present ? 'unconfirmed' : 'refuted' }],
    },
    category: category && [category],
    code: concept([coding(codeSystems.historyAllergy, item.code, item.display)], item.display) ?? notStated,
    patient: reference('Patient', document.resident),
    recordedDate: item.key === undefined ? on : undefined,
    note: noteOf(item),
  });
}

export function riskFactorOf(
  document: ResidentDocument,
  { on }: HistoryContent,
  { part, factor }: RiskFactorPart,
): Observation {
  const status = factor.stopped === true ? 'stopped' : factor.status;
  const amount = text(factor.amount);
  return given<Observation>({
    resourceType: 'Observation',
    id: resourceId(document.resident, part),
    status: 'final',
    category: [
      { coding: [{ system: codeSystems.observationCategory, code: 'social-history', display: 'Social History' }] },
    ],
    code:
      concept(
        [
          factor.kind === 'tobacco'
            ? { system: codeSystems.loinc, code: tobaccoStatus.loinc, display: tobaccoStatus.display }
            : undefined,
          coding(codeSystems.riskFactor, factor.kind, riskFactors[factor.kind]),
        ],
        riskFactors[factor.kind],
      ) ?? notStated,
    subject: reference('Patient', document.resident),
    effectiveDateTime: on,
    valueCodeableConcept: {
      coding: [{ system: codeSystems.riskFactorStatus, code: status, display: riskFactorStatuses[status] }],
      text: riskFactorStatuses[status],
    },
    note: amount === undefined ? undefined : [{ text: amount }],
  });
}

export function historyObservationOf(
  document: ResidentDocument,
  { on }: HistoryContent,
  { part, codings, words, category, value }: HistoryObservationPart,
): Observation {
  return given<Observation>({
    resourceType: 'Observation',
    id: resourceId(document.resident, part),
    status: 'final',
    category: [{ coding: [{ system: codeSystems.observationCategory, code: category }] }],
    code: { coding: [...codings], text: words },
    subject: reference('Patient', document.resident),
    effectiveDateTime: on,
    ...value,
  });
}

/** What the record tells of relatives, by the words it has for them. Names and numbers of relatives stay out of FHIR. */
export function familyHistoryOf(
  document: ResidentDocument,
  { on }: HistoryContent,
  { part, relative, conditions }: FamilyPart,
): FamilyMemberHistory {
  return given<FamilyMemberHistory>({
    resourceType: 'FamilyMemberHistory',
    id: resourceId(document.resident, part),
    status: 'partial',
    patient: reference('Patient', document.resident),
    date: on,
    relationship: concept([], relative) ?? notStated,
    condition: conditions.map(({ list, item }) =>
      given<FamilyMemberHistoryCondition>({
        code: concept([familyCoding(list, item)], item.display) ?? notStated,
        note: item.note === undefined ? undefined : noteOf({ code: item.code, present: true, note: item.note }),
      }),
    ),
  });
}

const familyCoding = (list: FamilyPart['conditions'][number]['list'], item: HistoryItem) =>
  coding(list === 'disease' ? codeSystems.historyDisease : codeSystems.historyAllergy, item.code, item.display);

function noteOf(item: HistoryItem): Annotation[] | undefined {
  const words = lines(item.note, item.relative);
  return words === undefined ? undefined : [{ text: words }];
}
