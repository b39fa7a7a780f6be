/** What the fields of the search form ask of FHIR. Pure. */

/** `11/05/1961`, `5/1961`, `1961` or `1961-05-11` → as FHIR writes it; nothing where it is no date. */
export function birthDateIn(text) {
  const parts = text.trim().split(/[/.\-\s]+/);
  const [year, month, day] = /^\d{4}$/.test(parts[0] ?? '') ? parts : parts.toReversed();
  if (!/^\d{4}$/.test(year ?? '') || parts.length > 3) return undefined;
  if (month === undefined) return year;
  const written = [year, month, ...(day === undefined ? [] : [day])].map((part) => part.padStart(2, '0')).join('-');
  const whole = day === undefined ? `${written}-01` : written;
  const epoch = Date.parse(`${whole}T00:00:00Z`);
  return !Number.isNaN(epoch) && new Date(epoch).toISOString().slice(0, 10) === whole ? written : undefined;
}

/** Numbers are typed with spaces and dots, as they are printed on cards. */
export const numberIn = (text) => text.replaceAll(/[\s.]/g, '').toUpperCase();

/** In a parameter's value these would be separators. */
const escaped = (value) => value.replaceAll(/[\\,|$]/g, String.raw`\$&`);

const count = '20';

/**
 * @returns { criteria } for the search, or { fault } naming what is missing
 */
export function criteriaOf({ number, name, birthDate }) {
  if (number.trim() !== '') return { criteria: { identifier: escaped(numberIn(number)), _count: count } };
  const words = name.trim().replaceAll(/\s+/g, ' ');
  if (words.length < 2) return { fault: 'nothing-asked' };
  const born = birthDate.trim() === '' ? undefined : birthDateIn(birthDate);
  if (birthDate.trim() !== '' && born === undefined) return { fault: 'no-date' };
  return { criteria: { name: escaped(words), ...(born && { birthdate: born }), _count: count } };
}
