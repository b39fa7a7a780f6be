/** One pair side by side. */
import { element } from './elements.js';
import { word } from './words.js';

/** Fields of the table: what a record says of each, as text. */
const rows = [
  ['name', (record) => record.details.name],
  ['birth-date', (record) => record.details.birthDate],
  ['sex', (record) => word(record.details.sex)],
  [
    'place',
    ({ details: { residence } }) => residence && [residence.text, residence.communeCode].filter(Boolean).join(' · '),
  ],
  ['phone', (record) => record.details.phone],
  ['mother', (record) => record.motherName],
  ...['national-id', 'insurance-number', 'citizen-id', 'passport', 'facility-patient-number'].map((system) => [
    system,
    ({ identifiers }) =>
      identifiers
        .filter((one) => one.system === system)
        .map(({ value, facility }) => (facility ? `${value} (${facility})` : value))
        .join(', '),
  ]),
  ['cards', (record) => record.cards.join(', ')],
  [
    'visits',
    (record) =>
      `${record.visits}: ${record.seenAt.map(({ facility, name, visits }) => `${name ?? facility} (${visits})`).join(', ')}`,
  ],
];

export function pairElement(review, decide) {
  const [first, second] = review.records;
  return [
    element('h2', { id: 'pair-title' }, word('pair')),
    element(
      'p',
      {},
      `${word(`reason-${review.reason}`)}. ${word('weight')}: ${review.weight}`,
      review.contradictions.length > 0 && ' · ',
      review.contradictions.length > 0 &&
        element(
          'strong',
          { className: 'differs' },
          review.contradictions.map((one) => word(`contradiction-${one}`)).join(', '),
        ),
    ),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ['field', 'first', 'second', 'agreement'].map((key) => element('th', { scope: 'col' }, word(key))),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map((row) => rowElement(row, first, second, review.fields)),
      ),
    ),
    element(
      'form',
      { className: 'decide', onsubmit: (event) => event.preventDefault() },
      element('label', {}, word('why'), element('input', { id: 'reason', maxLength: 500, autocomplete: 'off' })),
      review.status === 'merged'
        ? [
            element('p', {}, word(review.survivor === first?.id ? 'survives-first' : 'survives-second')),
            button('unmerge', '', () => decide('unmerge')),
          ]
        : [
            button('merge-first', 'main', () => decide('merge', first.id)),
            button('merge-second', 'main', () => decide('merge', second.id)),
            review.status === 'open' && button('dismiss', '', () => decide('dismiss')),
          ],
    ),
  ];
}

function rowElement([field, say], first, second, fields) {
  const texts = [first, second].map((record) => (record ? (say(record) ?? '') : ''));
  if (texts.every((text) => text === '')) return undefined;
  const compared = fields.find((one) => one.field === field);
  const sign = compared && (compared.weight > 0 ? 'agrees' : 'differs');
  return element(
    'tr',
    { dataset: { field } },
    element('th', { scope: 'row' }, word(field)),
    element('td', { dataset: { of: word('first') } }, texts[0] || '—'),
    element('td', { dataset: { of: word('second') } }, texts[1] || '—'),
    element(
      'td',
      { className: sign ?? '' },
      compared
        ? `${compared.weight > 0 ? '✓' : '✗'} ${word(compared.agreement)} (${compared.weight > 0 ? '+' : ''}${compared.weight})`
        : '',
    ),
  );
}

const button = (key, className, onclick) =>
  element('button', { type: 'button', className, onclick, dataset: { do: key } }, word(key));
