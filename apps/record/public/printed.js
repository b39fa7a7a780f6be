import { element } from './elements.js';
import { showExactly, showMoment } from './moments.js';
import { masked, nameOf, numbersOf } from './person.js';
import { whoLine } from './person-view.js';
import { chosenPurpose } from './purpose.js';
import { t } from './words.js';

/** What stands on paper alone: whose record, as of when, and that it must be kept. */
export function printedHead({ person, asOf, now }) {
  const [number] = numbersOf(person);
  return [
    element('p', { className: 'printed-title' }, `Liên Tuyến · ${t('title')}`),
    element(
      'p',
      {},
      [
        whoLine(person, now),
        person.birthDate && t('born', showMoment(person.birthDate)),
        number && `${t(number.kind)} ${masked(number.value)}`,
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    element('p', {}, asOf ? t('as-known', showExactly(asOf)) : t('as-known-now')),
    element('p', { id: 'printed-when' }),
  ];
}

export function printedFoot({ person, content, me }) {
  const purpose = chosenPurpose();
  return [
    element('p', {}, t('printed-careful', nameOf(person))),
    purpose && me.kind !== 'resident' && element('p', {}, `${t('purpose')}: ${t(`purpose-${purpose}`)}`),
    content.hidden && element('p', {}, t('hidden-part')),
  ].filter(Boolean);
}
