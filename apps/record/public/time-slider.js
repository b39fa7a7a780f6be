import { element } from './elements.js';
import { stopAt } from './knowledge.js';
import { fromField, isMoment, showExactly, toField } from './moments.js';
import { t, words } from './words.js';

/** Most kinds of events and places that a stop is described by. */
const mostSaid = 3;

/**
 * Chooses the moment whose knowledge is shown: stop by stop of the record's history, or by date. The last stop is now.
 * @param stops of `stopsOf`; nothing while they are loaded
 * @param asOf the moment that is shown; nothing: now
 * @param go called with a moment, or with nothing for now
 */
export function timeSlider({ stops, asOf, go }) {
  const said = element('output', { id: 'stop', htmlFor: 'slider' });
  const field = element('input', {
    type: 'datetime-local',
    id: 'moment',
    ...(asOf && { value: toField(asOf) }),
  });
  const form = element(
    'form',
    {
      className: 'moment',
      onsubmit: (event) => {
        event.preventDefault();
        if (isMoment(field.value)) go(fromField(field.value));
      },
    },
    element('label', { htmlFor: 'moment' }, t('at-moment')),
    field,
    element('button', { type: 'submit', id: 'show-moment' }, t('show')),
  );
  if (!stops) return [element('p', { className: 'soft' }, t('loading-history')), form];
  const at = stopAt(stops, asOf);
  const slider = element('input', {
    type: 'range',
    id: 'slider',
    min: '0',
    max: String(stops.length),
    step: '1',
    'aria-describedby': 'slider-hint',
  });
  slider.value = String(Math.max(at, 0));
  const say = () => {
    const text = at < 0 && Number(slider.value) === 0 && asOf ? t('before-first') : textOf(stops, Number(slider.value));
    said.textContent = text;
    slider.setAttribute('aria-valuetext', text);
  };
  const goTo = (index) => go(stops[index]?.at);
  slider.addEventListener('input', say);
  slider.addEventListener('change', () => goTo(Number(slider.value)));
  say();
  const step = (id, by, text) =>
    element(
      'button',
      {
        type: 'button',
        id,
        disabled: by < 0 ? at <= 0 : at >= stops.length,
        onclick: () => goTo(Math.min(Math.max(at + by, 0), stops.length)),
      },
      text,
    );
  return [
    element('label', { htmlFor: 'slider' }, t('slider')),
    element('div', { className: 'slide' }, step('earlier', -1, t('earlier')), slider, step('later', 1, t('later'))),
    said,
    element('p', { className: 'soft', id: 'slider-hint' }, t('slider-hint', stops.length)),
    form,
  ];
}

function textOf(stops, index) {
  const stop = stops[index];
  if (!stop) return t('now');
  const told = [...new Set(stop.events.map(eventWords))].slice(0, mostSaid).join(', ');
  return [showExactly(stop.at), told, stop.places.slice(0, mostSaid).join(', ')].filter(Boolean).join(' · ');
}

/** A new kind of event that the page has no words for yet is named as it is. */
const eventWords = (type) => (Object.hasOwn(words, `event-${type}`) ? t(`event-${type}`) : type);
