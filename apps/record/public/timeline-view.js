import { element } from './elements.js';
import { dayOf, epochOf, showDay, showMoment } from './moments.js';
import { nothing } from './tables.js';
import { timelineKinds } from './timeline-entries.js';
import { t } from './words.js';

const mostAtOnce = 25;

/**
 * Everything that happened, newest first, by year; what an entry holds is opened at a touch. Arrow keys go from entry to entry.
 * @param view { kind, all }: the one kind that is shown, and whether the end is
 * @param change called with what is to change of the view
 */
export function timeline({ timeline: entries }, view, change) {
  if (entries.length === 0) return [nothing()];
  const kinds = timelineKinds.filter((kind) => entries.some((one) => one.kind === kind));
  const chosen = entries.filter(({ kind }) => view.kind === undefined || kind === view.kind);
  const some = view.all ? chosen : chosen.slice(0, mostAtOnce);
  const list = element(
    'ol',
    { className: 'timeline', onkeydown: moveAmong },
    some.map((entry, index) => item(entry, some[index - 1])),
  );
  return [
    kinds.length > 1 && kindFilter(kinds, view.kind, change),
    list,
    some.length < chosen.length &&
      element(
        'button',
        { type: 'button', className: 'more', onclick: () => change({ all: true }) },
        t('show-all', chosen.length),
      ),
  ].filter(Boolean);
}

const kindFilter = (kinds, chosen, change) =>
  element(
    'label',
    { className: 'filter' },
    element('span', {}, t('kind')),
    element(
      'select',
      { id: 'kind', onchange: ({ target }) => change({ kind: target.value === '' ? undefined : target.value }) },
      element('option', { value: '' }, t('kind-all')),
      kinds.map((kind) => element('option', { value: kind, selected: kind === chosen }, t(`kind-of-${kind}`))),
    ),
  );

/** Of what took days, the first and the last. */
function whenOf({ on, until }) {
  const last = until && showDay(until);
  return last && last !== showDay(on) ? `${showDay(on)} – ${last}` : showMoment(on);
}

const yearOf = ({ on } = {}) => (on ? dayOf(epochOf(on)).slice(0, 4) : undefined);

function item(entry, before) {
  const { kind, title, place, to, hidden, state, stateWords } = entry;
  const year = yearOf(entry);
  const rows = entry.rows.filter(([, text]) => text);
  const summary = [
    element('span', { className: 'when' }, whenOf(entry)),
    element('span', { className: `chip ${kind}` }, t(`kind-of-${kind}`)),
    element('strong', {}, title ?? t(hidden ? 'hidden-entry' : 'untitled')),
    state && element('span', { className: `chip state-${state}` }, stateWords ?? t(`request-${state}`)),
    element('span', { className: 'soft' }, [place, to].filter(Boolean).join(' → ')),
    hidden && element('span', { className: 'soft' }, t('hidden-rows')),
  ];
  return element(
    'li',
    year === yearOf(before) ? {} : { className: 'new-year', dataset: { year: year ?? '' } },
    rows.length > 0
      ? element(
          'details',
          {},
          element('summary', { className: 'entry' }, summary),
          element(
            'dl',
            {},
            rows.map(([field, text]) =>
              field === undefined
                ? element('div', {}, ...said(text))
                : element('div', {}, element('dt', {}, t(`row-${field}`)), element('dd', {}, text)),
            ),
          ),
        )
      : element('div', { className: 'entry', tabIndex: 0 }, summary),
  );
}

/** `Heading: text` of a note. */
function said(text) {
  const [heading, ...rest] = text.split(': ');
  return [element('dt', {}, heading), element('dd', {}, rest.join(': '))];
}

function moveAmong(event) {
  const entries = [...event.currentTarget.querySelectorAll('.entry')];
  const at = entries.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  entries[Math.min(Math.max(to, 0), entries.length - 1)].focus();
}
