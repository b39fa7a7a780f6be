import { element } from './dom.js';
import { word } from './words.js';

/** Fills a panel: heading, a line under it, and what it shows; says so when there is nothing. */
export function fillPanel(section, { title, note, controls, content }) {
  const heading = `${section.id}-title`;
  section.setAttribute('aria-labelledby', heading);
  section.replaceChildren(
    element(
      'div',
      { class: 'panel-head' },
      element('h3', { id: heading }, title),
      note ? element('p', {}, note) : undefined,
      controls,
    ),
    ...(content ?? [element('p', { class: 'empty' }, word('nothing'))]),
  );
}

/** The same numbers as a table, for those who do not see the picture. */
export function numbersOf(heads, rows) {
  return element(
    'details',
    {},
    element('summary', {}, word('numbers')),
    element(
      'div',
      { class: 'scroll', tabindex: 0 },
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
        element(
          'tbody',
          {},
          ...rows.map(([first, ...others]) =>
            element('tr', {}, element('th', { scope: 'row' }, first), ...others.map((cell) => element('td', {}, cell))),
          ),
        ),
      ),
    ),
  );
}
