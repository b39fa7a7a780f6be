import type { ResidentIdentifier } from '#domain/residents/resident-content.js';

/** NFC, white space made single. The case stays as written. */
export function normaliseName(text: string): string {
  const composed = text.normalize('NFC');
  return /\s\s|[^\S ]/.test(composed) ? composed.replaceAll(/\s+/g, ' ').trim() : composed.trim();
}

/** SO_CCCD: 12 digits personal number, 9 digits old identity card, capital letter and 7 digits passport (BHXH guide 1245). */
export function readPersonNumber(text: string): ResidentIdentifier | undefined {
  const compact = text.replaceAll(/[\s.]/g, '').toUpperCase();
  if (/^\d{12}$/.test(compact)) return { system: 'national-id', value: compact };
  if (/^\d{9}$/.test(compact)) return { system: 'citizen-id', value: compact };
  if (/^[A-Z]\d{7}$/.test(compact)) return { system: 'passport', value: compact };
  return undefined;
}

/** The 10-digit BHXH number in a card number: the last ten of fifteen characters (QĐ 1351/QĐ-BHXH), or all ten (QĐ 1666/QĐ-BHXH). */
export function readInsuranceNumber(card: string): ResidentIdentifier | undefined {
  const found = /^(?:[A-Z]{2}[0-9A-Z][0-9]{2})?(\d{10})$/.exec(card);
  return found?.[1] === undefined ? undefined : { system: 'insurance-number', value: found[1] };
}

/** A card number without the blanks and dots people group it with. */
export const compactCard = (text: string): string =>
  /^[0-9A-Z]*$/.test(text) ? text : text.replaceAll(/[\s.-]/g, '').toUpperCase();
