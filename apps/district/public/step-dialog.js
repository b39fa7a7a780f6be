import { element } from './elements.js';
import { stepName } from './referral.js';
import { bodyOf, faultOf, fieldsOf } from './step-forms.js';
import { t } from './words.js';

/**
 * Asks for what a step needs and for a confirmation. `take` gets the body and may throw: what `wordsOf` makes of the error is
 * then shown, and what was written stays.
 */
export function openStepDialog(step, referral, facilities, { take, wordsOf, closed }) {
  const fields = fieldsOf(step, referral, facilities);
  const controls = new Map(fields.map((field) => [field, controlOf(field)]));
  const fault = element('p', { className: 'fault', role: 'alert' });
  const confirm = element('button', { type: 'submit', className: 'first' }, t('confirm'));
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'step-title', 'aria-describedby': 'step-guide' },
    element(
      'form',
      { method: 'dialog', noValidate: true, onsubmit: submit },
      element('h2', { id: 'step-title' }, stepName(step, referral.status)),
      element('p', { id: 'step-guide' }, t(`guide-${step}`)),
      ...[...controls].map(([field, control]) => labelled(field, control)),
      fault,
      element(
        'p',
        { className: 'buttons' },
        confirm,
        element('button', { type: 'button', onclick: () => dialog.close() }, t('not-now')),
      ),
    ),
  );

  async function submit(event) {
    event.preventDefault();
    const wrong = [...controls].filter(([field, control]) => mark(control, faultOf(field, control.value.trim())));
    if (wrong.length > 0) {
      wrong[0][1].focus();
      return;
    }
    confirm.disabled = true;
    fault.textContent = '';
    try {
      const values = Object.fromEntries([...controls].map(([{ name }, control]) => [name, control.value.trim()]));
      await take(bodyOf(step, values, referral));
      dialog.close();
    } catch (error) {
      const text = wordsOf(error);
      if (text === undefined) dialog.close();
      else fault.textContent = text;
    } finally {
      confirm.disabled = false;
    }
  }

  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  ([...controls.values()][0] ?? confirm).focus();
}

function controlOf({ name, kind, options = [], empty, initial, required }) {
  const common = { id: `field-${name}`, name, required: required === true, 'aria-describedby': `fault-${name}` };
  if (kind === 'text') return element('textarea', { ...common, rows: 3 });
  if (kind === 'choice') {
    const choices = options.map(([value, text]) => element('option', { value }, text));
    return element('select', common, element('option', { value: '' }, t(empty)), ...choices);
  }
  return element('input', {
    ...common,
    type: kind === 'moment' ? 'datetime-local' : 'text',
    value: initial?.() ?? '',
    autocomplete: 'off',
  });
}

function labelled({ name, label, required }, control) {
  return element(
    'div',
    { className: 'field' },
    element('label', { htmlFor: `field-${name}` }, t(label), required && element('small', {}, ` (${t('required')})`)),
    control,
    element('span', { className: 'fault', id: `fault-${name}` }),
  );
}

/** Shows a fault beside its field; true when there is one. */
function mark(control, fault) {
  control.setAttribute('aria-invalid', String(fault !== undefined));
  control.nextElementSibling.textContent = fault === undefined ? '' : t(fault);
  return fault !== undefined;
}
