import type { Coding } from '@medplum/fhirtypes';
import type { ClinicalNote } from '#domain/visits/visit-content.js';
import { codeSystems } from '../systems.js';

/** Kinds of clinical notes. */
export const noteKinds: Readonly<
  Record<ClinicalNote['kind'] | 'treatment', { readonly vi: string; readonly loinc?: readonly [string, string] }>
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

/** Fields of an examination by organ: what they are called, and the LOINC code the QĐ 831 map gives them. */
export const examinedOrgans: Readonly<
  Record<string, { readonly vi: string; readonly loinc?: readonly [string, string] }>
> = {
  general: { vi: 'Toàn trạng', loinc: ['10210-3', 'Physical findings of General status'] },
  skin: { vi: 'Da', loinc: ['10206-1', 'Physical findings of Skin'] },
  mucosa: { vi: 'Niêm mạc' },
  heart: { vi: 'Tim mạch', loinc: ['11390-2', 'Physical findings of Cardiovascular system'] },
  respiratory: { vi: 'Hô hấp', loinc: ['11412-4', 'Physical findings of Respiratory system'] },
  digestive: { vi: 'Tiêu hóa', loinc: ['11399-3', 'Physical findings of Gastrointestinal system'] },
  urinary: { vi: 'Tiết niệu', loinc: ['10198-0', 'Physical findings of Genitourinary tract'] },
  musculoskeletal: { vi: 'Cơ xương khớp', loinc: ['11410-8', 'Physical findings of Musculoskeletal system'] },
  endocrine: { vi: 'Nội tiết', loinc: ['29307-6', 'Physical findings of Endocrine system'] },
  'nervous-system': { vi: 'Thần kinh', loinc: ['10202-0', 'Physical findings of Nervous system'] },
  mental: { vi: 'Tâm thần', loinc: ['11451-2', 'Psychiatric findings'] },
  surgical: { vi: 'Ngoại khoa', loinc: ['55286-9', 'Physical exam by body areas'] },
  gynaecological: { vi: 'Phụ khoa' },
  'ear-nose-throat': {
    vi: 'Tai mũi họng',
    loinc: ['11393-6', 'Physical findings of Ears and Nose and Mouth and Throat'],
  },
  dental: { vi: 'Răng hàm mặt', loinc: ['10201-2', 'Physical findings of Mouth and Throat and Teeth'] },
  eye: { vi: 'Mắt', loinc: ['10197-2', 'Physical findings of Eye'] },
  dermatological: { vi: 'Da liễu', loinc: ['10206-1', 'Physical findings of Skin'] },
  nutrition: { vi: 'Dinh dưỡng', loinc: ['75303-8', 'Nutrition assessment'] },
  movement: { vi: 'Vận động', loinc: ['32452-5', 'Physical findings of Motor function'] },
  development: { vi: 'Thể chất, tinh thần, vận động' },
  glasses: { vi: 'Sử dụng kính' },
  'visual-acuity-right': { vi: 'Thị lực mắt phải' },
  'visual-acuity-left': { vi: 'Thị lực mắt trái' },
  other: { vi: 'Khác' },
};

export type NoteKind = keyof typeof noteKinds;

/** What a clinical note is, as code: LOINC where there is one, and always the kind (and organ) of this project. */
export function noteCodings(
  kind: NoteKind,
  topic?: string,
): { readonly codings: readonly Coding[]; readonly words: string } {
  const { vi, loinc } = noteKinds[kind];
  const organ =
    kind === 'examination' && topic !== undefined && Object.hasOwn(examinedOrgans, topic)
      ? examinedOrgans[topic]
      : undefined;
  const known = organ ? organ.loinc : loinc;
  const own = topic === undefined ? kind : `${kind}.${topic.replace(/\s+/g, '-')}`;
  return {
    codings: [
      ...(known ? [{ system: codeSystems.loinc, code: known[0], display: known[1] }] : []),
      { system: codeSystems.noteKind, code: own },
    ],
    words: topic === undefined ? vi : `${vi}: ${organ?.vi ?? topic}`,
  };
}

/** The way back from {@link noteCodings}: kind and topic of a code of this project. */
export function noteOfCode(code: string): { readonly kind: NoteKind; readonly topic?: string } | undefined {
  const dot = code.indexOf('.');
  const kind = dot < 0 ? code : code.slice(0, dot);
  if (!Object.hasOwn(noteKinds, kind)) return undefined;
  return { kind: kind as NoteKind, ...(dot >= 0 && { topic: code.slice(dot + 1) }) };
}
