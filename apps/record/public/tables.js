import { element } from './elements.js';
import { t } from './words.js';

/** A table that scrolls by itself where it is wider than the page. @param rows of cells: texts or elements; the first names its row */
export function dataTable(id, caption, headings, rows) {
  return element(
    'div',
    { className: 'wide', tabIndex: 0, role: 'region', 'aria-label': t('table-of', caption) },
    element(
      'table',
      { id },
      element('caption', { className: 'unseen' }, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          headings.map((heading) => element('th', { scope: 'col' }, heading)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map(([first, ...others]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, first ?? ''),
            others.map((cell) => element('td', {}, cell ?? '')),
          ),
        ),
      ),
    ),
  );
}

/** What a part of the record says when it holds nothing. */
export const nothing = (key = 'nothing-recorded') => element('p', { className: 'soft' }, t(key));

/** Items of a list, the first ones at once and the others at a touch. */
export function longList(items, most, make) {
  const list = make(items.slice(0, most));
  if (items.length <= most) return [list];
  const more = element('button', { type: 'button', className: 'more' }, t('show-all', items.length));
  more.addEventListener('click', () => {
    const whole = make(items);
    list.replaceWith(whole);
    more.remove();
    whole.querySelector('a, button, summary, [tabindex]')?.focus();
  });
  return [list, more];
}
