import type { Logger } from 'pino';
import { errorFields } from '#platform/logging.js';
import type { Intake } from './intake/intake.js';
import type { Originals } from './originals/originals.js';

/**
 * Finishes the messages that a crash cut off between being kept and being answered. One that cannot be finished stays
 * unanswered, is told to the operators and tried again at the next start: it must not keep everybody else from working.
 */
export async function finishUnansweredMessages(originals: Originals, intake: Intake, logger: Logger): Promise<void> {
  const unanswered = await originals.unanswered();
  let finished = 0;
  for (const { facility, digest } of unanswered) {
    try {
      const original = await originals.fetch(facility, digest);
      if (original) await intake.receive(original);
      originals.answered(facility, digest);
      finished += 1;
    } catch (error) {
      logger.error({ facility, digest, ...errorFields(error) }, 'an unanswered message cannot be finished');
    }
  }
  if (unanswered.length > 0) logger.info({ messages: finished }, 'unanswered messages finished');
}
