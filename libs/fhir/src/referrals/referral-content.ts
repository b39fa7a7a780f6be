import { type DateTime, epochOf } from '#domain/dates.js';
import type { KnownReferral } from '#domain/referrals/referral-state.js';
import type { ReferralDocument } from '../documents.js';

type RequestStatus = 'active' | 'on-hold' | 'revoked' | 'completed';
type TaskStatus =
  'requested' | 'received' | 'accepted' | 'rejected' | 'in-progress' | 'completed' | 'cancelled' | 'failed';

/** How each status of a referral looks as FHIR, and what it is called. */
export const referralStatuses: Readonly<
  Record<KnownReferral['status'], { readonly request: RequestStatus; readonly task: TaskStatus; readonly vi: string }>
> = {
  issued: { request: 'active', task: 'requested', vi: 'Đã lập phiếu' },
  received: { request: 'active', task: 'received', vi: 'Đã nhận phiếu' },
  accepted: { request: 'active', task: 'accepted', vi: 'Đã chấp nhận' },
  declined: { request: 'revoked', task: 'rejected', vi: 'Từ chối' },
  redirected: { request: 'active', task: 'requested', vi: 'Chuyển nơi khác' },
  arrived: { request: 'active', task: 'in-progress', vi: 'Người bệnh đã đến' },
  'did-not-arrive': { request: 'on-hold', task: 'failed', vi: 'Người bệnh không đến' },
  answered: { request: 'completed', task: 'completed', vi: 'Đã phản hồi' },
  'referred-back': { request: 'completed', task: 'completed', vi: 'Đã chuyển về tuyến dưới' },
  closed: { request: 'completed', task: 'completed', vi: 'Đã kết thúc' },
  cancelled: { request: 'revoked', task: 'cancelled', vi: 'Đã hủy' },
  expired: { request: 'revoked', task: 'failed', vi: 'Hết hạn' },
};

/** When the paper was signed; of a referral known only by the patient's arrival, the arrival. */
export function authoredOn(document: ReferralDocument): DateTime {
  const { state } = document;
  return state.issue?.paper.issuedAt ?? ('arrival' in state ? state.arrival.at : document.at);
}

/** inv-1: a task is not modified before it was authored, whatever the clocks of two facilities say. */
export function lastModified(document: ReferralDocument): DateTime {
  const authored = authoredOn(document);
  return epochOf(document.at) < epochOf(authored) ? authored : document.at;
}
