import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { addDays, dateTime, dayOf, type LocalDate } from '#domain/dates.js';
import { decideReferral } from '#domain/referrals/decide-referral.js';
import { parseReferralId } from '#domain/referrals/referral-key.js';
import { initialReferral, type ReferralState, type ReferralStatus } from '#domain/referrals/referral-state.js';
import { stepsFrom } from '#domain/referrals/referral-steps.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import type { EventStore } from '#event-store/event-store.js';
import { EVENT_STORE, LOGGER } from '#platform/injection.js';
import { evolveStored, streamOf } from '../referral-stream.js';
import { WorklistReader } from '../worklists/worklist-reader.js';

const hourMs = 3_600_000;
/** Appended at once: the store gathers them into one durable write. */
const pageSize = 50;

/**
 * Records, hourly and at start, that papers have passed their last valid day (TT 01/2025 Art. 12). The worklists only point at
 * candidates; each is decided on its own stream, so that an old view, a second replica or a patient arriving meanwhile do no harm.
 */
@Injectable()
export class ExpirePapers implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly worklists: WorklistReader,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#start(), hourMs);
    this.#timer.unref();
    this.#start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Resolves with the number of papers that were recorded as expired before `today`. */
  async run(today: LocalDate): Promise<number> {
    let expired = 0;
    for (const status of stepsFrom.expire) expired += await this.#expireAll(status, today);
    return expired;
  }

  #start(): void {
    this.#running = this.#running
      .then(() => this.run(dayOf(Date.now())))
      .then((expired) => this.logger.info({ expired }, 'papers past their validity'))
      .catch((error: unknown) =>
        this.logger.error({ err: error }, 'expiry of papers failed; tried again within the hour'),
      );
  }

  async #expireAll(status: ReferralStatus, today: LocalDate): Promise<number> {
    let expired = 0;
    let after: { readonly validUntil: string; readonly id: string } | undefined;
    while (!this.#stopped) {
      const rows = await this.worklists.overdue(status, today, after, pageSize);
      const outcomes = await Promise.all(rows.map(({ id, validUntil }) => this.#expire(id, validUntil)));
      expired += outcomes.filter(Boolean).length;
      after = rows.at(-1);
      if (rows.length < pageSize) break;
    }
    return expired;
  }

  async #expire(id: string, validUntil: LocalDate): Promise<boolean> {
    const referral = parseReferralId(id);
    // It expired with the end of its last valid day, whenever that is noticed.
    const at = dateTime(addDays(validUntil, 1), 0, 0);
    if (!referral || !at) return false;
    const { appended } = await decideAndAppend<ReferralState, string>(this.store, {
      stream: streamOf(referral),
      initialState: initialReferral,
      evolve: evolveStored,
      decide: ({ state }) => {
        const decision = decideReferral({ step: 'expire', referral, at }, state);
        const events = decision.outcome === 'events' ? decision.events : [];
        return {
          outcome: decision.outcome,
          events: events.map(({ type, data }) => ({
            id: randomUUIDv7(),
            type,
            data,
            metadata: { occurredAt: at, facility: data.by, actor: 'system:expiry', subject: data.resident },
          })),
        };
      },
    });
    return appended !== undefined;
  }
}
