import { element, find } from './dom.js';
import { percent, whole } from './numbers.js';
import { fillPanel } from './panel.js';
import { word } from './words.js';

/** The indicators compared between places; each is one column. */
export const comparedIndicators = [
  { code: 'visits', word: 'visitsShort' },
  { code: 'visits-insured', word: 'insuredShort' },
  { code: 'health-managed-12m', word: 'managedShort' },
  { code: 'hypertension-controlled', word: 'controlledShort' },
];

/**
 * Places one below another; choosing one shows it alone.
 * @param {{ by: 'commune' | 'facility', choices: readonly string[], columns: Map<string, object[]> }} compared series by indicator
 * @param {{ drill: (place: string) => void, splitBy: (by: string) => void }} actions
 */
export function showPlaces({ by, choices, columns }, actions) {
  const rows = rowsOf(columns);
  fillPanel(find('#places'), {
    title: word('byPlace'),
    note: word('drillHint'),
    controls: choices.length > 1 ? chooser(by, choices, actions.splitBy) : undefined,
    content: rows.length === 0 ? undefined : [tableOf(rows, by, actions.drill)],
  });
}

function rowsOf(columns) {
  const rows = new Map();
  for (const [code, points] of columns) {
    for (const point of points) {
      const row = rows.get(point.key) ?? { key: point.key, label: point.label, cells: new Map() };
      row.cells.set(code, point);
      rows.set(point.key, row);
    }
  }
  return [...rows.values()];
}

function chooser(by, choices, splitBy) {
  return element(
    'div',
    { class: 'segments', role: 'radiogroup', 'aria-label': word('byPlace') },
    ...choices.map((choice) =>
      element(
        'label',
        {},
        element('input', {
          type: 'radio',
          name: 'split',
          value: choice,
          checked: choice === by,
          onchange: () => splitBy(choice),
        }),
        word(choice === 'commune' ? 'byCommune' : 'byFacility'),
      ),
    ),
  );
}

function tableOf(rows, by, drill) {
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': word('byPlace') },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, word('place')),
          ...comparedIndicators.map((column) => element('th', { scope: 'col' }, word(column.word))),
        ),
      ),
      element('tbody', {}, ...rows.map((row) => rowOf(row, by, drill))),
    ),
  );
}

function rowOf({ key, label, cells }, by, drill) {
  const place = `${by}:${key}`;
  const name =
    key === ''
      ? label
      : element(
          'a',
          {
            class: 'drill',
            href: `/?place=${encodeURIComponent(place)}`,
            'data-place': place,
            onclick: (event) => {
              event.preventDefault();
              drill(place);
            },
          },
          label,
        );
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name, label === key ? undefined : element('small', {}, ` ${key}`)),
    ...comparedIndicators.map(({ code }) => cellOf(cells.get(code))),
  );
}

function cellOf(point) {
  if (!point) return element('td', {}, '–');
  if (point.denominator === null) return element('td', {}, whole(point.numerator));
  return element(
    'td',
    {},
    point.value === null ? '–' : percent(point.value),
    element('small', {}, `${whole(point.numerator)} / ${whole(point.denominator)}`),
  );
}
