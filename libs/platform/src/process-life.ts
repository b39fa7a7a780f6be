import type { Logger } from 'pino';
import { errorFields } from './logging.js';

/** Within this time of a signal the process is gone, whatever still hangs. */
export const stopWithinMs = 10_000;

/**
 * Stops the process in order at SIGTERM or SIGINT, and at once at a second one. An error that nobody caught stops it loudly
 * with exit code 1: going on in an unknown state could write what is not true.
 * @param stop finishes what was begun and closes everything
 */
export function liveUntilStopped(stop: () => Promise<void>, logger: Logger): void {
  let stoppingSince: number | undefined;
  const end = (code: number): void => {
    logger.flush();
    process.exit(code);
  };
  const begin = (reason: string, code: number): void => {
    if (stoppingSince !== undefined) {
      // A terminal sends its signal to us and to whoever started us, who passes it on: that is one wish, not two.
      if (Date.now() - stoppingSince > 1_000) end(code || 1);
      return;
    }
    stoppingSince = Date.now();
    logger.warn({ reason }, 'stopping');
    setTimeout(() => {
      logger.fatal({ reason }, 'did not stop in time');
      end(1);
    }, stopWithinMs).unref();
    stop().then(
      () => {
        logger.warn({ reason }, 'stopped');
        end(code);
      },
      (error: unknown) => {
        logger.fatal(errorFields(error), 'could not stop in order');
        end(1);
      },
    );
  };
  process.on('SIGTERM', () => begin('SIGTERM', 0));
  process.on('SIGINT', () => begin('SIGINT', 0));
  // Whoever started us is gone without a word: nobody could stop us any more.
  if (process.connected) process.on('disconnect', () => begin('disconnect', 0));
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error: unknown) => {
      logger.fatal({ ...errorFields(error), kind }, 'uncaught error');
      begin(kind, 1);
    });
  }
}
