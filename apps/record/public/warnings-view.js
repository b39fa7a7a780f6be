import { element } from './elements.js';
import { showMoment } from './moments.js';
import { t } from './words.js';

/**
 * What must be known before anything else is read: allergies, what is hidden, whether the glass is broken.
 * @param reader { mayBreakGlass, emergency }: emergency is { until } while the record is open
 * @param actions { open, close } of the emergency
 */
export function warnings({ allergies, hidden }, { mayBreakGlass, emergency }, { open, close }) {
  return [
    emergency &&
      element(
        'div',
        { className: 'note emergency' },
        element('p', {}, element('strong', {}, t('emergency-open', showMoment(emergency.until).slice(11)))),
        element('button', { type: 'button', id: 'close-emergency', onclick: close }, t('emergency-close')),
      ),
    allergyNote(allergies),
    !emergency &&
      (hidden || mayBreakGlass) &&
      element(
        'div',
        { className: hidden ? 'note hidden-part' : 'note quiet' },
        element('p', {}, hidden ? element('strong', {}, t('hidden-part')) : t('may-be-hidden')),
        mayBreakGlass &&
          element(
            'button',
            { type: 'button', id: 'open-emergency', className: 'careful', onclick: open },
            t('break-glass-open'),
          ),
      ),
  ].filter(Boolean);
}

function allergyNote({ present, denied }) {
  if (present.length === 0)
    return element(
      'p',
      { className: 'note quiet', id: 'allergies' },
      t(denied.length > 0 ? 'allergies-denied' : 'allergies-unknown'),
    );
  return element(
    'div',
    { className: 'note allergy', id: 'allergies' },
    element('h2', {}, t('allergies')),
    element(
      'ul',
      {},
      present.map(({ words, category, severe, reactions, notes, on }) =>
        element(
          'li',
          {},
          element('strong', {}, words),
          ` ${[severe && t('severe'), category && t(`allergy-${category}`), ...reactions, ...notes, on && showMoment(on)].filter(Boolean).join(' · ')}`,
        ),
      ),
    ),
  );
}
