import { element } from './elements.js';
import { currentLanguage } from './language.js';
import { t } from './words.js';

const mostShown = 200;
const worst = ['error', 'warning', 'information'];

const textOf = (fault) => fault.text[currentLanguage()];
/** `row[12]/Mạch`: the part behind the row is the heading. */
const headingOf = ({ path }) => /^row\[\d+\]\/(.*)$/s.exec(path)?.[1]?.trim();

/** Faults as a list; how grave one is stands there as a word, not as a colour alone. */
export function faultItems(faults) {
  return element(
    'ul',
    { className: 'fault-items' },
    faults.map((fault) =>
      element(
        'li',
        { className: fault.severity },
        element('span', { className: 'chip' }, t(fault.severity)),
        ` ${textOf(fault)}`,
      ),
    ),
  );
}

/** Rows with faults: what to look at, and the row as written with the cells in question marked. */
export function faultTable(caption, headings, rows) {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, mostShown);
  // Columns without a value in any shown row would only make the table wide.
  const filled = headings.map((_, index) => index).filter((index) => shown.some(({ cells }) => cells?.[index]?.trim()));
  // What is to be mended is seen without scrolling.
  const named = new Set(shown.flatMap(({ faults }) => faults.map(headingOf)));
  const [inQuestion, others] = [true, false].map((wanted) =>
    filled.filter((index) => named.has(headings[index].trim()) === wanted),
  );
  const columns = [...inQuestion, ...others];
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, t('row-column')),
    element('th', { scope: 'col' }, t('what-column')),
    columns.map((index) => element('th', { scope: 'col' }, headings[index] || '–')),
  );
  const table = element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, head),
    element(
      'tbody',
      {},
      shown.map((row) => rowOf(row, headings, columns)),
    ),
  );
  return [
    element('div', { className: 'wide', tabIndex: 0, role: 'region', 'aria-label': caption }, table),
    rows.length > mostShown && element('p', { className: 'soft' }, t('faults-more', rows.length - mostShown)),
  ].filter(Boolean);
}

function rowOf({ row, cells, faults }, headings, columns) {
  const marks = new Map(faults.toReversed().map((fault) => [headingOf(fault), fault.severity]));
  return element(
    'tr',
    { dataset: { row } },
    element('th', { scope: 'row' }, String(row)),
    element('td', {}, faultItems(faults.toSorted((a, b) => worst.indexOf(a.severity) - worst.indexOf(b.severity)))),
    columns.map((index) => {
      const mark = marks.get(headings[index].trim());
      const text = cells?.[index] ?? '';
      return element(
        'td',
        { className: mark ? `marked ${mark}` : undefined },
        mark ? element('mark', {}, text || '–') : text,
      );
    }),
  );
}
