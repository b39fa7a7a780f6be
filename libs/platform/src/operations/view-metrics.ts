import { Gauge, type Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import type { ViewStatus } from '#projections/projection.js';
import type { ViewHost } from '#projections/view-host.js';
import { soon } from './soon.js';

/**
 * The log's position, and how far behind it each view is, asked for whenever the metrics are. What does not answer is left out:
 * the other metrics are needed most while an engine is away.
 */
export function observeViews(metrics: Registry, events: EventStore, views: ViewHost): void {
  let asked: Promise<readonly ViewStatus[]> | undefined;
  // All gauges are collected at the same moment: they ask once, together.
  const statuses = (): Promise<readonly ViewStatus[]> =>
    (asked ??= views.statuses().finally(() => {
      asked = undefined;
    }));
  new Gauge({
    name: 'event_log_position',
    help: 'Position of the newest event',
    registers: [metrics],
    async collect() {
      const head = await soon(events.head());
      if (head === undefined) this.remove();
      else this.set(head);
    },
  });
  const ofEachView = (name: string, help: string, valueOf: (status: ViewStatus) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['view', 'version'] as const,
      registers: [metrics],
      async collect() {
        this.reset();
        for (const status of (await soon(statuses())) ?? []) {
          this.set({ view: status.name, version: status.version }, valueOf(status));
        }
      },
    });
  };
  ofEachView('view_position', 'Position a view has reached', ({ position }) => position);
  ofEachView('view_delay_seconds', 'Age of the oldest event a view has not applied', ({ delayMs }) => delayMs / 1000);
  ofEachView('view_events_set_aside', 'Events a view could not apply', ({ setAside }) => setAside);
}
