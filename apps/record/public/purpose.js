import { element } from './elements.js';
import { t } from './words.js';

/** What the reader reads for; each request says it, and the audit trail keeps it (HL7 v3 ActReason). */
const purposes = ['TREAT', 'CAREMGT', 'ETREAT', 'HPAYMT', 'PATADMIN'];
const kept = 'lien-tuyen-purpose';

/** Nothing while the usual purpose of the reader's kind holds. */
export function chosenPurpose() {
  const chosen = sessionStorage.getItem(kept);
  return purposes.includes(chosen) ? chosen : undefined;
}

/** The choice, for the frame of a page; a resident reads the own record and needs none. */
export function purposeField({ kind }) {
  if (kind === 'resident') return undefined;
  const chosen = chosenPurpose() ?? purposes[0];
  return element(
    'label',
    { className: 'purpose' },
    element('span', {}, t('purpose')),
    element(
      'select',
      { id: 'purpose', onchange: ({ target }) => sessionStorage.setItem(kept, target.value) },
      purposes.map((value) => element('option', { value, selected: value === chosen }, t(`purpose-${value}`))),
    ),
  );
}
