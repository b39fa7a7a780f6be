import type { Bundle } from '@medplum/fhirtypes';
import { eventFrame, News, pause } from '#platform/http/event-stream.js';
import type { View } from '#projections/view-host.js';
import type { Caller } from '#security/caller.js';
import { visibilityOf } from '../../access/visibility.js';
import type { ContentLevel } from '../subscription-events.js';
import type { SubscriptionState } from '../subscription-state.js';
import { type Notification, type Notifications } from './notifications.js';
import { newestNotice, noticesOf } from './notices.js';

/** What of a subscription's events is asked for. */
export interface EventsAsked {
  /** Number of the first. */
  readonly since: number;
  /** Number of the last, where there is to be one. */
  readonly until: number | undefined;
  readonly content: ContentLevel;
  /** Most of one answer. */
  readonly count: number;
}

const heartbeatMs = 15_000;
/** Many that come at once are sent as one. */
const gatherMs = 50;

/** The events of a subscription as its owner fetches them, by number: once, or as they come. */
export class EventFeed {
  constructor(
    private readonly view: View,
    private readonly notifications: Notifications,
  ) {}

  /** A page, and the number the next one begins with; none where there is no more at the moment. */
  async page(
    state: SubscriptionState,
    caller: Caller,
    { since, until, content, count }: EventsAsked,
  ): Promise<Notification & { readonly next: number | undefined }> {
    const newest = await newestNotice(this.view.database, state.id);
    const to = Math.min(until ?? newest, newest);
    const notices = await noticesOf(this.view.database, state.id, { from: since, to, limit: count });
    // The log may have more than can be fetched yet: told of it without getting it, a client would see a gap.
    const page = await this.notifications.ofEvents({ ...state, last: newest }, 'query-event', notices, {
      content,
      visibility: visibilityOf(caller),
    });
    return { ...page, next: page.last !== undefined && page.last < to ? page.last + 1 : undefined };
  }

  /** As soon as there is an event of the number or a later one, or the time is over. */
  async reached(id: string, number: number, withinMs: number, ended: AbortSignal): Promise<void> {
    const news = new News();
    const stopListening = this.view.onAdvanced(() => news.bring());
    const over = AbortSignal.any([ended, AbortSignal.timeout(withinMs)]);
    try {
      while (!over.aborted && (await newestNotice(this.view.database, id)) < number) await news.within(withinMs, over);
    } finally {
      stopListening();
    }
  }

  /**
   * As `text/event-stream`: catch-up, then live, each frame's id being the number of its last event.
   * @param allowed the subscription, as long as it may be read
   * @param written resolves once it is written down whose data is sent next
   */
  async *follow(
    allowed: () => Promise<SubscriptionState | undefined>,
    caller: Caller,
    asked: EventsAsked,
    ended: AbortSignal,
    written: (residents: ReadonlySet<string>) => Promise<void>,
  ): AsyncGenerator<string> {
    const news = new News();
    const stopListening = this.view.onAdvanced(() => news.bring());
    let since = asked.since;
    try {
      yield 'retry: 2000\n\n';
      while (!ended.aborted) {
        const state = await allowed();
        if (!state) return;
        const { bundle, residents, last, next } = await this.page(state, caller, { ...asked, since });
        if (last !== undefined) {
          await written(residents);
          yield eventFrame('notification', last, bundle satisfies Bundle);
          since = last + 1;
        }
        if (next !== undefined) continue;
        if (asked.until !== undefined && since > asked.until) return;
        if (await news.within(heartbeatMs, ended)) await pause(gatherMs, ended);
        // Says that the line is alive.
        else if (!ended.aborted) yield eventFrame('position', since - 1, { number: since - 1 });
      }
    } finally {
      stopListening();
    }
  }
}
