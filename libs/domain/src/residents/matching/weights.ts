/**
 * Weights of agreement and disagreement, in bits: log2(m / u), m the probability of the observation among records of one person,
 * u among records of two (Fellegi and Sunter, "A theory for record linkage", 1969). The one place where they stand.
 *
 * Where they come from: u follows from counting (numbers of a kind, days of 65 birth years, communes of a province, two sexes);
 * m from the slips that software and people make, as reviewed in the samples and in published linkages of health registers
 * (sex wrong 1 %, birth date wrong 3 to 5 %, of which half in one digit or with day and month exchanged; one move in eight
 * years). Within each field a fuller agreement never weighs less: a property test holds that.
 */
import type { IdentifierSystem } from '../resident-content.js';

export const birthDateWeights = {
  /** u = 1 / (365 · 65) */
  same: 14.5,
  /** Year and month agree, the day is not known: u = 1 / (12 · 65) */
  'same-month': 9.5,
  /** Day and month exchanged: m = 0.01, u = 1 / (365 · 65) */
  exchanged: 9,
  /** The year agrees and more is not known, or is the 1 January that stands for not known: u = 1 / 65 */
  'same-year': 6,
  /** One digit differs, or the neighbouring day */
  'one-digit': 4.5,
  /** Years one apart where only years are known, or day and month the same */
  'near-year': 1,
  'same-year-other-day': -1.5,
  different: -8,
} as const;

/** u = 1/2; m = 0.99 */
export const sexWeights = { same: 1, different: -5.6 } as const;

export const placeWeights = {
  /** The same commune, or old and new code of the same one: m = 0.85, u about 1/80, communes not being equally large */
  'same-commune': 6,
  /** A commune and one that took part of it, or two that went into one */
  'kindred-commune': 4.5,
  'same-province': 0.2,
  /** m = 0.15: people move */
  'other-commune': -1.5,
  'other-province': -2.5,
} as const;

/** Households share a telephone: u among people who are otherwise alike is far above that of chance. */
export const phoneWeights = { same: 7, different: -0.5 } as const;

export const motherWeights = {
  /** Siblings have one mother too: never enough alone, see `judge`. */
  'same-number': 12,
  'same-name': 6,
  different: -5,
} as const;

/** Shares of the full name's bits (see `nameBits`); disagreement in bits. */
export const nameWeights = {
  same: { share: 1 },
  reordered: { share: 0.9 },
  /** The same letters, diacritics that one may have lost */
  'fewer-marks': { share: 0.9 },
  /** The same but for a middle name that one leaves out */
  shortened: { share: 0.75 },
  /** The same letters under other diacritics, both written with them */
  'other-marks': { share: 0.6 },
  /** A slip in a long word, or words written together */
  close: { share: 0.55 },
  /** Family and given name, or given and middle name, agree; the rest does not */
  partly: { bits: -2 },
  different: { bits: -7 },
} as const;

export interface NumberWeights {
  readonly same: number;
  /** One digit wrong, or two neighbours exchanged: a slip, or the next in the register. Of exclusive numbers, still two. */
  readonly close: number;
  readonly different: number;
  /** Of which one person has one at a time. */
  readonly exclusive: boolean;
  /** After how many years without being told an agreement counts half: numbers of this kind are given out again. */
  readonly halvedAfterYears?: number;
}

export const numberWeights: Readonly<Record<IdentifierSystem, NumberWeights>> = {
  'national-id': { same: 22, close: 2, different: -10, exclusive: true },
  // Until they were joined in 2018 some people had two.
  'insurance-number': { same: 20, close: 2, different: -7, exclusive: true },
  // Nine digits, by province: a new province gave a new number, and none is given since 2021.
  'citizen-id': { same: 17, close: 6, different: -2, exclusive: false, halvedAfterYears: 20 },
  passport: { same: 17, close: 5, different: -0.5, exclusive: false, halvedAfterYears: 15 },
  'facility-patient-number': { same: 11, close: 0, different: -1.5, exclusive: false, halvedAfterYears: 8 },
};

/**
 * Against a population of about a million (2^20) a weight of 20 means even odds. Above `same` fewer than one link in a hundred
 * is wrong; between the two a human looks; below `review` fewer than one in eight would be right.
 */
export const thresholds = { same: 27, review: 17 } as const;
