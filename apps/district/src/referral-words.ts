import type { Bilingual } from '#domain/bilingual.js';
import type { ReferralStep } from '#domain/referrals/referral-commands.js';
import type { ReferralStatus } from '#domain/referrals/referral-state.js';

/** The words of people for the statuses of a referral. */
export const statusWords: Readonly<Record<ReferralStatus, Bilingual>> = {
  unknown: { vi: 'Chưa có', en: 'Unknown' },
  issued: { vi: 'Mới chuyển', en: 'Issued' },
  received: { vi: 'Đã nhận giấy', en: 'Received' },
  accepted: { vi: 'Đã chấp nhận', en: 'Accepted' },
  declined: { vi: 'Từ chối', en: 'Declined' },
  redirected: { vi: 'Chuyển sang cơ sở khác', en: 'Redirected' },
  'did-not-arrive': { vi: 'Không đến', en: 'Did not arrive' },
  cancelled: { vi: 'Đã hủy', en: 'Cancelled' },
  expired: { vi: 'Hết hạn', en: 'Expired' },
  arrived: { vi: 'Đã đến', en: 'Arrived' },
  answered: { vi: 'Đã trả kết quả', en: 'Answered' },
  'referred-back': { vi: 'Đã chuyển về', en: 'Referred back' },
  closed: { vi: 'Đã kết thúc', en: 'Closed' },
};

export const stepWords: Readonly<Record<ReferralStep, Bilingual>> = {
  issue: { vi: 'Chuyển tuyến', en: 'Issue' },
  receive: { vi: 'Nhận giấy', en: 'Receive' },
  accept: { vi: 'Chấp nhận', en: 'Accept' },
  decline: { vi: 'Từ chối', en: 'Decline' },
  redirect: { vi: 'Chuyển sang cơ sở khác', en: 'Redirect' },
  arrive: { vi: 'Người bệnh đã đến', en: 'Record arrival' },
  'did-not-arrive': { vi: 'Người bệnh không đến', en: 'Record non-arrival' },
  answer: { vi: 'Trả kết quả', en: 'Answer' },
  'refer-back': { vi: 'Chuyển về tuyến dưới', en: 'Refer back' },
  close: { vi: 'Kết thúc', en: 'Close' },
  cancel: { vi: 'Hủy giấy chuyển', en: 'Cancel' },
  expire: { vi: 'Hết hạn', en: 'Expire' },
};
