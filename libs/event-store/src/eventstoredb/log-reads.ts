import type { EventCodec } from '../codec.js';
import type { EventBatch, Position, ReadAllOptions } from '../event-store.js';
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
    position = page.ended
      ? Math.max(head, last)
      : lastOf(stored.length === batchSize ? last : undefined, page.seen, head);
    end.note(last);
    yield { events: stored.map((event) => codec.decode(event)), position, caughtUp: page.ended };
    if (page.ended) return;
  }
}

/** Where a page that was full ends; never beyond what is known to be ours. */
function lastOf(
  full: Position | undefined,
  seen: readonly { readonly position: Position }[],
  head: Position,
): Position {
  return full ?? Math.min(seen.at(-1)?.position ?? 0, head);
}
