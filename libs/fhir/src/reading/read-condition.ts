import type { Diagnosis } from '#domain/codes.js';
import type { HistoryItem } from '#domain/residents/resident-content.js';
import { codeSystems } from '../systems.js';
import { codeIn, codingsOf, stated, wordsOf } from './elements.js';
import { type JsonObject, objectsOf, textOf } from './json.js';

/** ICD-10 by the URIs that software gives it. */
export const icd10Systems: readonly string[] = [
  codeSystems.icd10,
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-10-vn',
  'http://hl7.org/fhir/sid/icd-10-cm',
  'urn:oid:2.16.840.1.113883.6.3',
];

const untrue: ReadonlySet<string> = new Set(['refuted', 'entered-in-error', 'unconfirmed', 'differential']);

/** A diagnosis of a visit; `undefined` for what has no code of ICD-10 or traditional medicine, or is not (yet) held to be true. */
export function readDiagnosis(condition: JsonObject, main: boolean): Diagnosis | undefined {
  const verification = codeIn(condition['verificationStatus'], codeSystems.conditionVerification);
  if (verification !== undefined && untrue.has(verification)) return undefined;
  const icd = codeIn(condition['code'], ...icd10Systems);
  const code = icd ?? codeIn(condition['code'], codeSystems.traditionalMedicine);
  if (code === undefined) return undefined;
  const display = codingsOf(condition['code']).find((one) => one.code === code)?.display ?? wordsOf(condition['code']);
  return stated<Diagnosis>({
    code,
    display: display === code ? undefined : display,
    role: icd === undefined ? 'traditional-medicine' : main ? 'main' : 'comorbidity',
  });
}

/** The words a main diagnosis was given. */
export function diagnosisWords(condition: JsonObject): string | undefined {
  return textOf(objectsOf(condition['note'])[0]?.['text']);
}

/** Part II of the health record: a disease or disability of the lists of QĐ 831; others are kept as they are. */
export function readHistoryCondition(
  condition: JsonObject,
  key: string,
): { readonly list: 'diseases' | 'disabilities'; readonly item: HistoryItem } | undefined {
  const disease = codeIn(condition['code'], codeSystems.historyDisease);
  const code = disease ?? codeIn(condition['code'], codeSystems.historyDisability);
  const verification = codeIn(condition['verificationStatus'], codeSystems.conditionVerification);
  if (code === undefined || verification === 'entered-in-error') return undefined;
  return {
    list: disease === undefined ? 'disabilities' : 'diseases',
    item: stated<HistoryItem>({
      code,
      display: wordsOf(condition['code']),
      present: verification !== 'refuted',
      note: diagnosisWords(condition),
      key,
    }),
  };
}
