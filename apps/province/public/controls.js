import { element, find } from './dom.js';
import { around, daysOf, kindOf, kinds, nameOf, today } from './period.js';
import { word } from './words.js';

/** Where we are: from everything down to the place shown. */
export function showTrail({ place, placeName, within }, go) {
  const above = place === 'all' ? [] : [{ place: 'all', name: word('everywhere') }, ...within];
  const name = place === 'all' ? word('everywhere') : placeName;
  find('#place-name').textContent = name;
  find('#trail').replaceChildren(
    ...above.map((each) =>
      element(
        'li',
        {},
        element(
          'a',
          {
            href: `/?place=${each.place}`,
            onclick: (event) => {
              event.preventDefault();
              go({ place: each.place });
            },
          },
          each.name,
        ),
      ),
    ),
    element('li', { 'aria-current': 'page' }, name),
  );
}

export function showPeriod(period, go) {
  const kind = kindOf(period);
  const day = daysOf(period).to ?? today();
  const within = day > today() ? today() : day;
  find('#period-kinds').replaceChildren(
    ...kinds.map((each) =>
      element(
        'label',
        {},
        element('input', {
          type: 'radio',
          name: 'period-kind',
          value: each,
          checked: each === kind,
          onchange: () => go({ period: around(each, within) }),
        }),
        word(each),
      ),
    ),
  );
  find('.stepper').hidden = kind === 'all';
  find('#period-name').textContent = nameOf(period);
  find('#later').disabled = (daysOf(period).to ?? '') >= today();
}
