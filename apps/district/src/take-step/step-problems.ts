import type { ReferralRefusal } from '#domain/referrals/decide-referral.js';
import { Problem } from '#platform/http/problem.js';
import { entityTag } from '../versions/entity-tag.js';
import { statusWords, stepWords } from '../referral-words.js';

/** RFC 6585 §3: without it, two people at two desks would undo each other unseen. */
export function versionRequired(): Problem {
  return new Problem(
    428,
    'version-required',
    { vi: 'Thiếu phiên bản của giấy chuyển', en: 'The version of the referral is required' },
    {
      detail: {
        vi: 'Gửi phiên bản đã xem trong tiêu đề If-Match (giá trị ETag của lần đọc).',
        en: 'Send the version you have seen in the header If-Match (the ETag of your reading).',
      },
    },
  );
}

export function staleVersion(revision: number): Problem {
  return new Problem(
    412,
    'stale-version',
    { vi: 'Giấy chuyển vừa được người khác thay đổi', en: 'Somebody else has changed the referral in the meantime' },
    {
      detail: { vi: 'Hãy tải lại rồi làm tiếp.', en: 'Read it again, then go on.' },
      headers: { etag: entityTag(revision) },
      extensions: { revision },
    },
  );
}

export function refusedStep(refusal: ReferralRefusal): Problem {
  const step = stepWords[refusal.step];
  switch (refusal.reason) {
    case 'wrong-actor':
      return new Problem(
        403,
        'wrong-actor',
        { vi: 'Bước này không thuộc cơ sở của bạn', en: 'This step is not your facility’s' },
        {
          detail: {
            vi: `«${step.vi}» là việc của cơ sở ${refusal.allowed.join(', ')}.`,
            en: `“${step.en}” is for facility ${refusal.allowed.join(', ')}.`,
          },
          extensions: { step: refusal.step, allowed: refusal.allowed },
        },
      );
    case 'illegal-step': {
      const status = statusWords[refusal.status];
      return new Problem(
        409,
        'illegal-step',
        { vi: 'Không thể làm bước này lúc này', en: 'This step is not possible now' },
        {
          detail: {
            vi: `Không thể «${step.vi}» khi giấy chuyển ở trạng thái «${status.vi}».`,
            en: `“${step.en}” is not possible while the referral is “${status.en}”.`,
          },
          extensions: { step: refusal.step, state: refusal.status },
        },
      );
    }
    case 'missing-data':
      return new Problem(
        422,
        'missing-data',
        { vi: 'Thiếu hoặc sai thông tin', en: 'Something is missing or unusable' },
        {
          detail: {
            vi: `Trường «${refusal.field}» của bước «${step.vi}».`,
            en: `Field “${refusal.field}” of “${step.en}”.`,
          },
          extensions: { step: refusal.step, field: refusal.field },
        },
      );
    case 'other-resident':
      return new Problem(409, 'other-resident', {
        vi: 'Giấy chuyển là của người khác',
        en: 'The referral is of another person',
      });
    case 'still-valid':
      return new Problem(
        409,
        'still-valid',
        { vi: 'Giấy chuyển còn hạn', en: 'The referral is still valid' },
        { extensions: { validUntil: refusal.validUntil } },
      );
    default:
      return refusal satisfies never;
  }
}
