import { vitalSigns } from '../encounters/vital-signs.js';
import { codeSystems } from '../systems.js';
import { readTable } from '../tables.js';
import { canonicalQuantity } from '../units/canonical-units.js';
import { byCode, type Concept, once, type ShippedCodeSystem } from './code-system.js';

/** The units the record has, and how stations write them; other units are known by UCUM's grammar. */
export const ucum: ShippedCodeSystem = {
  id: 'ucum',
  url: codeSystems.ucum,
  name: 'UCUM',
  title: 'Unified Code for Units of Measure (UCUM)',
  version: '2.1',
  language: 'en',
  complete: false,
  copyright: 'UCUM © Regenstrief Institute, Inc.',
  mayBe: (code) => /^[\x21-\x7e]{1,40}$/.test(code) && canonicalQuantity(1, code) !== undefined,
  concepts: once(() => {
    const written = readTable('ucum-units.tsv').map((row) => ({ code: row['ucum'] ?? '', word: row['written'] ?? '' }));
    const ofSigns = [
      ...vitalSigns.map((sign) => ({ code: sign.ucum, word: sign.unit })),
      { code: 'mm[Hg]', word: 'mmHg' },
    ];
    const units = Map.groupBy([...ofSigns, ...written], ({ code }) => code);
    return byCode(
      [...units].map(([code, words]): Concept => {
        const also = words.map(({ word }) => word).filter((word) => word !== code);
        const [said] = also;
        return { code, en: code, ...(said !== undefined && { vi: said, also }) };
      }),
    );
  }),
};
