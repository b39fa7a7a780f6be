import { Gauge, Histogram, type Registry } from 'prom-client';
import { AppendTooLarge, EventIdConflict, InvalidAppend, WrongExpectedRevision } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import { soon } from './soon.js';

/**
 * The same event store, measured: how long appends take and how they end, and whether the log can be reached. What the engine
 * has beyond its port is not passed on.
 */
export function observeEventStore(metrics: Registry, events: EventStore): EventStore {
  const durations = new Histogram({
    name: 'event_store_append_duration_seconds',
    help: 'Time until an append is durable, or refused',
    labelNames: ['outcome'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [metrics],
  });
  new Gauge({
    name: 'event_store_connected',
    help: '1 when the log can be reached, else 0',
    registers: [metrics],
    async collect() {
      this.set(await isReached(events));
    },
  });
  const timed: EventStore['append'] = async (stream, expected, appended) => {
    const done = durations.startTimer();
    try {
      const result = await events.append(stream, expected, appended);
      done({ outcome: result.repeated ? 'repeated' : 'appended' });
      return result;
    } catch (error) {
      done({ outcome: outcomeOf(error) });
      throw error;
    }
  };
  const connection = events.connection?.bind(events);
  return {
    append: timed,
    readStream: (stream, options) => events.readStream(stream, options),
    readAll: (options) => events.readAll(options),
    subscribe: (options) => events.subscribe(options),
    head: () => events.head(),
    close: () => events.close(),
    ...(connection && { connection }),
  };
}

/** A lost race and an append that may not be are answers; everything else is a fault of the engine. */
function outcomeOf(error: unknown): 'lost-race' | 'refused' | 'failed' {
  if (error instanceof WrongExpectedRevision) return 'lost-race';
  const refusals = [EventIdConflict, InvalidAppend, AppendTooLarge];
  return refusals.some((kind) => error instanceof kind) ? 'refused' : 'failed';
}

async function isReached(events: EventStore): Promise<0 | 1> {
  const line = events.connection?.();
  if (line) return line.state === 'connected' ? 1 : 0;
  return (await soon(events.head())) === undefined ? 0 : 1;
}
