/** How common the words of Vietnamese names are: that two people are both called Nguyễn Thị says little. */
import { nameWords } from './name-words.js';

export type NamePart = 'family' | 'middle' | 'given';

export interface NameFrequencies {
  /** Share of people (0–1) who have the word in that part of their name. */
  share(part: NamePart, word: string): number;
}

/**
 * Family names: shares published by the Ministry of Education's survey of 2022 and Lê Trung Hoa, "Họ và tên người Việt Nam"
 * (2005), folded, spellings of one name together (Hoàng and Huỳnh differ when folded and stay apart). Middle names: Thị is borne
 * by three women in five and Văn by two men in five of those born before 2000 (same book). Given names: the commonest of the
 * national entrance examination's published lists, rounded.
 */
const published: Readonly<Record<NamePart, Readonly<Record<string, number>>>> = {
  family: {
    nguyen: 0.315,
    tran: 0.109,
    le: 0.089,
    pham: 0.059,
    huynh: 0.026,
    hoang: 0.025,
    vu: 0.024,
    phan: 0.028,
    vo: 0.025,
    dang: 0.019,
    bui: 0.019,
    do: 0.018,
    ho: 0.013,
    ngo: 0.013,
    duong: 0.013,
    ly: 0.009,
    dao: 0.007,
    doan: 0.006,
    vuong: 0.004,
    trinh: 0.006,
    truong: 0.012,
    dinh: 0.009,
    lam: 0.007,
    mai: 0.005,
    to: 0.003,
    ha: 0.006,
    cao: 0.006,
    luong: 0.007,
    nong: 0.004,
    ma: 0.003,
    trieu: 0.003,
    quan: 0.002,
    chau: 0.002,
  },
  middle: {
    thi: 0.3,
    van: 0.2,
    thanh: 0.03,
    ngoc: 0.03,
    minh: 0.025,
    duc: 0.02,
    huu: 0.02,
    xuan: 0.02,
    hong: 0.02,
    thu: 0.02,
    kim: 0.015,
    quoc: 0.015,
    dinh: 0.015,
    quang: 0.015,
    phuong: 0.015,
    cong: 0.01,
    tuan: 0.01,
    gia: 0.01,
    bao: 0.01,
  },
  given: {
    anh: 0.03,
    linh: 0.02,
    huong: 0.018,
    hoa: 0.015,
    hung: 0.015,
    dung: 0.02,
    minh: 0.015,
    lan: 0.013,
    hai: 0.014,
    ha: 0.014,
    nga: 0.012,
    thao: 0.012,
    tuan: 0.013,
    trang: 0.014,
    thuy: 0.014,
    thanh: 0.014,
    long: 0.011,
    nam: 0.012,
    son: 0.012,
    hong: 0.012,
    yen: 0.011,
    mai: 0.012,
    hue: 0.01,
    dat: 0.01,
    phuong: 0.016,
    binh: 0.012,
    huy: 0.013,
    thang: 0.012,
    khanh: 0.009,
    phuc: 0.009,
    duc: 0.01,
    quang: 0.01,
    hien: 0.012,
    hang: 0.012,
    van: 0.01,
    my: 0.008,
  },
};

/** Share of a word that no list has: rarer than the rarest listed. */
const unlisted: Readonly<Record<NamePart, number>> = { family: 0.0015, middle: 0.005, given: 0.004 };

export const publishedFrequencies: NameFrequencies = {
  share: (part, word) => published[part][word] ?? unlisted[part],
};

/**
 * Shares as they are among the given names, leaning on the published ones where few have been seen: those stand for
 * `weight` people.
 */
export function learnedFrequencies(names: Iterable<string>, weight = 1_000): NameFrequencies {
  const counts: Readonly<Record<NamePart, Map<string, number>>> = {
    family: new Map(),
    middle: new Map(),
    given: new Map(),
  };
  let people = 0;
  for (const name of names) {
    people += 1;
    for (const { part, word } of partsOfName(nameWords(name)))
      counts[part].set(word, (counts[part].get(word) ?? 0) + 1);
  }
  return {
    share: (part, word) =>
      ((counts[part].get(word) ?? 0) + weight * publishedFrequencies.share(part, word)) / (people + weight),
  };
}

/** First word family name, last word given name, what is between middle names; a single word is a given name. */
export function partsOfName(words: readonly string[]): readonly { readonly part: NamePart; readonly word: string }[] {
  const last = words.length - 1;
  return words.map((word, index) => ({
    word,
    part: index === last ? 'given' : index === 0 ? 'family' : 'middle',
  }));
}

/** Bits by which the agreement of a whole name speaks for one person; at most 24, for words come together more often than by chance. */
export function nameBits(words: readonly string[], frequencies: NameFrequencies): number {
  const bits = partsOfName(words).reduce((sum, { part, word }) => sum - Math.log2(frequencies.share(part, word)), 0);
  return Math.min(24, Math.max(1, bits));
}
