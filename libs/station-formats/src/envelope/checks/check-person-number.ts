import type { FaultList } from '../../faults/fault-list.js';
import type { FieldRow } from '../field-row.js';

/** Fourth digit of a personal number: century and sex, even for men (NĐ 137/2015 Art. 13, TT 07/2016/TT-BCA Art. 7). */
const centuryOf = (digit: number): number => 1900 + Math.floor(digit / 2) * 100;

/** A personal number tells the sex and year of birth: where they are others than stated, one of them is mistyped. */
export function checkPersonNumber(row: FieldRow, path: string, faults: FaultList): void {
  const number = row.get('SO_CCCD');
  if (number === undefined || !/^\d{12}$/.test(number)) return;
  const digit = Number(number[3]);
  const sex = row.get('GIOI_TINH');
  if ((sex === '1' || sex === '2') && (digit % 2 === 0) !== (sex === '1')) {
    faults.add('warning', 'number-disagrees', `${path}/SO_CCCD`, {
      vi: 'Số định danh cá nhân (SO_CCCD) không khớp với giới tính (GIOI_TINH); có thể một trong hai bị gõ nhầm.',
      en: 'The personal number (SO_CCCD) does not fit the sex (GIOI_TINH); one of them may be mistyped.',
    });
  }
  const year = Number(row.get('NGAY_SINH')?.slice(0, 4));
  // A year that nobody can be born in is a fault of its own.
  if (!(year >= 1900 && year <= Number(row.get('NGAY_VAO')?.slice(0, 4)))) return;
  if (year !== centuryOf(digit) + Number(number.slice(4, 6))) {
    faults.add('warning', 'number-disagrees', `${path}/SO_CCCD`, {
      vi: 'Số định danh cá nhân (SO_CCCD) không khớp với năm sinh (NGAY_SINH); có thể một trong hai bị gõ nhầm.',
      en: 'The personal number (SO_CCCD) does not fit the year of birth (NGAY_SINH); one of them may be mistyped.',
    });
  }
}
