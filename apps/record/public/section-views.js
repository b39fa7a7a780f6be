import { element } from './elements.js';
import { showDay, showMoment } from './moments.js';
import { dataTable, longList, nothing } from './tables.js';
import { t } from './words.js';

/** The parts of a record that are lists and tables. Each answers with the nodes of its section. */

const mostAtOnce = 12;

const items = (list, make) =>
  longList(list, mostAtOnce, (some) =>
    element(
      'ul',
      { className: 'items' },
      some.map((one) => element('li', {}, make(one))),
    ),
  );

const soft = (...parts) => element('span', { className: 'soft' }, parts.filter(Boolean).join(' · '));
const part = (heading, nodes) => [element('h3', {}, heading), ...nodes];
const fromTo = (first, last) =>
  first && last && showDay(first) !== showDay(last) ? `${showDay(first)} – ${showDay(last)}` : showDay(last ?? first);

export function problems({ problems: { active, past, refuted } }) {
  if (active.length + past.length + refuted.length === 0) return [nothing()];
  const list = (some) =>
    items(some, ({ code, words, first, last, times, places }) => [
      element('strong', {}, [code, words].filter(Boolean).join(' ')),
      soft(fromTo(first, last), times > 1 && t('times', times), places.join(', ')),
    ]);
  return [
    ...part(t('problems-active'), active.length > 0 ? list(active) : [nothing('none-present')]),
    ...(past.length > 0 ? part(t('problems-past'), list(past)) : []),
    ...(refuted.length > 0 ? part(t('problems-refuted'), list(refuted)) : []),
  ];
}

export function medicines({ medicines: { current, past } }) {
  if (current.length + past.length === 0) return [nothing()];
  const list = (some) =>
    items(some, ({ name, dosage, quantity, first, last, times, places }) => [
      element('strong', {}, name),
      dosage && element('span', {}, dosage),
      soft(
        t('dispensed', showDay(last)),
        quantity && t('quantity', quantity),
        times > 1 && t('since-times', showDay(first), times),
        places.join(', '),
      ),
    ]);
  return [
    ...part(t('medicines-current'), current.length > 0 ? list(current) : [nothing('none-present')]),
    ...(past.length > 0 ? part(t('medicines-past'), list(past)) : []),
  ];
}

export function signs({ signs: newest }) {
  if (newest.length === 0) return [nothing()];
  return [
    element(
      'dl',
      { className: 'figures' },
      newest.map(({ name, text, at }) =>
        element(
          'div',
          {},
          element('dt', {}, name),
          element('dd', {}, text),
          element('dd', { className: 'soft' }, showDay(at)),
        ),
      ),
    ),
  ];
}

export function results({ results: all }) {
  if (all.length === 0) return [nothing()];
  return longList(all, mostAtOnce, (some) =>
    dataTable(
      'results-table',
      t('results'),
      [t('what'), t('result'), t('when'), t('range'), t('where')],
      some.map(({ name, text, meaning, range, at, place }) => [
        name,
        meaning ? [text, element('span', { className: 'meaning' }, ` ${meaning}`)] : text,
        showMoment(at),
        range,
        place,
      ]),
    ),
  );
}

export function vaccines({ vaccines: all }) {
  if (all.length === 0) return [nothing()];
  return longList(all, mostAtOnce, (some) =>
    dataTable(
      'vaccines-table',
      t('vaccines'),
      [t('vaccine'), t('dose'), t('when'), t('lot'), t('where'), t('next-dose')],
      some.map(({ vaccine, dose, on, lot, place, next, notes }) => [
        [vaccine, ...notes].filter(Boolean).join('. '),
        dose === undefined ? '' : String(dose),
        showDay(on),
        lot,
        place,
        showDay(next),
      ]),
    ),
  );
}

export function referrals({ referrals: all }) {
  if (all.length === 0) return [nothing()];
  return items(all, (one) => [
    element(
      'p',
      { className: 'heading' },
      element('strong', {}, `${one.from ?? '–'} → ${one.to ?? '–'}`),
      element('span', { className: `chip state-${one.state}` }, one.stateWords ?? t(`request-${one.state}`)),
    ),
    soft(
      one.directionWords,
      one.on && t('sent', showMoment(one.on)),
      one.until && t('valid-until', showMoment(one.until)),
      one.number,
    ),
    one.reasons.length > 0 && element('span', {}, `${t('diagnosis')}: ${one.reasons.join('; ')}`),
    one.appointment && element('span', {}, t('appointment', showMoment(one.appointment))),
    one.arrived && element('span', {}, t(one.late ? 'arrived-late' : 'arrived', showMoment(one.arrived))),
    one.refusal && element('span', {}, one.refusal),
    one.answers.length > 0 &&
      element(
        'details',
        {},
        element('summary', {}, t('answer')),
        element(
          'ul',
          {},
          one.answers.map(({ heading, said }) => element('li', {}, `${heading}: ${said}`)),
        ),
      ),
  ]);
}

export function programmes({ programmes: all }) {
  if (all.length === 0) return [nothing()];
  return items(all, ({ name, status, since, until, last, visits, place }) => [
    element('strong', {}, name),
    soft(
      t(`programme-${status}`),
      since && t('since', showDay(since)),
      until && t('until', showDay(until)),
      last && t('last-visit', showDay(last)),
      visits !== undefined && t('visits', visits),
      place,
    ),
  ]);
}

export function history({ history: risks, family }) {
  if (risks.length + family.length === 0) return [nothing()];
  return [
    ...items(risks, ({ name, text, notes, at }) => [
      element('strong', {}, `${name}: ${text}`),
      soft(...notes, showDay(at)),
    ]),
    ...(family.length > 0
      ? part(
          t('family'),
          items(family, ({ relative, conditions }) => `${relative ?? '–'}: ${conditions.join('; ') || '–'}`),
        )
      : []),
  ];
}

export function consents({ consents: all }) {
  if (all.length === 0) return [element('p', {}, t('consent-none'))];
  return items(all, ({ on, given, to, takenBy, words }) => [
    element('strong', {}, consentWords({ given, to, words })),
    soft(showMoment(on), takenBy && t('taken-by', takenBy)),
  ]);
}

const consentWords = ({ given, to, words }) =>
  given === undefined
    ? t('consent-other', words)
    : t(given ? 'consent-given' : 'consent-withdrawn', to ?? t('all-facilities'));
