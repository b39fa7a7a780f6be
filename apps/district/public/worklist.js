import { element } from './elements.js';
import { daysUntil, showTime } from './times.js';
import { t } from './words.js';

const awaited = ['issued', 'received', 'accepted', 'redirected'];

/** Groups of states, by the work they mean. */
export const filters = {
  open: awaited,
  waiting: ['arrived'],
  done: ['answered', 'referred-back'],
  all: [],
};

export const states = [
  ...awaited,
  'arrived',
  'answered',
  'referred-back',
  'closed',
  'declined',
  'did-not-arrive',
  'expired',
  'cancelled',
];

export function chip(status) {
  return element('span', { className: `chip ${status}` }, t(`state-${status}`));
}

export function personLine({ name, sex, birthYear }) {
  if (name === undefined) return t('no-name');
  return [name, birthYear && t('born', birthYear), sex && t(`sex-${sex}`)].filter(Boolean).join(', ');
}

export function facilityName({ code, name }) {
  return name ?? code;
}

/** How long the paper is still good for, where somebody may still come with it. */
export function validityOf({ status, validUntil }) {
  if (validUntil === undefined || !awaited.includes(status)) return undefined;
  const days = daysUntil(validUntil, Date.now());
  const text = days < 0 ? t('overdue') : days === 0 ? t('last-day') : t('days-left', days);
  return { text, urgent: days <= 2 };
}

/** The list of a page of referrals; each is a button that opens it. */
export function worklistItems(items, direction, chosen, open) {
  return items.map((item) => {
    const other = direction === 'incoming' ? item.from : item.to;
    const validity = validityOf(item);
    const { code, text } = item.diagnosis ?? {};
    return element(
      'li',
      {},
      element(
        'button',
        {
          type: 'button',
          className: 'item',
          dataset: { id: item.id },
          'aria-current': item.id === chosen ? 'true' : undefined,
          onclick: () => open(item.id),
        },
        element('span', { className: 'who' }, personLine(item.resident)),
        chip(item.status),
        element(
          'span',
          { className: 'what' },
          item.restricted ? t('restricted-diagnosis') : [code, text].filter(Boolean).join(' · '),
        ),
        element(
          'span',
          { className: 'where' },
          `${t(direction === 'incoming' ? 'from' : 'to')}: ${facilityName(other)}`,
        ),
        element(
          'span',
          { className: 'when' },
          showTime(item.referredAt),
          validity && element('span', { className: validity.urgent ? 'urgent' : '' }, ` · ${validity.text}`),
        ),
      ),
    );
  });
}
