import type { ViewBeingBuilt } from '#projections/view-host.js';
import { Problem } from './problem.js';

/** Whoever asks is to ask again when it may be done, but not after more than five minutes: a pace changes. */
const longestSeconds = 300;
const usualSeconds = 10;

/** 503 with `Retry-After`: what is asked for cannot be read before it is built. An empty answer would be a wrong one. */
export function viewBeingBuilt({ view, build }: ViewBeingBuilt): Problem {
  const seconds = Math.ceil(build?.secondsLeft ?? usualSeconds);
  return new Problem(
    503,
    'view-being-built',
    { vi: 'Dữ liệu đang được dựng lại', en: 'What is asked for is being built' },
    {
      detail: {
        vi: 'Dữ liệu để trả lời đang được dựng từ nhật ký; hãy hỏi lại sau.',
        en: 'What this answer is made of is being built from the log; ask again later.',
      },
      headers: { 'retry-after': String(Math.min(longestSeconds, Math.max(1, seconds))) },
      extensions: { view, ...(build && { build }) },
    },
  );
}
