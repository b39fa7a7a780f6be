import { Gauge, type Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import type { BuildProgress, ViewStatus } from '#projections/projection.js';
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
        const found = (await soon(statuses())) ?? [];
        this.reset();
        for (const status of found) {
          this.set({ view: status.name, version: status.version }, valueOf(status));
        }
      },
    });
  };
  const ofEachBuild = (name: string, help: string, valueOf: (build: BuildProgress) => number | undefined): void => {
    new Gauge({
      name,
      help,
      labelNames: ['view', 'version'] as const,
      registers: [metrics],
      async collect() {
        this.reset();
        for (const { name: view, build } of (await soon(statuses())) ?? []) {
          const value = build && valueOf(build);
          if (build !== undefined && value !== undefined) this.set({ view, version: build.version }, value);
        }
      },
    });
  };
  ofEachView('view_position', 'Position a view has reached', ({ position }) => position);
  ofEachView('view_delay_seconds', 'Age of the oldest event a view has not applied', ({ delayMs }) => delayMs / 1000);
  ofEachView('view_events_set_aside', 'Events a view could not apply', ({ setAside }) => setAside);
  ofEachBuild('view_build_position', 'Position the building of a view has reached', ({ position }) => position);
  ofEachBuild(
    'view_build_positions_per_second',
    'Positions of the log that the building of a view goes through in a second',
    ({ perSecond }) => perSecond,
  );
  ofEachBuild(
    'view_build_seconds_left',
    'What is left of the building of a view at its pace of late',
    ({ secondsLeft }) => secondsLeft,
  );
  ofEachBuild('view_build_failing', '1 when the building of a view cannot go on at the moment', ({ failing }) =>
    failing ? 1 : 0,
  );
}
