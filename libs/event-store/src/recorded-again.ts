import { isDeepStrictEqual } from 'node:util';
import type { EncodedEvent, EventCodec, StoredEvent } from './codec.js';
import { EventIdConflict, InvalidAppend } from './errors.js';
import type { AppendResult, StreamName } from './event-store.js';

/**
 * The first result of an append whose event ids are in the stream already. Compares what the events mean, not their text: the
 * order of names and an older schema version do not matter.
 * @param recorded the events of the stream that have one of the append's ids
 * @throws EventIdConflict when the content differs, or only some of the append is there
 */
export function recordedAgain(
  codec: EventCodec,
  { stream, events }: { readonly stream: StreamName; readonly events: readonly EncodedEvent[] },
  recorded: readonly StoredEvent[],
): AppendResult {
  const byId = new Map(recorded.map((event) => [event.id, event]));
  for (const event of events) {
    const stored = byId.get(event.id);
    if (stored === undefined) continue;
    const { revision, position, recordedAt } = stored;
    const then = codec.decode(stored);
    const now = codec.decode({ ...event, stream, revision, position, recordedAt });
    if (!isDeepStrictEqual(then, now)) throw new EventIdConflict(stream, event.id, 'other-content');
  }
  const missing = events.find((event) => !byId.has(event.id));
  if (missing !== undefined) throw new EventIdConflict(stream, missing.id, 'partly-recorded');
  const last = byId.get(events.at(-1)?.id ?? '');
  if (last === undefined) throw new InvalidAppend(stream, 'no events');
  return { revision: last.revision, position: last.position, repeated: true };
}
