import { extensionOf, ofType, systems } from './fhir-elements.js';
import { dayOf } from './moments.js';

/** Who a record is about. Pure. */

/**
 * The Patient of a record: the one that was asked for, or the one its record has become part of.
 * @param resources of the record as far as they are here
 */
export function personIn(resources, id) {
  const patients = ofType(resources, 'Patient');
  const asked = patients.find((one) => one.id === id);
  const survivor = asked?.link
    ?.find(({ type }) => type === 'replaced-by')
    ?.other?.reference?.split('/')
    .at(-1);
  return patients.find((one) => one.id === survivor) ?? asked;
}

export const nameOf = ({ name = [] }) =>
  name[0]?.text ?? [name[0]?.family, ...(name[0]?.given ?? [])].filter(Boolean).join(' ');

/**
 * Age at a moment in whole years, and below six years in months, which dosing needs; nothing where no birth date is known.
 * @param birthDate `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; of the first two the age is about so many years
 */
export function ageAt(birthDate, epoch) {
  if (!birthDate) return undefined;
  const [year, month, day] = birthDate.split('-').map(Number);
  const [nowYear, nowMonth, nowDay] = dayOf(epoch).split('-').map(Number);
  if (month === undefined) return { years: nowYear - year, about: true };
  const months = (nowYear - year) * 12 + nowMonth - month - (day !== undefined && nowDay < day ? 1 : 0);
  const years = Math.floor(months / 12);
  return { years, ...(years < 6 && day !== undefined && { months }), about: day === undefined };
}

/** A number that is read over a shoulder tells little: its ends are enough to compare it with a card. */
export const masked = (number) =>
  number.length <= 6
    ? number
    : `${number.slice(0, 3)}${'•'.repeat(Math.max(3, number.length - 7))}${number.slice(number.length > 7 ? -4 : -2)}`;

const kinds = new Map([
  [systems.nationalId, 'national-id'],
  [systems.citizenId, 'citizen-id'],
  [systems.passport, 'passport'],
  [systems.insurance, 'insurance'],
]);

/** Numbers of the person: what kind, the number, and for cards the last day they are valid. Numbers of facilities are left to them. */
export const numbersOf = ({ identifier = [] }) =>
  identifier.flatMap(({ system, value, type, period }) => {
    const kind = kinds.get(system);
    if (!kind || !value) return [];
    const isCard = type?.coding?.some(({ code }) => code === 'HC') === true;
    return [{ kind: isCard ? 'insurance-card' : kind, value, ...(period?.end && { until: period.end }) }];
  });

export const bloodGroupOf = (patient) => extensionOf(patient, 'urn:lien-tuyen:extension:blood-group')?.valueString;
