import { drawn } from './dom.js';
import { percent, whole } from './numbers.js';
import { numbersOf } from './panel.js';
import { shownLabels, ticksUpTo } from './scale.js';
import { word } from './words.js';

const height = 200;
const margin = { top: 12, right: 12, bottom: 24, left: 40 };

/** Columns of counts over time. */
export function columns(points, width, title) {
  const ticks = ticksUpTo(Math.max(0, ...points.map(({ value }) => value ?? 0)));
  const frame = frameOf(points, width, ticks, whole);
  const thickness = Math.max(1, Math.min(36, frame.step * 0.72));
  const bars = points.map(({ label, value }, index) =>
    drawn(
      'rect',
      {
        class: 'bar',
        x: frame.x(index) - thickness / 2,
        y: frame.y(value ?? 0),
        width: thickness,
        height: frame.y(0) - frame.y(value ?? 0),
        rx: Math.min(2, thickness / 4),
      },
      drawn('title', {}, `${label}: ${whole(value ?? 0)}`),
    ),
  );
  return [
    picture(width, `${title}. ${summaryOf(points, whole)}`, frame.lines, bars, frame.labels),
    numbersOf(
      [word('time'), word('count')],
      points.map(({ label, value }) => [label, whole(value ?? 0)]),
    ),
  ];
}

/** A share in percent over time, with its target drawn across; where there was nothing to share there is a gap. */
export function shareLine(points, width, title, target) {
  const frame = frameOf(points, width, [0, 25, 50, 75, 100], (value) => `${value}%`);
  const runs = [[]];
  for (const [index, { value }] of points.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1).push([frame.x(index), frame.y(value)]);
  }
  const lines = runs
    .filter((run) => run.length > 1)
    .map((run) => drawn('path', { class: 'line', d: `M${run.map((place) => place.join(' ')).join('L')}` }));
  const dots = points.flatMap(({ label, value, numerator, denominator }, index) =>
    value === null
      ? []
      : [
          drawn(
            'circle',
            { class: 'dot', cx: frame.x(index), cy: frame.y(value), r: points.length > 60 ? 1.5 : 3.5 },
            drawn('title', {}, `${label}: ${percent(value)} (${whole(numerator)} ${word('of')} ${whole(denominator)})`),
          ),
        ],
  );
  return [
    picture(
      width,
      `${title}. ${summaryOf(
        points.filter(({ value }) => value !== null),
        percent,
      )}${target === null ? '' : `. ${word('target')}: ${percent(target)}`}`,
      frame.lines,
      target === null ? [] : goal(frame, width, target),
      lines,
      dots,
      frame.labels,
    ),
    numbersOf(
      [word('time'), word('share'), word('count')],
      points.map(({ label, value, numerator, denominator }) => [
        label,
        value === null ? '–' : percent(value),
        `${whole(numerator)} / ${whole(denominator)}`,
      ]),
    ),
  ];
}

function goal(frame, width, target) {
  const y = frame.y(target);
  return [drawn('line', { class: 'goal', x1: margin.left, x2: width - margin.right, y1: y, y2: y })];
}

function frameOf(points, width, ticks, say) {
  const inner = width - margin.left - margin.right;
  const step = inner / Math.max(1, points.length);
  const top = ticks.at(-1);
  const x = (index) => margin.left + step * (index + 0.5);
  const y = (value) => margin.top + (height - margin.top - margin.bottom) * (1 - value / top);
  const isShown = shownLabels(points.length, inner / 64);
  return {
    step,
    x,
    y,
    lines: ticks.flatMap((tick) => [
      drawn('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
      drawn('text', { x: margin.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, say(tick)),
    ]),
    labels: points.flatMap(({ label }, index) =>
      isShown(index) ? [drawn('text', { x: x(index), y: height - 6, 'text-anchor': 'middle' }, short(label))] : [],
    ),
  };
}

/** Days are written without their year on the axis. */
const short = (label) => label.replace(/^(\d\d\/\d\d)\/\d{4}$/, '$1').replace(/^(Tuần \d+)\/\d{4}$/, '$1');

function summaryOf(points, say) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return word('nothing');
  return `${first.label}: ${say(first.value ?? 0)} … ${last.label}: ${say(last.value ?? 0)}`;
}

function picture(width, label, ...layers) {
  return drawn(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
    ...layers.flat(),
  );
}

export const nothing = (points) => points.every(({ numerator, denominator }) => numerator === 0 && !denominator);
