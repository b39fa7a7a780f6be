import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { errorFields } from '#platform/logging.js';
import type { ViewHost } from '#projections/view-host.js';
import type { Deliveries } from './delivery/deliveries.js';
import type { FollowLog } from './following/follow-log.js';

const tryAgainMs = 1_000;
const lookForLeadershipMs = 500;

/** Follows the log and sends notifications as long as the process lives, in one replica at a time. */
export class RunningSubscriptions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: Pick<ViewHost, 'whileAlone'>,
    private readonly following: FollowLog,
    private readonly deliveries: Deliveries,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run(this.#stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.host.whileAlone('subscriptions', signal, async (held) => {
          await Promise.all([this.#follow(held), this.deliveries.run(held)]);
        });
      } catch (error) {
        this.logger.error(errorFields(error), 'subscriptions are tried again');
      }
      await pause(lookForLeadershipMs, signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.following.run(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn(errorFields(error), 'the log is followed for subscriptions once more');
      }
      await pause(tryAgainMs, signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
