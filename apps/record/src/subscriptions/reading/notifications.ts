import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { Visibility } from '../../access/visibility.js';
import { backport } from '../backport.js';
import type { ContentLevel } from '../subscription-events.js';
import type { SubscriptionState } from '../subscription-state.js';
import { type EventChanges, nameOf, type ResourceChange } from './event-changes.js';
import type { Notice } from './notices.js';

export type NotificationKind = 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event';

/** A bundle, and the residents it tells of. */
export interface Notification {
  readonly bundle: Bundle;
  readonly residents: ReadonlySet<string>;
  /** Number of the last event in it. */
  readonly last: number | undefined;
}

export interface NotificationOptions {
  readonly content: ContentLevel;
  /** What may be seen of the events now. */
  readonly visibility: Visibility;
}

/** Larger bundles are cut, to one event at least: the rest comes with the next. */
const mostBytes = 1024 ** 2;

/** Makes notifications (backport-subscription-notification-r4) of events, of what of them may be seen when they are made. */
export class Notifications {
  constructor(private readonly changes: EventChanges) {}

  async ofEvents(
    state: SubscriptionState,
    kind: 'event-notification' | 'query-event',
    notices: readonly Notice[],
    { content, visibility }: NotificationOptions,
  ): Promise<Notification> {
    const { base } = state.definition;
    const seen = content === 'empty' ? new Map<number, ResourceChange>() : await this.#seen(notices, visibility);
    const residents = new Set<string>();
    const events: ParametersParameter[] = [];
    const entries = new Map<string, BundleEntry>();
    let bytes = 0;
    let last: number | undefined;
    for (const notice of notices) {
      const change = seen.get(notice.number);
      const entry = change && entryOf(change, content, base);
      bytes += entry ? JSON.stringify(entry).length : 0;
      if (bytes > mostBytes && last !== undefined) break;
      events.push(eventOf(notice, change, base));
      for (const resident of change?.residents ?? []) residents.add(resident);
      if (entry && change) entries.set(`${nameOf(change)} ${change.version}`, entry);
      last = notice.number;
    }
    return {
      bundle: notificationBundle(state, statusOf(state, kind, { topic: content !== 'empty', events }), [
        ...entries.values(),
      ]),
      residents,
      last,
    };
  }

  /** Changes by the number of the event they are told by. */
  async #seen(notices: readonly Notice[], visibility: Visibility): Promise<ReadonlyMap<number, ResourceChange>> {
    const touched = await this.changes.touchedBy(notices.map(({ event }) => event));
    const ofEvents = await this.changes.seen(touched, visibility);
    const found = new Map<number, ResourceChange>();
    for (const notice of notices) {
      const change = ofEvents.get(notice.event)?.find((one) => one.type === notice.type && one.id === notice.id);
      if (change) found.set(notice.number, change);
    }
    return found;
  }
}

/** A notification without events. */
export function plainNotification(state: SubscriptionState, kind: 'handshake' | 'heartbeat'): Bundle {
  return notificationBundle(state, statusOf(state, kind), []);
}

/** The status of a subscription as R4 says it (backport-subscription-status-r4). */
export function statusOf(
  state: SubscriptionState,
  kind: NotificationKind,
  { topic, events }: { readonly topic: boolean; readonly events: readonly ParametersParameter[] } = {
    topic: true,
    events: [],
  },
): Parameters {
  const { id, definition, status, last, failing } = state;
  return {
    resourceType: 'Parameters',
    id: randomUUID(),
    meta: { profile: [backport.status] },
    parameter: [
      { name: 'subscription', valueReference: { reference: `${definition.base}/Subscription/${id}` } },
      ...(topic ? [{ name: 'topic', valueCanonical: definition.topic }] : []),
      { name: 'status', valueCode: status },
      { name: 'type', valueCode: kind },
      { name: 'events-since-subscription-start', valueString: String(last) },
      ...events,
      ...(status === 'error' && failing ? [{ name: 'error', valueCodeableConcept: { text: failing.fault } }] : []),
    ],
  };
}

function eventOf(
  { number, recordedAt }: Notice,
  change: ResourceChange | undefined,
  base: string,
): ParametersParameter {
  return {
    name: 'notification-event',
    part: [
      { name: 'event-number', valueString: String(number) },
      { name: 'timestamp', valueInstant: recordedAt },
      ...(change ? [{ name: 'focus', valueReference: { reference: `${base}/${nameOf(change)}` } }] : []),
    ],
  };
}

/** As in a history: what was done, and to which version it led. */
function entryOf(change: ResourceChange, content: ContentLevel, base: string): BundleEntry {
  const name = nameOf(change);
  const [method, status] = ({ create: ['POST', '201'], update: ['PUT', '200'], delete: ['DELETE', '204'] } as const)[
    change.change
  ];
  return {
    fullUrl: `${base}/${name}`,
    ...(content === 'full-resource' && change.resource && { resource: change.resource }),
    request: { method, url: method === 'POST' ? change.type : name },
    response: { status, etag: `W/"${change.version}"` },
  };
}

function notificationBundle(
  { id, definition }: SubscriptionState,
  status: Parameters,
  entries: readonly BundleEntry[],
): Bundle {
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: { profile: [backport.notification] },
    type: 'history',
    timestamp: new Date().toISOString(),
    entry: [
      {
        fullUrl: `urn:uuid:${status.id}`,
        resource: status,
        request: { method: 'GET', url: `${definition.base}/Subscription/${id}/$status` },
        response: { status: '200' },
      },
      ...entries,
    ],
  };
}
