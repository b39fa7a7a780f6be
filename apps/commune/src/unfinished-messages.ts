import type { Logger } from 'pino';
import type { Intake } from './intake/intake.js';
import type { Originals } from './originals/originals.js';

/** Finishes the messages that a crash cut off between being kept and being answered. */
export async function finishUnansweredMessages(originals: Originals, intake: Intake, logger: Logger): Promise<void> {
  const unanswered = await originals.unanswered();
  for (const { facility, digest } of unanswered) {
    const original = await originals.fetch(facility, digest);
    if (original) await intake.receive(original);
    originals.answered(facility, digest);
  }
  if (unanswered.length > 0) logger.info({ messages: unanswered.length }, 'unanswered messages finished');
}
