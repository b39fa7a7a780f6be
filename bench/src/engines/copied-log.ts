import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { EventStore, RecordedEvent } from '#event-store/event-store.js';

const atOnce = 64;

/** Copies a log event by event, each stream in its order. @returns how many events it has */
export async function copyLog(file: string, to: EventStore): Promise<number> {
  const from = openEmbeddedReader({ file });
  let events = 0;
  try {
    for await (const batch of from.readAll({ batchSize: 5_000 })) {
      const streams = Map.groupBy(batch.events, ({ stream }) => stream).entries();
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (const [stream, ofStream] of streams) await copyStream(to, stream, ofStream);
        }),
      );
      events += batch.events.length;
    }
  } finally {
    await from.close();
  }
  return events;
}

/** Forty at a time: far below what an append may hold. */
async function copyStream(
  to: EventStore,
  stream: RecordedEvent['stream'],
  events: readonly RecordedEvent[],
): Promise<void> {
  for (let from = 0; from < events.length; from += 40) {
    const part = events.slice(from, from + 40);
    const before = (part[0]?.revision ?? 0) - 1;
    await to.append(
      stream,
      before < 0 ? 'noStream' : before,
      part.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
    );
  }
}
