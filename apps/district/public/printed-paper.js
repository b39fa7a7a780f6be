import { description, element } from './elements.js';
import { paperRows } from './referral.js';
import { showTime } from './times.js';
import { facilityName, personLine } from './worklist.js';
import { t } from './words.js';

/** The paper as it is printed, after the form of TT 01/2025 Annex VI as far as the message carries it. Always in Vietnamese first. */
export function printedPaper(referral) {
  const { issue, from, to, resident } = referral;
  const { paper, validUntil } = issue;
  return [
    element('p', { className: 'print-from' }, facilityName(from), element('br'), `${t('number')}: ${paper.number}`),
    element('h1', {}, 'PHIẾU CHUYỂN CƠ SỞ KHÁM BỆNH, CHỮA BỆNH'),
    element('p', { className: 'print-to' }, `Kính gửi: ${facilityName(to)}`),
    description(
      ['Người bệnh', personLine(resident)],
      [t('signed'), showTime(paper.issuedAt)],
      [t('valid-until'), showTime(validUntil)],
      ...paperRows(paper),
    ),
    element(
      'div',
      { className: 'print-signatures' },
      element('p', {}, 'Người hộ tống'),
      element('p', {}, 'Người ký phiếu'),
    ),
    element('p', { className: 'print-foot' }, `Liên Tuyến · ${referral.id} · ${referral.revision}`),
  ];
}
