import { linear, timeSpan, timeTicks, valueTicks } from './chart-scale.js';
import { element } from './elements.js';
import { epochOf } from './moments.js';
import { number } from './numbers.js';
import { dataTable } from './tables.js';
import { t } from './words.js';

const height = 230;
const margin = { top: 22, right: 14, bottom: 26, left: 42 };

/** Makes an element of SVG; texts are set as text. */
function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(attribute, String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined));
  return made;
}

/**
 * Values over time: lines and marks with targets across, what each point says on focus and pointing, and the same numbers as a table.
 * @param chart { id, title, unit, width, readings, series, targets, columns }: readings oldest first, each { at, values, text, off }, where values
 *   are by the series' key, text says all of it and off whether it misses a target; series [{ key, mark }]; targets [{ value, text }];
 *   columns [{ heading, cell(reading) }]
 */
export function timeChart(chart) {
  const { id, title, readings, columns } = chart;
  const pointed = element('p', { className: 'pointed', 'aria-hidden': 'true' });
  return [
    picture(chart, pointed),
    pointed,
    element(
      'details',
      { className: 'numbers' },
      element('summary', {}, t('table-of-numbers')),
      dataTable(
        `${id}-table`,
        title,
        columns.map(({ heading }) => heading),
        readings.toReversed().map((reading) => columns.map(({ cell }) => cell(reading))),
      ),
    ),
  ];
}

function picture(chart, pointed) {
  const { id, title, unit, width, readings, series, targets } = chart;
  const values = readings.flatMap((reading) => Object.values(reading.values));
  const ticks = valueTicks(
    Math.min(...values, ...targets.map(({ value }) => value)),
    Math.max(...values, ...targets.map(({ value }) => value)),
  );
  const span = timeSpan(readings.map(({ at }) => epochOf(at)));
  const x = linear([span.from, span.to], [margin.left, width - margin.right]);
  const y = linear([ticks[0], ticks.at(-1)], [height - margin.bottom, margin.top]);
  const marks = readings.map((reading) => mark(reading, { x, y, series, pointed }));
  const points = drawn('g', { class: 'points' }, marks);
  moveAmong(points, marks);
  return drawn(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-labelledby': `${id}-name ${id}-says` },
    drawn('title', { id: `${id}-name` }, title),
    drawn('desc', { id: `${id}-says` }, `${summaryOf(chart)} ${t('chart-keys')}`),
    drawn(
      'g',
      { 'aria-hidden': 'true' },
      ticks.flatMap((tick) => [
        drawn('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
        drawn('text', { x: margin.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, number(tick)),
      ]),
      drawn('text', { class: 'unit', x: 2, y: 10 }, unit),
      timeTicks(span, Math.max(2, Math.floor((width - 60) / 70))).map(({ epoch, text }) =>
        drawn('text', { x: x(epoch), y: height - 6, 'text-anchor': 'middle' }, text),
      ),
      targets.flatMap((target) => targetLine(target, y, width)),
      series.map(({ key }) => line(readings, key, x, y)),
    ),
    points,
  );
}

function targetLine({ value, text, below = false }, y, width) {
  const at = y(value);
  return [
    drawn('line', { class: 'target', x1: margin.left, x2: width - margin.right, y1: at, y2: at }),
    drawn(
      'text',
      { class: 'target-text', x: width - margin.right, y: below ? at + 13 : at - 4, 'text-anchor': 'end' },
      text,
    ),
  ];
}

function line(readings, key, x, y) {
  const places = readings
    .filter(({ values }) => values[key] !== undefined)
    .map(({ at, values }) => `${x(epochOf(at))} ${y(values[key])}`);
  return places.length > 1 ? drawn('path', { class: `line ${key}`, d: `M${places.join('L')}` }) : undefined;
}

/** A reading: its marks, one above the other, as one place for the keyboard. */
function mark({ at, values, text, off }, { x, y, series, pointed }) {
  const place = x(epochOf(at));
  const shapes = series.flatMap(({ key, shape }) =>
    values[key] === undefined
      ? []
      : [shapeOf(shape, place, y(values[key]), `mark ${key}${off.has(key) ? ' off' : ''}`)],
  );
  const group = drawn(
    'g',
    { class: 'reading', role: 'img', tabindex: -1, 'aria-label': text },
    drawn('rect', { class: 'reach', x: place - 9, y: margin.top - 6, width: 18, height: height - margin.bottom - 2 }),
    shapes,
  );
  const say = () => {
    pointed.textContent = text;
  };
  group.addEventListener('focus', say);
  group.addEventListener('pointerenter', say);
  return group;
}

const shapes = {
  round: (x, y) => ['circle', { cx: x, cy: y, r: 4 }],
  square: (x, y) => ['rect', { x: x - 3.5, y: y - 3.5, width: 7, height: 7 }],
  diamond: (x, y) => ['path', { d: `M${x} ${y - 5.5}L${x + 5.5} ${y}L${x} ${y + 5.5}L${x - 5.5} ${y}Z` }],
};

function shapeOf(shape, x, y, className) {
  const [name, attributes] = shapes[shape](x, y);
  return drawn(name, { class: className, ...attributes });
}

/** One stop of the Tab key for a whole chart, the newest reading first; arrows go on from there. */
function moveAmong(points, marks) {
  marks.at(-1)?.setAttribute('tabindex', '0');
  points.addEventListener('keydown', (event) => {
    const at = marks.indexOf(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: marks.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = marks[Math.min(Math.max(to, 0), marks.length - 1)];
    event.target.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  });
}

function summaryOf({ readings }) {
  const newest = t('chart-newest', readings.length, readings.at(-1).text);
  return readings.length > 1 ? `${newest} ${t('chart-oldest', readings[0].text)}` : newest;
}
