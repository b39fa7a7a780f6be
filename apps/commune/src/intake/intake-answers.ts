import type { Bilingual } from '#domain/bilingual.js';
import { Problem } from '#platform/http/problem.js';
import type { Fault } from '#station-formats/station-message.js';
import type { IntakeAnswer } from './intake.js';
import type { Receipt, ReceiptStatus, RefusalStatus } from './receipt.js';

/** A receipt as it is answered: a duplicate's says so, and what the first answer was. */
export type AnsweredReceipt = Omit<Receipt, 'status'> & {
  readonly status: ReceiptStatus | 'duplicate';
  readonly firstStatus?: ReceiptStatus;
};

/** 201 for what was taken, 200 for a duplicate. @throws Problem for everything that was not taken */
export function answerOf(answer: IntakeAnswer): { readonly status: 200 | 201; readonly receipt: AnsweredReceipt } {
  switch (answer.outcome) {
    case 'taken':
      return { status: 201, receipt: answer.receipt };
    case 'duplicate':
      return { status: 200, receipt: { ...answer.receipt, status: 'duplicate', firstStatus: answer.receipt.status } };
    case 'refused':
      throw new Problem(answer.httpStatus, codes[answer.httpStatus], titles[answer.httpStatus], {
        extensions: { receipt: answer.receipt },
      });
    case 'key-reused':
      throw new Problem(409, keyReused.code, keyReused.text);
    default:
      return answer satisfies never;
  }
}

export const keyReused: Fault = {
  path: '',
  code: 'idempotency-key-reused',
  severity: 'error',
  text: {
    vi: 'Idempotency-Key này đã dùng cho một thông điệp khác nội dung',
    en: 'This Idempotency-Key was used for a message of other content',
  },
};

const codes: Readonly<Record<RefusalStatus, string>> = {
  403: 'sender-is-another-facility',
  415: 'unknown-format',
  422: 'nothing-taken',
};

const titles: Readonly<Record<RefusalStatus, Bilingual>> = {
  403: { vi: 'Thông điệp thuộc về cơ sở khác', en: 'The message belongs to another facility' },
  415: { vi: 'Định dạng không được nhận', en: 'This format is not taken' },
  422: {
    vi: 'Không có phần nào của thông điệp được nhận; xem danh sách lỗi trong biên nhận',
    en: 'Nothing in the message could be taken; see the faults in the receipt',
  },
};
