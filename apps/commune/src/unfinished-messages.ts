import type { Logger } from 'pino';
import { errorFields } from '#platform/logging.js';
import type { Intake } from './intake/intake.js';
import { receiptId } from './intake/receipt.js';
import type { Originals } from './originals/originals.js';

const lookAgainMs = 15_000;

/**
 * Finishes the messages that were cut off between being kept and being answered: by a crash of this process, or of another
 * replica. One that fails again stays unanswered, for later or for its sender to send again: it must not keep the service from
 * starting.
 */
export class UnfinishedMessages {
  #timer: NodeJS.Timeout | undefined;
  #finishing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly originals: Pick<Originals, 'unanswered' | 'open' | 'answered'>,
    private readonly intake: Pick<Intake, 'receive'>,
    private readonly logger: Logger,
  ) {}

  /** All there are now. */
  async finish(): Promise<void> {
    const unanswered = await this.originals.unanswered();
    let failed = 0;
    for (const { facility, digest } of unanswered) {
      if (this.#stopped) return;
      try {
        const original = await this.originals.open(facility, digest);
        if (original) await this.intake.receive(original);
        this.originals.answered(facility, digest);
      } catch (error) {
        failed += 1;
        const receipt = receiptId(facility, digest);
        this.logger.error({ ...errorFields(error), receipt }, 'a message could not be finished');
      }
    }
    if (unanswered.length > 0)
      this.logger.info({ messages: unanswered.length - failed, failed }, 'unanswered messages finished');
  }

  /** Those that are left behind from now on, too. */
  keepFinishing(): void {
    this.#timer = setInterval(() => {
      this.#finishing = this.#finishing
        .then(() => this.finish())
        .catch((error: unknown) =>
          this.logger.error(errorFields(error), 'unanswered messages could not be looked for'),
        );
    }, lookAgainMs);
    this.#timer.unref();
  }

  /** Resolves when the one under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#finishing;
  }
}
