import { ask } from './api.js';
import { element, find } from './dom.js';
import { decimal, whole } from './numbers.js';
import { fillPanel } from './panel.js';
import { said, word } from './words.js';

/** Shows the button; the count itself is made when asked for. */
export function offerReconciliation(place, period, indicators) {
  show(place, period, indicators, []);
}

function show(place, period, indicators, content) {
  const button = element(
    'button',
    { type: 'button', class: 'quiet', id: 'recount', onclick: () => void count(place, period, indicators, button) },
    word('recountNow'),
  );
  fillPanel(find('#reconciliation'), {
    title: word('reconciliation'),
    note: word('reconcileHint'),
    controls: button,
    content,
  });
}

async function count(place, period, indicators, button) {
  button.disabled = true;
  button.textContent = word('counting');
  try {
    show(place, period, indicators, resultOf(await ask('reconciliation', { place, period }), indicators));
  } catch {
    show(place, period, indicators, [element('p', { class: 'problem', role: 'alert' }, word('failed'))]);
  }
  find('#recount')?.focus();
}

function resultOf({ position, figures }, indicators) {
  const differs = (figure) => figure.difference !== 0 || (figure.denominator?.difference ?? 0) !== 0;
  const equal = !figures.some(differs);
  return [
    element(
      'p',
      { class: 'verdict', role: 'status', 'data-met': equal ? 'yes' : 'no' },
      `${equal ? '✓' : '✗'} ${word(equal ? 'same' : 'differs')} (${word('atPosition')} ${whole(position)})`,
    ),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': word('reconciliation') },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['indicator', 'shown', 'recounted', 'difference'].map((key) =>
              element('th', { scope: 'col' }, word(key)),
            ),
          ),
        ),
        element('tbody', {}, ...figures.map((figure) => rowOf(figure, indicators, differs(figure)))),
      ),
    ),
  ];
}

function rowOf(figure, indicators, differs) {
  const { denominator } = figure;
  const both = (part) => `${decimal(figure[part])}${denominator ? ` / ${decimal(denominator[part])}` : ''}`;
  const indicator = indicators.get(figure.indicator);
  return element(
    'tr',
    { 'data-differs': differs },
    element('th', { scope: 'row' }, indicator ? said(indicator.name) : figure.indicator),
    element('td', {}, both('live')),
    element('td', {}, both('recount')),
    element('td', {}, both('difference')),
  );
}
