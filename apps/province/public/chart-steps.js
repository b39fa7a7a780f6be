import { drawn } from './dom.js';
import { percent, whole } from './numbers.js';
import { numbersOf } from './panel.js';
import { word } from './words.js';

const rowHeight = 46;

/**
 * Bars one under another, each a part of the first: a cascade, a funnel, or a ranking.
 * @param {{ name: string, count: number }[]} rows
 * @param {{ shares: boolean }} options whether to write each as a share of the first
 */
export function steps(rows, width, title, { shares }) {
  const largest = Math.max(1, ...rows.map(({ count }) => count));
  const first = rows[0]?.count ?? 0;
  const shareOf = (count) => (shares && first > 0 ? ` · ${percent((100 * count) / first)}` : '');
  const height = rows.length * rowHeight;
  const parts = rows.flatMap(({ name, count }, index) => {
    const y = index * rowHeight;
    return [
      drawn('text', { class: 'name', x: 0, y: y + 14 }, cut(name, width)),
      drawn('text', { class: 'strong', x: width, y: y + 14, 'text-anchor': 'end' }, `${whole(count)}${shareOf(count)}`),
      drawn('rect', { class: 'track', x: 0, y: y + 21, width, height: 14, rx: 3 }),
      drawn(
        'rect',
        {
          class: index === 0 || !shares ? 'bar' : 'bar light',
          x: 0,
          y: y + 21,
          width: (width * count) / largest,
          height: 14,
          rx: 3,
        },
        drawn('title', {}, `${name}: ${whole(count)}${shareOf(count)}`),
      ),
    ];
  });
  const label = `${title}. ${rows.map(({ name, count }) => `${name}: ${whole(count)}`).join('; ')}`;
  return [
    drawn('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...parts),
    numbersOf(
      [title, word('count')],
      rows.map(({ name, count }) => [name, `${whole(count)}${shareOf(count)}`]),
    ),
  ];
}

function cut(name, width) {
  const room = Math.floor((width - 110) / 6.6);
  return name.length > room ? `${name.slice(0, Math.max(4, room - 1))}…` : name;
}
