import { Gauge, type Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import type { ViewHost } from '#projections/view-host.js';

/** The log's position, and how far behind it each view is, asked for whenever the metrics are. */
export function observeViews(metrics: Registry, events: EventStore, views: ViewHost): void {
  const labelNames = ['view', 'version'] as const;
  const registers = [metrics];
  const position = new Gauge({ name: 'event_log_position', help: 'Position of the newest event', registers });
  const viewPosition = new Gauge({ name: 'view_position', help: 'Position a view has reached', labelNames, registers });
  const setAside = new Gauge({
    name: 'view_events_set_aside',
    help: 'Events a view could not apply',
    labelNames,
    registers,
  });
  new Gauge({
    name: 'view_delay_seconds',
    help: 'Age of the oldest event a view has not applied',
    labelNames,
    registers,
    async collect() {
      const [head, statuses] = await Promise.all([events.head(), views.statuses()]);
      position.set(head);
      for (const status of statuses) {
        const labels = { view: status.name, version: status.version };
        this.set(labels, status.delayMs / 1000);
        viewPosition.set(labels, status.position);
        setAside.set(labels, status.setAside);
      }
    },
  });
}
