import { element } from './elements.js';
import { showMoment } from './moments.js';
import { ageAt, bloodGroupOf, masked, nameOf, numbersOf } from './person.js';
import { t } from './words.js';

/** Who the record is about: the line that stays in sight, and the rest below it. */

export function ageWords(birthDate, now) {
  const age = ageAt(birthDate, now);
  if (!age) return '';
  if (age.months !== undefined) return t('age-months', age.months);
  return t(age.about ? 'age-about' : 'age-years', age.years);
}

/** Name, sex and age: enough not to take one person for another. */
export const whoLine = (person, now) =>
  [nameOf(person) || t('no-name'), person.gender && t(`sex-${person.gender}`), ageWords(person.birthDate, now)]
    .filter(Boolean)
    .join(' · ');

/**
 * @param whole whether numbers are written out
 * @param reveal called when that is to change
 */
export function personRows(person, { whole, reveal }) {
  const numbers = numbersOf(person);
  const rows = [
    [t('birth-date'), showMoment(person.birthDate)],
    ...numbers.map(({ kind, value, until }) => [
      t(kind),
      [whole ? value : masked(value), until && t('valid-until', showMoment(until))].filter(Boolean).join(' · '),
    ]),
    [t('address'), person.address?.[0]?.text],
    [t('phone'), person.telecom?.find(({ system }) => system === 'phone')?.value],
    [t('blood-group'), bloodGroupOf(person)],
    [t('died'), person.deceasedDateTime ? showMoment(person.deceasedDateTime) : person.deceasedBoolean && t('yes')],
    [t('facility-of-care'), person.managingOrganization?.display ?? person.managingOrganization?.identifier?.value],
  ].filter(([, value]) => value);
  return [
    element(
      'dl',
      { className: 'person' },
      rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
    ),
    numbers.length > 0 &&
      element(
        'button',
        { type: 'button', id: 'reveal', 'aria-pressed': String(whole), onclick: reveal },
        t('whole-numbers'),
      ),
  ].filter(Boolean);
}
