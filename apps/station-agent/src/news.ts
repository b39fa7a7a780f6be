/** What happens, for the log. Files are told by their number: a name may be a patient's. */
import type { Bilingual } from '#domain/bilingual.js';
import type { Verdict } from './outbox/entry.js';
import type { Trouble } from './sending/troubles.js';

export type AgentNews =
  | { readonly type: 'taken'; readonly count: number; readonly waiting: number }
  | { readonly type: 'answered'; readonly id: number; readonly verdict: Verdict }
  | { readonly type: 'line-failed'; readonly trouble: Trouble; readonly restMs: number }
  | { readonly type: 'held'; readonly trouble: Trouble }
  | { readonly type: 'line-good' }
  | { readonly type: 'storage'; readonly trouble: Trouble }
  | { readonly type: 'paused' | 'resumed' | 'storage-good' };

const verdicts: Readonly<Record<Verdict, Bilingual>> = {
  accepted: { vi: 'đã nhận', en: 'accepted' },
  'accepted-with-faults': { vi: 'đã nhận, có lỗi cần xem', en: 'accepted with faults' },
  duplicate: { vi: 'đã nhận từ trước', en: 'taken before' },
  refused: { vi: 'KHÔNG được nhận', en: 'REFUSED' },
};

/** One line for the log, both languages. */
export function newsLine(news: AgentNews): string {
  const { vi, en } = wordsOf(news);
  return `${vi} / ${en}`;
}

function wordsOf(news: AgentNews): Bilingual {
  switch (news.type) {
    case 'taken':
      return {
        vi: `thêm ${news.count} tệp, ${news.waiting} tệp chờ gửi`,
        en: `${news.count} files taken, ${news.waiting} waiting`,
      };
    case 'answered': {
      const { vi, en } = verdicts[news.verdict];
      return { vi: `#${news.id} ${vi}`, en };
    }
    case 'line-failed': {
      const seconds = Math.ceil(news.restMs / 1000);
      return {
        vi: `${news.trouble.text.vi} Thử lại sau ${seconds} giây.`,
        en: `${news.trouble.text.en} Next try in ${seconds} s.`,
      };
    }
    case 'held':
    case 'storage':
      return news.trouble.text;
    case 'line-good':
      return { vi: 'đường truyền đã thông', en: 'the line is good' };
    case 'storage-good':
      return { vi: 'đĩa đã ghi được', en: 'the disk can be written again' };
    case 'paused':
      return { vi: 'tạm dừng gửi', en: 'sending is paused' };
    case 'resumed':
      return { vi: 'gửi tiếp', en: 'sending goes on' };
    default:
      return news satisfies never;
  }
}
