import { InvalidAppend } from './errors.js';
import type { ExpectedRevision, NewEvent, StreamName } from './event-store.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const nameOfStream = /^[a-z]+(?:-[a-z]+)*-[^\s\p{Cc}]+$/u;

/** What every engine asks of an append before it looks at the stream. @throws InvalidAppend */
export function checkShape(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): void {
  if (!nameOfStream.test(stream)) throw new InvalidAppend(stream, 'not a stream name');
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidAppend(stream, `expected revision ${expected} is not a revision`);
  }
  if (events.length === 0) throw new InvalidAppend(stream, 'no events');
  for (const { id, type } of events) {
    if (!uuid.test(id)) throw new InvalidAppend(stream, 'an event id is not a UUID in lower case');
    if (type === '') throw new InvalidAppend(stream, 'an event has no type');
  }
  if (events.length > 1 && new Set(events.map(({ id }) => id)).size < events.length) {
    throw new InvalidAppend(stream, 'the same event id twice');
  }
}
