import type { FastifyRequest } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '#security/caller.js';

/** The sheet in a request, and whose it is. @throws Problem 403 without a facility, 415 for another type, 422 for nothing */
export function sentSheet(
  request: FastifyRequest,
  { facility }: Caller,
): { readonly facility: FacilityCode; readonly body: Buffer } {
  if (!facility) {
    throw new Problem(403, 'no-facility', {
      vi: 'Tài khoản này không thuộc cơ sở nào nên không gửi được dữ liệu',
      en: 'This token belongs to no facility and cannot send messages',
    });
  }
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'text/csv') {
    throw new Problem(415, 'not-csv', { vi: 'Chỉ nhận text/csv', en: 'Only text/csv is taken' });
  }
  const { body } = request;
  if (Buffer.isBuffer(body) && body.byteLength > 0) return { facility, body };
  throw new Problem(422, 'empty-body', { vi: 'Bảng rỗng', en: 'The sheet is empty' });
}
