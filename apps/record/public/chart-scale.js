/** Where things stand on a chart of values over time. Pure. */
import { dayOf, epochOf } from './moments.js';

const day = 86_400_000;

/** Round numbers from at most the smallest to at least the largest value. @returns three to eight of them */
export function valueTicks(smallest, largest) {
  const span = Math.max(largest - smallest, Math.abs(largest) * 0.1, 0.5);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.floor(smallest / step);
  const last = Math.max(Math.ceil(largest / step), first + 1);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(digits)));
}

/** The time a chart spans: its points with a little room at the ends; a single day is put into the middle of a month. */
export function timeSpan(epochs) {
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const room = Math.max((last - first) * 0.04, last - first < 2 * day ? 15 * day : day);
  return { from: first - room, to: last + room };
}

const decade = 120;
const stepsInMonths = [1, 2, 3, 6, 12, 24, 60, decade];

/**
 * Where to write dates: first days of months or years, or single days where the chart spans few.
 * @param most of them that there is room for
 * @returns { epoch, text }, oldest first; texts as `10/2026`, `2026` or `06/10`
 */
export function timeTicks({ from, to }, most) {
  const months = (to - from) / (30.4 * day);
  if (months < 2.5) return dayTicks({ from, to }, most);
  const step = stepsInMonths.find((each) => months / each <= most) ?? Math.ceil(months / most / decade) * decade;
  const [year, month] = dayOf(from).split('-').map(Number);
  const ticks = [];
  for (let count = Math.floor((year * 12 + month - 1) / step) * step; ; count += step) {
    const [inYear, inMonth] = [Math.floor(count / 12), (count % 12) + 1];
    const epoch = epochOf(`${inYear}-${String(inMonth).padStart(2, '0')}`);
    if (epoch > to) return ticks;
    const text = step % 12 === 0 ? String(inYear) : `${String(inMonth).padStart(2, '0')}/${inYear}`;
    if (epoch >= from) ticks.push({ epoch, text });
  }
}

function dayTicks({ from, to }, most) {
  const days = Math.ceil((to - from) / day);
  const step = [1, 2, 5, 7, 14, 28].find((each) => days / each <= most) ?? Math.ceil(days / Math.max(1, most));
  const ticks = [];
  for (let epoch = epochOf(dayOf(from)) + day; epoch <= to; epoch += step * day) {
    ticks.push({ epoch, text: dayOf(epoch).slice(5).split('-').toReversed().join('/') });
  }
  return ticks;
}

/** Maps one span to another. */
export const linear = ([from, to], [start, end]) => {
  const perUnit = (end - start) / (to - from);
  return (value) => Math.round((start + (value - from) * perUnit) * 10) / 10;
};
