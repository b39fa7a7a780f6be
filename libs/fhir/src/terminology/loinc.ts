import { codeSystems } from '../systems.js';
import { readTable } from '../tables.js';
import { byCode, once, type ShippedCodeSystem } from './code-system.js';

/** The codes of LOINC that the record is coded with. */
export const loinc: ShippedCodeSystem = {
  id: 'loinc',
  url: codeSystems.loinc,
  name: 'LOINC',
  title: 'LOINC',
  version: '2.77',
  language: 'en',
  complete: false,
  copyright:
    'LOINC © Regenstrief Institute, Inc. and the LOINC Committee; used under the LOINC licence (loinc.org/license).',
  mayBe: (code) => /^\d{1,5}-\d$/.test(code) && checkDigitOf(code.slice(0, -2)) === Number(code.slice(-1)),
  concepts: once(() =>
    byCode(readTable('loinc.tsv').map(({ code = '', display = '', vi = '' }) => ({ code, en: display, vi }))),
  ),
};

/** Modulus 10, as LOINC's users' guide has it. */
function checkDigitOf(digits: string): number {
  const sum = digits
    .split('')
    .toReversed()
    .reduce((total, digit, index) => {
      const weighted = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + Math.floor(weighted / 10) + (weighted % 10);
    }, 0);
  return (10 - (sum % 10)) % 10;
}
