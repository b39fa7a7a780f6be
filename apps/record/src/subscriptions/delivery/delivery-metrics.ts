import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { soon } from '#platform/operations/soon.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { DeliveryFault } from '../subscription-events.js';
import type { NotificationKind } from '../reading/notifications.js';

/** What is told of deliveries as a whole: whose they are is not. */
export interface DeliveryMetrics {
  taken(kind: NotificationKind, events: number): void;
  /** @param ageMs from when the event was recorded */
  delay(ageMs: number): void;
  failed(fault: DeliveryFault): void;
}

/**
 * @param view of the subscriptions
 * @param now milliseconds since 1970
 */
export function deliveryMetrics(metrics: Registry, view: ReadDatabase, now: () => number): DeliveryMetrics {
  const registers = [metrics];
  const notifications = new Counter({
    name: 'subscription_notifications_total',
    help: 'Notifications that endpoints have taken',
    labelNames: ['kind'] as const,
    registers,
  });
  const events = new Counter({
    name: 'subscription_events_delivered_total',
    help: 'Events in notifications that endpoints have taken',
    registers,
  });
  const failures = new Counter({
    name: 'subscription_failures_total',
    help: 'Attempts that endpoints have not taken',
    labelNames: ['fault'] as const,
    registers,
  });
  const delay = new Histogram({
    name: 'subscription_delivery_delay_seconds',
    help: 'From when an event was recorded until an endpoint has taken the notification of it',
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3_600, 86_400],
    registers,
  });
  new Gauge({
    name: 'subscriptions',
    help: 'Subscriptions by status',
    labelNames: ['status'] as const,
    registers,
    async collect() {
      const rows = await soon(
        view.query<{ readonly status: string; readonly found: SqlValue }>(
          'select status, count(*) as found from subscription where deleted = 0 group by status',
        ),
      );
      this.reset();
      for (const { status, found } of rows ?? []) this.set({ status }, Number(found));
    },
  });
  new Gauge({
    name: 'subscription_oldest_undelivered_seconds',
    help: 'Age of the oldest event that the endpoint of a subscription has still to take; 0 when there is none',
    registers,
    async collect() {
      const rows = await soon(
        view.query<{ readonly oldest: string | null }>(
          `select min(n.recorded) as oldest from subscription s join notice n on n.subscription = s.id and n.number = s.delivered + 1
           where s.status <> 'off' and s.deleted = 0 and s.endpoint = 1`,
        ),
      );
      if (!rows) return this.remove();
      const [{ oldest } = { oldest: null }] = rows;
      this.set(oldest === null ? 0 : Math.max(0, now() - Date.parse(oldest)) / 1_000);
    },
  });
  return {
    taken: (kind, count) => {
      notifications.inc({ kind });
      events.inc(count);
    },
    delay: (ageMs) => delay.observe(Math.max(0, ageMs) / 1_000),
    failed: (fault) => failures.inc({ fault }),
  };
}
