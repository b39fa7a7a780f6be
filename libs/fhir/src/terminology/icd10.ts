import { icd10Systems } from '../reading/read-condition.js';
import { codeSystems } from '../systems.js';
import { readTable } from '../tables.js';
import { byCode, type Concept, once, type ShippedCodeSystem } from './code-system.js';

interface Row {
  readonly code: string;
  readonly vi: string;
  readonly en: string;
  /** Categories it holds, `I10-I15`; of a chapter too, which has a number of its own. */
  readonly range: string | undefined;
}

const rows = once((): readonly Row[] =>
  readTable('icd10.tsv').map(({ code = '', range = '', vi = '', en = '' }) => ({
    code,
    vi,
    en,
    range: range !== '' ? range : code.includes('-') ? code : undefined,
  })),
);

/** Short Vietnamese names of ICD-10 categories (`I10`), for labels. Not the official list. */
export const icd10CategoryNames = once(
  (): ReadonlyMap<string, string> =>
    new Map(rows().flatMap(({ code, vi }) => (/^[A-Z]\d\d$/.test(code) ? [[code, vi] as const] : []))),
);

/** `E11.9` is of `E11`, that of the block `E10-E14`, that of chapter `IV`. */
export const icd10: ShippedCodeSystem = {
  id: 'icd10',
  url: codeSystems.icd10,
  aliases: icd10Systems.filter((system) => system !== codeSystems.icd10),
  name: 'ICD10',
  title: 'ICD-10 (tên ngắn tiếng Việt; short names)',
  version: '2019',
  language: 'vi',
  complete: false,
  copyright:
    'ICD-10 © World Health Organization. Short names by this project, not the official list (TT 06/2026/TT-BYT).',
  properties: [{ code: 'kind', type: 'code' }],
  mayBe: (code) => {
    const [, category] = /^([A-Z]\d\d)(?:\.\d{1,2})?[*+]?$/.exec(code) ?? [];
    return (
      category !== undefined && rows().some(({ code: block, range }) => block === range && isWithin(category, range))
    );
  },
  concepts: once(() => {
    const ranges = rows().filter(({ range }) => range !== undefined);
    const concepts = rows().map(({ code, vi, en, range }): Concept => {
      const parent = code.includes('.')
        ? code.slice(0, 3)
        : // Blocks stand in chapters alone, chapters in nothing.
          ranges.find(
            (one) =>
              one.code !== code &&
              isWithin(range ?? code, one.range) &&
              (range === undefined) === (one.code === one.range),
          )?.code;
      const properties = [{ code: 'kind', value: kindOf(code, range), kind: 'code' }] as const;
      return { code, vi, en, properties, ...(parent !== undefined && { parent }) };
    });
    return byCode(concepts);
  }),
};

/** Codes of ICD-10 from one on until before another, in the order of their characters. */
export interface Icd10Span {
  readonly from: string;
  readonly before: string;
}

const rangeOf = once(
  (): ReadonlyMap<string, string> =>
    new Map(rows().flatMap(({ code, range }) => (range === undefined ? [] : [[code, range] as const]))),
);

/** What is of a code: of the category `E11` whatever begins so; of a block, `I10-I15`, or a chapter, `IX`, all its categories. */
export function icd10Span(code: string): Icd10Span {
  const range = rangeOf().get(code) ?? code;
  const [, from = code, to = code] = /^([A-Z]\d\d)-([A-Z]\d\d)$/.exec(range) ?? [];
  return { from, before: `${to}\uffff` };
}

/** Whether a code is another one, or of it in the hierarchy: `E11.9` of `E11`, of `E10-E14` and of `IV`. */
export function isOfIcd10(code: string, outer: string): boolean {
  const [inner, whole] = [icd10Span(code), icd10Span(outer)];
  return whole.from <= inner.from && inner.before <= whole.before;
}

function kindOf(code: string, range: string | undefined): string {
  if (range !== undefined) return range === code ? 'block' : 'chapter';
  return code.includes('.') ? 'subcategory' : 'category';
}

/** A category or a range of them within a range. */
function isWithin(inner: string, outer = ''): boolean {
  const [from = '', to = from] = inner.split('-');
  const [first = '', last = first] = outer.split('-');
  return first <= from && to <= last;
}
