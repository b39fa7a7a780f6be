import type { Bilingual } from '#domain/bilingual.js';
import { Problem } from './problem.js';

const known: Readonly<Record<number, readonly [code: string, title: Bilingual]>> = {
  400: ['bad-request', { vi: 'Yêu cầu không đọc được', en: 'The request cannot be read' }],
  401: ['unauthorised', { vi: 'Cần mã truy cập hợp lệ', en: 'A valid token is needed' }],
  403: ['not-permitted', { vi: 'Không có quyền', en: 'Not permitted' }],
  404: ['not-found', { vi: 'Không tìm thấy', en: 'Not found' }],
  405: ['method-not-allowed', { vi: 'Phương thức không được phép', en: 'Method not allowed' }],
  406: ['not-acceptable', { vi: 'Không có dạng được yêu cầu', en: 'Not available in the requested form' }],
  408: ['request-timeout', { vi: 'Yêu cầu đến quá chậm', en: 'The request came too slowly' }],
  409: ['conflict', { vi: 'Xung đột với dữ liệu hiện có', en: 'Conflict with what is there' }],
  412: ['precondition-failed', { vi: 'Dữ liệu đã thay đổi', en: 'It has changed in the meantime' }],
  413: ['too-large', { vi: 'Nội dung quá lớn', en: 'The body is too large' }],
  414: ['address-too-long', { vi: 'Địa chỉ quá dài', en: 'The address is too long' }],
  415: ['unknown-format', { vi: 'Định dạng không được hỗ trợ', en: 'Unknown format' }],
  422: ['not-processable', { vi: 'Nội dung không xử lý được', en: 'The content cannot be processed' }],
  429: ['too-many-requests', { vi: 'Quá nhiều yêu cầu', en: 'Too many requests' }],
  431: ['headers-too-large', { vi: 'Phần đầu quá lớn', en: 'The headers are too large' }],
  503: ['unavailable', { vi: 'Tạm thời không phục vụ', en: 'Not available at the moment' }],
};

/** A problem of which only the status is known. */
export function problemOfStatus(status: number): Problem {
  const found = known[status];
  if (found) return new Problem(status, ...found);
  return status >= 400 && status < 500
    ? new Problem(status, 'refused', { vi: 'Yêu cầu bị từ chối', en: 'The request is refused' })
    : new Problem(500, 'internal', { vi: 'Lỗi trong hệ thống', en: 'Something went wrong inside' });
}
