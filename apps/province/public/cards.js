import { drawn, element } from './dom.js';
import { inUnit, percent, whole } from './numbers.js';
import { said, unitWord, word } from './words.js';

/** One card for each indicator, in the order in which they come. A card that changed is marked for a moment. */
export function showCards(section, indicators, changedCodes) {
  const cards = indicators.map((indicator) => cardOf(indicator, changedCodes.has(indicator.code)));
  section.replaceChildren(...cards);
}

function cardOf(indicator, changed) {
  const { code, name, value, unit, target, source } = indicator;
  return element(
    'article',
    { class: 'card', 'data-indicator': code, 'data-changed': changed },
    element('h3', {}, said(name)),
    element(
      'p',
      { class: 'value', 'data-value': value ?? '' },
      value === null ? '–' : unit === '%' ? percent(value) : inUnit(value, unit),
      value === null
        ? element('small', {}, word('noValue'))
        : unit === '%'
          ? undefined
          : element('small', {}, unitWord(unit)),
    ),
    partsOf(indicator),
    unit === '%' ? meter(value, target) : undefined,
    target === null ? undefined : targetLine(indicator),
    element('p', { class: 'source' }, `${word('source')} ${source}`),
  );
}

function partsOf({ numerator, denominator, unit }) {
  if (denominator === null || unit !== '%') return undefined;
  return element('p', { class: 'parts' }, `${whole(numerator)} ${word('of')} ${whole(denominator)}`);
}

/** 0 to 100 percent, with the target as a line across. */
function meter(value, target) {
  const width = Math.max(0, Math.min(100, value ?? 0));
  return element(
    'div',
    { class: 'meter', 'aria-hidden': 'true' },
    drawn(
      'svg',
      { viewBox: '0 0 100 12', preserveAspectRatio: 'none' },
      drawn('rect', { class: 'track', x: 0, y: 2, width: 100, height: 8 }),
      drawn('rect', { class: 'bar', x: 0, y: 2, width, height: 8 }),
      target === null
        ? undefined
        : drawn('line', {
            class: 'goal',
            x1: Math.min(target, 99.5),
            x2: Math.min(target, 99.5),
            y1: 0,
            y2: 12,
            'vector-effect': 'non-scaling-stroke',
          }),
    ),
  );
}

function targetLine({ value, target, targetText }) {
  const strict = targetText.startsWith('>') && !targetText.startsWith('>=');
  const met = value !== null && (strict ? value > target : value >= target);
  const mark = met ? '✓' : '△';
  return element(
    'p',
    { class: 'target', 'data-met': met ? 'yes' : 'no' },
    `${mark} ${word('target')}: ${targetText} · ${word(met ? 'met' : 'notMet')}`,
  );
}
