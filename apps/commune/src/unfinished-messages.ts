import type { Logger } from 'pino';
import { errorFields } from '#platform/logging.js';
import type { Intake } from './intake/intake.js';
import { receiptId } from './intake/receipt.js';
import type { Originals } from './originals/originals.js';

/**
 * Finishes the messages that a crash cut off between being kept and being answered. One that fails again stays unanswered, for
 * the next start or for its sender to send again: it must not keep the service from starting.
 */
export async function finishUnansweredMessages(
  originals: Originals,
  intake: Pick<Intake, 'receive'>,
  logger: Logger,
): Promise<void> {
  const unanswered = await originals.unanswered();
  let failed = 0;
  for (const { facility, digest } of unanswered) {
    try {
      const original = await originals.open(facility, digest);
      if (original) await intake.receive(original);
      originals.answered(facility, digest);
    } catch (error) {
      failed += 1;
      logger.error({ ...errorFields(error), receipt: receiptId(facility, digest) }, 'a message could not be finished');
    }
  }
  if (unanswered.length > 0)
    logger.info({ messages: unanswered.length - failed, failed }, 'unanswered messages finished');
}
