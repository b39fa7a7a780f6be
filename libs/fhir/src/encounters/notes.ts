import type { Coding } from '@medplum/fhirtypes';
import type { ClinicalNote } from '#domain/visits/visit-content.js';
import { codeSystems } from '../systems.js';

const kinds: Readonly<
  Record<
    ClinicalNote['kind'] | 'treatment' | 'conclusion',
    { readonly vi: string; readonly loinc?: readonly [string, string] }
  >
> = {
  course: { vi: 'Diễn biến lâm sàng', loinc: ['11506-3', 'Progress note'] },
  stage: { vi: 'Giai đoạn bệnh' },
  consultation: { vi: 'Hội chẩn', loinc: ['11488-4', 'Consult note'] },
  surgery: { vi: 'Phẫu thuật', loinc: ['11504-8', 'Surgical operation note'] },
  examination: { vi: 'Khám lâm sàng' },
  advice: { vi: 'Tư vấn, dặn dò' },
  history: { vi: 'Bệnh sử', loinc: ['11348-0', 'History of Past illness note'] },
  treatment: { vi: 'Phương pháp điều trị' },
  conclusion: { vi: 'Kết luận' },
};

/** Fields of an examination by organ that the QĐ 831 map gives a LOINC code. */
const organs: Readonly<Record<string, readonly [string, string]>> = {
  general: ['10210-3', 'Physical findings of General status'],
  heart: ['11390-2', 'Physical findings of Cardiovascular system'],
  cardiovascular: ['11390-2', 'Physical findings of Cardiovascular system'],
  respiratory: ['11412-4', 'Physical findings of Respiratory system'],
  digestive: ['11399-3', 'Physical findings of Gastrointestinal system'],
  urinary: ['10198-0', 'Physical findings of Genitourinary tract'],
  musculoskeletal: ['11410-8', 'Physical findings of Musculoskeletal system'],
  endocrine: ['29307-6', 'Physical findings of Endocrine system'],
  nervous: ['10202-0', 'Physical findings of Nervous system'],
  neurological: ['10202-0', 'Physical findings of Nervous system'],
  mental: ['11451-2', 'Psychiatric findings'],
  'ear-nose-throat': ['11393-6', 'Physical findings of Ears and Nose and Mouth and Throat'],
  dental: ['10201-2', 'Physical findings of Mouth and Throat and Teeth'],
  eyes: ['10197-2', 'Physical findings of Eye'],
  skin: ['10206-1', 'Physical findings of Skin'],
  nutrition: ['75303-8', 'Nutrition assessment'],
  movement: ['32452-5', 'Physical findings of Motor function'],
};

export type NoteKind = keyof typeof kinds;

/** What a clinical note is, as code: LOINC where there is one, and always the kind (and organ) of this project. */
export function noteCodings(
  kind: NoteKind,
  topic?: string,
): { readonly codings: readonly Coding[]; readonly words: string } {
  const { vi, loinc } = kinds[kind];
  const known = kind === 'examination' && topic !== undefined ? organs[topic] : loinc;
  const own = topic === undefined ? kind : `${kind}.${topic.replace(/\s+/g, '-')}`;
  return {
    codings: [
      ...(known ? [{ system: codeSystems.loinc, code: known[0], display: known[1] }] : []),
      { system: codeSystems.noteKind, code: own },
    ],
    words: topic === undefined ? vi : `${vi}: ${topic}`,
  };
}
