import type { Fault } from '#station-formats/station-message.js';
import type { ReceiptRecord } from './receipt.js';

/** Faults that one receipt tells in full: far more than anybody reads, few enough to hold. */
const mostFaults = 50_000;
/** Of a record beyond it: why it was not taken, and that there was more. */
const mostOfOthers = 10;

/** Records of one receipt with their faults, as long as there are not too many in all; those that come later tell their errors alone. */
export function faultBudget(most = mostFaults): (record: ReceiptRecord) => ReceiptRecord {
  let left = most;
  return (record) => {
    const { faults } = record;
    if (faults.length <= left) {
      left -= faults.length;
      return record;
    }
    const errors = faults.filter(({ severity }) => severity === 'error').slice(0, mostOfOthers);
    return { ...record, faults: [...errors, notListed] };
  };
}

const notListed: Fault = {
  path: '',
  code: 'more-faults',
  severity: 'warning',
  text: {
    vi: 'Thông điệp có quá nhiều lỗi nên các lỗi khác của hồ sơ này không được liệt kê.',
    en: 'The message has too many faults; the others of this record are not listed.',
  },
};
