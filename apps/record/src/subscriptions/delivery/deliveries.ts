import type { Logger } from 'pino';
import { News, pause } from '#platform/http/event-stream.js';
import { errorFields } from '#platform/logging.js';
import type { View } from '#projections/view-host.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { usualPurpose } from '#security/audit/purpose-of-use.js';
import { visibilityOf } from '../../access/visibility.js';
import { type Notification, type Notifications, plainNotification } from '../reading/notifications.js';
import { type Notice, noticesOf } from '../reading/notices.js';
import { callerWith } from '../rights.js';
import type { ChannelSeal } from '../sealed-channel.js';
import type { DeliveryFault, SubscriptionEvent } from '../subscription-events.js';
import type { SubscriptionState } from '../subscription-state.js';
import type { SubscriptionStreams } from '../subscription-streams.js';
import type { DeliveryMetrics } from './delivery-metrics.js';
import type { EndpointGuard } from './endpoint-guard.js';
import { giveUpAfterMs, pauseAfter } from './patience.js';
import { postNotification } from './post-notification.js';

export const defaultTimeoutSeconds = 15;
export const defaultMaxCount = 50;

/**
 * Endpoints that answer well, and those that are slow or fail, are served apart, so many at a time: these keep nobody else waiting.
 * One that is slow for the first time goes on beside.
 */
const lanes = { quick: 32, slow: 16 } as const;
type Lane = keyof typeof lanes;
/** Whoever took longer than this is slow. */
const slowMs = 2_000;
/** How far an endpoint is, is written down so often; after a crash it gets what it took since then once more. */
const savePeriodMs = 3_000;
/** Subscriptions are looked through at least so often. */
const lookPeriodMs = 1_000;
/** News that come together are looked at together. */
const gatherMs = 50;
/** After a fault that is not the endpoint's. */
const ownFaultPauseMs = 2_000;

export interface DeliveryParts {
  /** View of the subscriptions. */
  readonly view: View;
  readonly streams: SubscriptionStreams;
  readonly notifications: Notifications;
  readonly seal: ChannelSeal;
  readonly guard: EndpointGuard;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** What is known of an endpoint beside what is written down. */
interface Line {
  /** The version it is for: when something else is asked, it begins anew. */
  readonly asked: number;
  busy: boolean;
  lane: Lane;
  failures: number;
  /** Not to be tried before. */
  notBefore: number;
  /** Number of the last event it has taken. */
  sent: number;
  savedAt: number;
  heardAt: number;
}

/** Sends notifications to endpoints: to each in order, one at a time, until it has taken them. */
export class Deliveries {
  readonly #parts: DeliveryParts;
  readonly #lines = new Map<string, Line>();
  readonly #underWay: Record<Lane, number> = { quick: 0, slow: 0 };
  readonly #news = new News();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Until the signal; what is under way then is broken off, and sent again by whoever goes on. */
  async run(signal: AbortSignal): Promise<void> {
    const { view, logger } = this.#parts;
    this.#lines.clear();
    const stopListening = view.onAdvanced(() => this.#news.bring());
    const working = new Set<Promise<void>>();
    try {
      while (!signal.aborted) {
        try {
          for (const job of await this.#look(signal)) {
            working.add(job);
            void job.finally(() => working.delete(job));
          }
        } catch (error) {
          logger.warn(errorFields(error), 'subscriptions cannot be looked through');
        }
        if (await this.#news.within(lookPeriodMs, signal)) await pause(gatherMs, signal);
      }
    } finally {
      stopListening();
      await Promise.all(working);
      await this.#saveAll();
    }
  }

  /** Begins whatever is due. */
  async #look(signal: AbortSignal): Promise<readonly Promise<void>[]> {
    const { view, now } = this.#parts;
    const rows = await view.database.query<{ readonly body: string }>(
      `select body from subscription where status in ('requested', 'active', 'error') and deleted = 0 order by id`,
    );
    const begun: Promise<void>[] = [];
    const seen = new Set<string>();
    for (const { body } of rows) {
      const state = JSON.parse(body) as SubscriptionState;
      seen.add(state.id);
      const line = this.#lineOf(state);
      if (line.busy) continue;
      const work = this.#due(state, line, now());
      if (!work || this.#underWay[line.lane] >= lanes[line.lane]) continue;
      begun.push(this.#begin(line, () => work(signal)));
    }
    for (const id of this.#lines.keys()) if (!seen.has(id)) this.#lines.delete(id);
    return begun;
  }

  #lineOf(state: SubscriptionState): Line {
    const known = this.#lines.get(state.id);
    if (known && known.asked === state.asked) return known;
    const now = this.#parts.now();
    const made: Line = {
      asked: state.asked,
      busy: false,
      lane: state.failing ? 'slow' : 'quick',
      failures: state.failing ? 1 : 0,
      notBefore: 0,
      sent: Math.max(state.delivered, known?.sent ?? 0),
      savedAt: now,
      heardAt: now,
    };
    this.#lines.set(state.id, made);
    return made;
  }

  /** What is to be done for a subscription now. */
  #due(state: SubscriptionState, line: Line, now: number): ((signal: AbortSignal) => Promise<void>) | undefined {
    const { end, hasEndpoint, heartbeatPeriod } = state.definition;
    if (end !== undefined && now >= Date.parse(end)) return () => this.#append(state.id, switchedOff('ended'));
    if (!hasEndpoint || now < line.notBefore) return undefined;
    const plainly = (kind: 'handshake' | 'heartbeat') => (signal: AbortSignal) =>
      this.#send(state, line, { kind, notices: [] }, signal);
    if (!state.greeted) return plainly('handshake');
    if (state.last > line.sent) return (signal) => this.#deliver(state, line, signal);
    const quiet = now - line.heardAt;
    if (line.failures > 0 || (heartbeatPeriod !== undefined && quiet >= heartbeatPeriod * 1_000))
      return plainly('heartbeat');
    if (line.sent > state.delivered && now - line.savedAt >= savePeriodMs) return () => this.#save(state.id, line);
    return undefined;
  }

  async #begin(line: Line, work: () => Promise<void>): Promise<void> {
    const { now, logger } = this.#parts;
    let { lane } = line;
    line.busy = true;
    this.#underWay[lane] += 1;
    // Whoever turns out to be slow makes room for others at once.
    const turnsSlow = setTimeout(() => {
      this.#underWay[lane] -= 1;
      line.lane = lane = 'slow';
      this.#underWay[lane] += 1;
      this.#news.bring();
    }, slowMs);
    try {
      await work();
    } catch (error) {
      line.notBefore = now() + ownFaultPauseMs;
      logger.warn(errorFields(error), 'a notification cannot be made');
    } finally {
      clearTimeout(turnsSlow);
      line.busy = false;
      this.#underWay[lane] -= 1;
      this.#news.bring();
    }
  }

  async #deliver(state: SubscriptionState, line: Line, signal: AbortSignal): Promise<void> {
    const notices = await noticesOf(this.#parts.view.database, state.id, {
      from: line.sent + 1,
      to: state.last,
      limit: state.definition.maxCount ?? defaultMaxCount,
    });
    await this.#send(state, line, { kind: 'event-notification', notices }, signal);
  }

  async #send(
    state: SubscriptionState,
    line: Line,
    {
      kind,
      notices,
    }: { readonly kind: 'handshake' | 'heartbeat' | 'event-notification'; readonly notices: readonly Notice[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { seal, guard, metrics, now } = this.#parts;
    const { bundle, residents, last } =
      kind === 'event-notification' ? await this.#notificationOf(state, notices) : silent(state, kind);
    // What cannot be written down is not sent.
    if (residents.size > 0) await this.#writeDown(state, bundle.id ?? '', residents);
    const begun = performance.now();
    const { outcome } = await postNotification(seal.open(state.id, state.sealedChannel), JSON.stringify(bundle), {
      guard,
      timeoutMs: (state.definition.timeout ?? defaultTimeoutSeconds) * 1_000,
      signal,
    });
    if (signal.aborted && outcome !== 'taken') return;
    line.lane = outcome !== 'taken' || performance.now() - begun > slowMs ? 'slow' : 'quick';
    if (outcome !== 'taken') {
      metrics.failed(outcome);
      await this.#failed(state, line, outcome);
      return;
    }
    line.failures = 0;
    line.notBefore = 0;
    line.heardAt = now();
    line.sent = last ?? line.sent;
    const taken = notices.filter(({ number }) => number <= line.sent);
    metrics.taken(kind, taken.length);
    for (const { recordedAt } of taken) metrics.delay(now() - Date.parse(recordedAt));
    await this.#succeeded(state, line);
  }

  /** What its owner may see of the events at this moment. */
  #notificationOf(state: SubscriptionState, notices: readonly Notice[]): Promise<Notification> {
    return this.#parts.notifications.ofEvents(state, 'event-notification', notices, {
      content: state.definition.content,
      visibility: visibilityOf(callerWith(state.rights)),
    });
  }

  async #succeeded(state: SubscriptionState, line: Line): Promise<void> {
    const { asked } = state;
    const saving = line.sent > state.delivered && this.#parts.now() - line.savedAt >= savePeriodMs;
    const facts: SubscriptionEvent[] = [
      ...(state.greeted ? [] : [{ type: 'SubscriptionActivated', data: { asked } } as const]),
      ...(state.greeted && state.status === 'error' ? [{ type: 'SubscriptionRecovered', data: {} } as const] : []),
      ...(saving ? [{ type: 'EventsDelivered', data: { through: line.sent } } as const] : []),
    ];
    if (facts.length === 0) return;
    await this.#append(state.id, (now) => (now?.asked === asked && now.status !== 'off' ? facts : []));
    if (saving) line.savedAt = this.#parts.now();
  }

  /** Tells the owner at the first failure and when it fails otherwise; gives up after a long time. */
  async #failed(state: SubscriptionState, line: Line, fault: DeliveryFault): Promise<void> {
    const { now, random } = this.#parts;
    const at = now();
    line.failures += 1;
    line.notBefore = at + pauseAfter(line.failures, random());
    const since = state.failing?.since ?? new Date(at).toISOString();
    if (at - Date.parse(since) >= giveUpAfterMs) return this.#append(state.id, switchedOff('gave-up'));
    if (state.failing?.fault === fault) return;
    await this.#append(state.id, (known) =>
      known?.asked === state.asked && known.status !== 'off'
        ? [{ type: 'SubscriptionFailed', data: { since, fault } }]
        : [],
    );
  }

  async #save(id: string, line: Line): Promise<void> {
    const through = line.sent;
    await this.#append(id, (state) =>
      state && !state.deleted && state.delivered < through ? [{ type: 'EventsDelivered', data: { through } }] : [],
    );
    line.savedAt = this.#parts.now();
  }

  async #saveAll(): Promise<void> {
    const saving = [...this.#lines].map(async ([id, line]) => this.#save(id, line));
    for (const { reason } of (await Promise.allSettled(saving)).filter((one) => one.status === 'rejected'))
      this.#parts.logger.warn(errorFields(reason), 'how far an endpoint is cannot be written down');
  }

  /** The view must have it before the subscription is looked at again. */
  async #append(
    id: string,
    decide: (state: SubscriptionState | undefined) => readonly SubscriptionEvent[],
  ): Promise<void> {
    const { position } = await this.#parts.streams.append(id, decide);
    if (position !== undefined) await this.#parts.view.waitFor(position, lookPeriodMs);
  }

  async #writeDown({ id, rights }: SubscriptionState, request: string, residents: ReadonlySet<string>): Promise<void> {
    const { kind, actor, holder, facility } = rights;
    await this.#parts.audit.record({
      recorded: Date.now(),
      kind,
      actor,
      holder,
      ...(facility !== undefined && { facility }),
      purpose: usualPurpose[kind],
      action: 'R',
      interaction: 'operation',
      route: 'POST to the endpoint of a subscription',
      what: `Subscription/${id}`,
      residents: [...residents],
      status: 200,
      request,
    });
  }
}

const switchedOff =
  (reason: 'ended' | 'gave-up') =>
  (state: SubscriptionState | undefined): readonly SubscriptionEvent[] =>
    state && state.status !== 'off' ? [{ type: 'SubscriptionSwitchedOff', data: { reason } }] : [];

const silent = (state: SubscriptionState, kind: 'handshake' | 'heartbeat'): Notification => ({
  bundle: plainNotification(state, kind),
  residents: new Set(),
  last: undefined,
});
