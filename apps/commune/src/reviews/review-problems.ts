import type { MergeRefusal } from '#domain/residents/merge-residents.js';
import { Problem } from '#platform/http/problem.js';

export const unknownReview = (): Problem =>
  new Problem(404, 'unknown-review', { vi: 'Không có cặp hồ sơ này', en: 'There is no such pair' });

export const notTwoOfPair = (): Problem =>
  new Problem(400, 'not-of-this-pair', {
    vi: 'Hồ sơ giữ lại phải là một trong hai hồ sơ của cặp',
    en: 'The record that goes on must be one of the two',
  });

/** @param instead the pair to be decided instead, where one of the two has become part of another record */
export const mergeRefused = (reason: MergeRefusal, instead: string | undefined): Problem =>
  new Problem(409, `merge-${reason}`, refusals[reason], {
    ...(instead !== undefined && {
      detail: {
        vi: 'Cặp hồ sơ còn lại đã được đưa vào danh sách.',
        en: 'The pair of the records that go on is on the list.',
      },
    }),
    extensions: { reason, ...(instead !== undefined && { review: instead }) },
  });

const refusals: Readonly<Record<MergeRefusal, { readonly vi: string; readonly en: string }>> = {
  'same-record': { vi: 'Đây là cùng một hồ sơ', en: 'This is one and the same record' },
  'unknown-resident': { vi: 'Chưa có hồ sơ này', en: 'There is no such record yet' },
  'joined-to-another': { vi: 'Hồ sơ này đã gộp vào một hồ sơ khác', en: 'This record is part of another already' },
  'not-the-surviving-record': {
    vi: 'Hồ sơ được giữ lại đã gộp vào một hồ sơ khác',
    en: 'The record that should go on is part of another already',
  },
  'not-merged': { vi: 'Hai hồ sơ này không được gộp với nhau', en: 'These two are not merged' },
};
