import type { EventCodec } from '../codec.js';
import type { EventBatch, ReadAllOptions } from '../event-store.js';
import type { LogEnd } from './log-end.js';
import { isImpassable, passes } from './read-requests.js';
import { pageEvents, type ServerReads } from './server-reads.js';

/** From a position to the end of the log. */
export async function* readLog(
  reads: ServerReads,
  end: LogEnd,
  codec: EventCodec,
  { after = 0, filter, batchSize = pageEvents }: ReadAllOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  let position = after;
  for (;;) {
    const head = await end.read();
    if (position >= head || isImpassable(filter)) {
      yield { events: [], position: Math.max(position, head), caughtUp: true };
      return;
    }
    // A read begins at its position: the event there was given before.
    const page = await reads.logPage({ backwards: false, from: position, count: batchSize + 1, filter });
    const stored = page.events
      .filter((event) => event.position > position && passes(event, filter))
      .slice(0, batchSize);
    const last = stored.at(-1)?.position ?? position;
    // What was passed over at the end of a full page is passed over again by the next; never beyond what is known to be ours.
    const through = stored.length === batchSize ? last : Math.min(page.seen.at(-1)?.position ?? last, head);
    position = Math.max(last, page.ended ? head : through);
    end.note(last);
    yield { events: stored.map((event) => codec.decode(event)), position, caughtUp: page.ended };
    if (page.ended) return;
  }
}
