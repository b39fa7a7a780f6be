import type { ResidentDetails } from '#domain/residents/resident-content.js';

/**
 * The personal number that Excel made a number of: 10 or 11 digits of which the leading zeros are gone. Put back only where the
 * rest of the number agrees with the person (NĐ 137/2015 Art. 13: three digits of the province of birth registration, one of
 * century and sex, two of the birth year, six others), since ten digits may be an insurance number in the wrong column.
 */
export function restoredPersonNumber(text: string, { sex, birthDate }: ResidentDetails): string | undefined {
  const digits = text.replaceAll(/[\s.]/g, '');
  if (!/^\d{10,11}$/.test(digits) || birthDate === undefined || (sex !== 'male' && sex !== 'female')) return undefined;
  const whole = digits.padStart(12, '0');
  const year = Number(birthDate.slice(0, 4));
  const century = (Math.floor(year / 100) - 19) * 2 + (sex === 'male' ? 0 : 1);
  const province = Number(whole.slice(0, 3));
  const agrees =
    province >= 1 &&
    province <= 96 &&
    Number(whole[3]) === century &&
    whole.slice(4, 6) === String(year % 100).padStart(2, '0');
  return agrees ? whole : undefined;
}
