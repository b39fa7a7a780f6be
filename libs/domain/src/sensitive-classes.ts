/**
 * Classes of health facts that are hidden from whoever has no scope for them: HIV (Law 64/2006/QH11 Art. 30, closed list of who may
 * know) and mental health (sensitive data of Law 91/2025/QH15, hidden by default here).
 */
export const sensitiveClasses = ['hiv', 'mental-health'] as const;
export type SensitiveClass = (typeof sensitiveClasses)[number];

/**
 * B20–B24 HIV disease, R75 test without a conclusion, Z21 HIV without signs, F02.4 dementia in HIV, O98.7 HIV in pregnancy, Z11.4
 * screening, Z20.6 contact, Z71.7 counselling.
 */
const hiv = /^(?:B2[0-4]|R75|Z21|F02\.?4|O98\.?7|Z11\.?4|Z20\.?6|Z71\.?7)/;
/**
 * Chapter V but for what every clinician must know to treat safely and what is no secret: dementia and delirium (F00–F03, F05) and
 * tobacco (F17). With it self-harm (X60–X84), and the histories of both (Z86.5, Z91.5).
 */
const mentalHealth = /^(?:F(?!0[0-35]|17)\d\d|X(?:6\d|7\d|8[0-4])|Z86\.?5|Z91\.?5)/;

/** The class that an ICD-10 code is of, with or without its dot; `undefined` for most codes. */
export function sensitiveClassOf(icd10: string): SensitiveClass | undefined {
  const code = icd10.trim().toUpperCase();
  if (hiv.test(code)) return 'hiv';
  return mentalHealth.test(code) ? 'mental-health' : undefined;
}

const tellsHiv =
  /(?<![a-z])(?:hiv|aids|sida|arv|cd4)(?![a-z])|kháng retro|suy giảm miễn dịch (?:ở )?người|suy giảm miễn dịch mắc phải/u;
const tellsMentalHealth =
  /tâm thần|trầm cảm|loạn thần|lưỡng cực|hưng cảm|rối loạn lo âu|ám ảnh cưỡng|tự sát|tự tử|tự hủy hoại|nghiện (?!thuốc lá)|cai nghiện|methadon|schizophreni|depressi|bipolar|psychosis|psychotic|suicid/u;

/** Classes that words tell of. Said of a person or denied, both count. */
export function sensitiveClassesIn(words: string): readonly SensitiveClass[] {
  const text = words.normalize('NFC').toLowerCase();
  return [
    ...(tellsHiv.test(text) ? (['hiv'] as const) : []),
    ...(tellsMentalHealth.test(text) ? (['mental-health'] as const) : []),
  ];
}
