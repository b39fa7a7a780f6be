import type { Residence } from '../../codes.js';
import type { PlaceRegister } from '../../places/place-register.js';
import type { phoneWeights, placeWeights } from './weights.js';

export type PlaceAgreement = keyof typeof placeWeights;

/** How two residences agree; `undefined` when nothing can be compared. Old and new codes of one commune agree. */
export function comparePlaces(
  a: Residence | undefined,
  b: Residence | undefined,
  places?: Pick<PlaceRegister, 'successors'>,
): PlaceAgreement | undefined {
  const [left, right] = [a?.communeCode, b?.communeCode];
  if (left !== undefined && right !== undefined) {
    if (left === right) return 'same-commune';
    const kinship = kinshipOf(left, right, places);
    if (kinship) return kinship;
    return sameProvince(a, b) === false ? 'other-province' : 'other-commune';
  }
  const same = sameProvince(a, b);
  return same === undefined ? undefined : same ? 'same-province' : 'other-province';
}

function kinshipOf(
  a: string,
  b: string,
  places: Pick<PlaceRegister, 'successors'> | undefined,
): 'same-commune' | 'kindred-commune' | undefined {
  if (!places) return undefined;
  const after = (code: string) => places.successors(code);
  const direct = [...after(a).filter(({ to }) => to === b), ...after(b).filter(({ to }) => to === a)];
  if (direct.length > 0) return direct.some(({ part }) => part === 'full') ? 'same-commune' : 'kindred-commune';
  return after(a).some(({ to }) => after(b).some((other) => other.to === to)) ? 'kindred-commune' : undefined;
}

/** Provinces were joined too: other codes are another province only where no commune says more. */
function sameProvince(a: Residence | undefined, b: Residence | undefined): boolean | undefined {
  if (a?.provinceCode === undefined || b?.provinceCode === undefined) return undefined;
  return a.provinceCode === b.provinceCode;
}

/** Digits of a Vietnamese telephone number as it is dialled today; `undefined` for what is none. */
export function telephone(text: string | undefined): string | undefined {
  const digits = text?.replace(/\D/g, '').replace(/^(00)?84(?=\d{9,10}$)/, '0');
  if (digits === undefined || digits.length < 9 || /^(\d)\1+$/.test(digits)) return undefined;
  if (digits.length === 11 && digits.startsWith('01'))
    return (elevenDigits[digits.slice(0, 4)] ?? digits.slice(0, 4)) + digits.slice(4);
  return digits;
}

/** Mobile numbers of eleven digits became ones of ten in September 2018 (QĐ 798/QĐ-BTTTT). */
const elevenDigits: Readonly<Record<string, string>> = {
  '0162': '032',
  '0163': '033',
  '0164': '034',
  '0165': '035',
  '0166': '036',
  '0167': '037',
  '0168': '038',
  '0169': '039',
  '0120': '070',
  '0121': '079',
  '0122': '077',
  '0126': '076',
  '0128': '078',
  '0123': '083',
  '0124': '084',
  '0125': '085',
  '0127': '081',
  '0129': '082',
  '0186': '056',
  '0188': '058',
  '0199': '059',
};

export function comparePhones(a: string | undefined, b: string | undefined): keyof typeof phoneWeights | undefined {
  const [left, right] = [telephone(a), telephone(b)];
  if (left === undefined || right === undefined) return undefined;
  return left === right ? 'same' : 'different';
}
