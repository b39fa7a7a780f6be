import { dayPart, type DateTime } from '#domain/dates.js';
import type { FaultList } from '../../faults/fault-list.js';
import { codesOf, rowsOf } from '../../schema/tables-file.js';
import { readDay } from '../../values/dates.js';
import { splitPlaces, splitValues } from '../../values/lists.js';
import { readNumber } from '../../values/numbers.js';
import { compactCard } from '../../values/person-numbers.js';
import type { FieldRow } from '../field-row.js';

/** QĐ 3276/QĐ-BYT 2025, annex 1, for visits from 1 July 2025; what was sent before that is under other lists. */
const payerCategories = codesOf('payer-category');
const payerCategoriesFrom = '2025-07-01';
const cardGroups = codesOf('card-group');

interface AnnexRow {
  readonly ranges: readonly (readonly [from: string, to: string])[];
  readonly except: readonly string[];
  readonly under?: number;
}

/** TT 01/2025/TT-BYT, annex I: diseases with which an insured person may go straight to the specialised level. */
const annex1: readonly AnnexRow[] = rowsOf('tt01_2025_annex1.tsv').map((row) => {
  const under = /^<(\d+)$/.exec(row['age'] ?? '')?.[1];
  return {
    ranges: (row['include'] ?? '').split(';').map((part) => {
      const [from = '', to = from] = part.split('-');
      return [from, to] as const;
    }),
    except: (row['exclude'] ?? '').split(';').filter((code) => code !== ''),
    ...(under !== undefined && { under: Number(under) }),
  };
});

/** On what ground the insurance pays, the card, and what the payer category asks for. */
export function checkPayer(summary: FieldRow, start: DateTime, faults: FaultList): void {
  const payer = summary.get('MA_DOITUONG_KCB');
  if (payer !== undefined) checkCategory(payer, summary, start, faults);
  checkCards(summary, start, faults);
}

function checkCategory(payer: string, summary: FieldRow, start: DateTime, faults: FaultList): void {
  const told = (code: string, field: string, vi: string, en: string): void =>
    faults.add('information', code, `XML1/${field}`, { vi, en });
  if (!payerCategories.has(payer) && dayPart(start) >= payerCategoriesFrom) {
    faults.add('warning', 'unknown-code', 'XML1/MA_DOITUONG_KCB', {
      vi: 'Mã đối tượng đến khám (MA_DOITUONG_KCB) không có trong danh mục QĐ 3276/QĐ-BYT.',
      en: 'The payer category (MA_DOITUONG_KCB) is not in the list of QĐ 3276/QĐ-BYT.',
    });
  }
  const facility = summary.get('MA_CSKCB')?.toUpperCase();
  if (payer === '1.1' && facility !== undefined && isRegisteredElsewhere(summary, facility)) {
    told(
      'registered-elsewhere',
      'MA_DKBD',
      `Đối tượng đến khám 1.1 nhưng nơi đăng ký KCB ban đầu (MA_DKBD) không phải cơ sở ${facility}.`,
      `The payer category is 1.1, but the facility of registration (MA_DKBD) is not ${facility}.`,
    );
  }
  if ((payer === '1.3' || payer === '1.5') && summary.get('GIAY_CHUYEN_TUYEN') === undefined) {
    told(
      'transfer-number-missing',
      'GIAY_CHUYEN_TUYEN',
      'Đối tượng đến khám 1.3 hoặc 1.5 nhưng chưa ghi số giấy chuyển tuyến hoặc giấy hẹn (GIAY_CHUYEN_TUYEN).',
      'The payer category is 1.3 or 1.5, but the number of the transfer paper or appointment is missing (GIAY_CHUYEN_TUYEN).',
    );
  }
  if (payer === '3.6' && summary.get('MA_KHUVUC') === undefined) {
    told(
      'region-missing',
      'MA_KHUVUC',
      'Đối tượng đến khám 3.6 nhưng chưa ghi mã khu vực (MA_KHUVUC).',
      'The payer category is 3.6, but the region is missing (MA_KHUVUC).',
    );
  }
  const main = summary.get('MA_BENH_CHINH');
  if (payer === '1.17' && main !== undefined && !inAnnex1(main, ageAt(summary, start))) {
    told(
      'not-in-annex',
      'MA_BENH_CHINH',
      'Đối tượng đến khám 1.17 nhưng mã bệnh chính (MA_BENH_CHINH) không thuộc Phụ lục I Thông tư 01/2025/TT-BYT.',
      'The payer category is 1.17, but the main diagnosis (MA_BENH_CHINH) is not in Annex I of Circular 01/2025/TT-BYT.',
    );
  }
}

function isRegisteredElsewhere(summary: FieldRow, facility: string): boolean {
  const registered = splitValues(summary.get('MA_DKBD')?.toUpperCase() ?? '');
  return registered.length > 0 && !registered.includes(facility);
}

function inAnnex1(code: string, age: number | undefined): boolean {
  return annex1.some(
    ({ ranges, except, under }) =>
      ranges.some(([from, to]) => code >= from && (code <= to || code.startsWith(to))) &&
      !except.some((one) => code.startsWith(one)) &&
      (under === undefined || age === undefined || age < under),
  );
}

/** Years, by the year of birth alone. */
function ageAt(summary: FieldRow, start: DateTime): number | undefined {
  const year = readNumber(summary.get('NGAY_SINH')?.slice(0, 4) ?? '');
  return year === undefined ? undefined : Number(start.slice(0, 4)) - year;
}

function checkCards(summary: FieldRow, start: DateTime, faults: FaultList): void {
  const cards = splitValues(summary.get('MA_THE_BHYT') ?? '');
  const from = splitPlaces(summary.get('GT_THE_TU') ?? '');
  const to = splitPlaces(summary.get('GT_THE_DEN') ?? '');
  if (cards.length === 0) {
    if ((readNumber(summary.get('T_BHTT') ?? '') ?? 0) > 0) {
      faults.add('warning', 'card-missing', 'XML1/MA_THE_BHYT', {
        vi: 'Quỹ BHYT thanh toán (T_BHTT) nhưng không ghi thẻ BHYT (MA_THE_BHYT).',
        en: 'The insurance fund pays (T_BHTT), but there is no insurance card (MA_THE_BHYT).',
      });
    }
    return;
  }
  if (cards.some((card) => card.length >= 15 && !cardGroups.has(compactCard(card).slice(0, 2)))) {
    faults.add('information', 'unknown-card-group', 'XML1/MA_THE_BHYT', {
      vi: 'Thẻ BHYT (MA_THE_BHYT) có mã đối tượng (hai chữ cái đầu) không nằm trong danh mục.',
      en: 'The insurance card (MA_THE_BHYT) begins with a group that is not in the list.',
    });
  }
  const day = dayPart(start);
  const covered = cards.some(
    (_, index) => (readDay(from[index] ?? '') ?? '') <= day && day <= (readDay(to[index] ?? '') ?? '9999'),
  );
  if (covered) return;
  faults.add('warning', 'card-not-valid', 'XML1/MA_THE_BHYT', {
    vi: 'Thẻ BHYT không còn (hoặc chưa có) giá trị vào ngày khám.',
    en: 'The insurance card is not valid on the day of the visit.',
  });
}
