import type { Position } from '#event-store/event-store.js';
import { Problem } from '#platform/http/problem.js';
import type { View } from '#projections/view-host.js';

const tries = 5;
const patienceMs = 1_000;

/**
 * Reads figures when all facts up to the newest in them are in them. Facts that come through a topic come in parts, each as far as it is:
 * after an outage one may be far behind another, and what is read then was never true at any position of the log.
 * @throws Problem 503 while the view is catching up
 */
export async function atOneMoment<Read extends { readonly position: Position }>(
  view: Pick<View, 'status' | 'waitFor'>,
  read: () => Promise<Read>,
): Promise<Read> {
  for (let left = tries; ; left -= 1) {
    const { position, state } = await view.status();
    const found = await read();
    // Parts of a view that is live are apart by no more than what came in this moment.
    if (found.position <= position || (left <= 1 && state === 'live')) return found;
    if (left <= 1) throw catchingUp();
    await view.waitFor(found.position, patienceMs);
  }
}

const catchingUp = (): Problem =>
  new Problem(
    503,
    'figures-catching-up',
    {
      vi: 'Số liệu đang đuổi theo nhật ký nên chưa đối chiếu được; hãy thử lại.',
      en: 'The figures are catching up with the log and cannot be compared yet; try again.',
    },
    { headers: { 'retry-after': '5' } },
  );
