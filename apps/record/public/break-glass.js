/** Asks why a record must be opened in an emergency, and opens it. */
import { element } from './elements.js';
import { keepEmergency } from './emergency.js';
import { wordsOfProblem } from './frame.js';
import { breakGlass } from './service.js';
import { t } from './words.js';

const leastReason = 10;
const mostReason = 500;

/**
 * @param whose { patient } an id, or { identifier } a number
 * @param opened called with the id of the resident once the record is open
 */
export function askToBreakGlass(whose, opened) {
  const before = document.activeElement;
  const fault = element('p', { className: 'fault', role: 'alert', id: 'reason-fault' });
  const reason = element('textarea', {
    id: 'reason',
    rows: 3,
    required: true,
    maxLength: mostReason,
    'aria-describedby': 'reason-hint reason-fault',
  });
  const confirm = element('button', { type: 'submit', className: 'careful' }, t('break-glass'));
  const say = (text) => {
    fault.textContent = text;
    if (text) reason.setAttribute('aria-invalid', 'true');
    else reason.removeAttribute('aria-invalid');
  };
  const submit = async () => {
    const text = reason.value.trim();
    if (text.length < leastReason) {
      say(t('reason-too-short', leastReason));
      reason.focus();
      return;
    }
    say('');
    confirm.disabled = true;
    try {
      const emergency = await breakGlass(whose, text);
      keepEmergency(emergency);
      dialog.close();
      opened(emergency.patient);
    } catch (error) {
      say(wordsOfProblem(error));
    } finally {
      confirm.disabled = false;
    }
  };
  const form = element(
    'form',
    {
      method: 'dialog',
      noValidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    element('h2', { id: 'break-glass-title' }, t('break-glass-title')),
    element('p', {}, t('break-glass-text')),
    element(
      'ul',
      {},
      ['half-hour', 'alert', 'resident-sees'].map((one) => element('li', {}, t(`break-glass-${one}`))),
    ),
    element('label', { htmlFor: 'reason' }, t('reason')),
    reason,
    element('p', { className: 'soft', id: 'reason-hint' }, t('reason-hint')),
    fault,
    element(
      'div',
      { className: 'buttons' },
      confirm,
      element('button', { type: 'button', onclick: () => dialog.close() }, t('not-now')),
    ),
  );
  const dialog = element('dialog', { 'aria-labelledby': 'break-glass-title' }, form);
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  reason.focus();
}
