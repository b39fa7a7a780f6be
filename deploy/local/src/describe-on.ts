import { afterAll, describe } from '@jest/globals';
import type { ServerOffer } from './server-offers.js';

/** Title of the block around tests that cannot run here; `npm run contracts` reads the reason from it. */
export const skippedTitle = (reason: string): string => `skipped: ${reason}`;

/**
 * Defines a suite's tests for each server offered; where one is missing they are skipped under its reason.
 * @param define gets the server only when its tests run
 */
export function describeOn<Server extends { stop(): Promise<void> }>(
  offers: readonly ServerOffer<Server>[],
  define: (engine: string, server: () => Server) => void,
): void {
  for (const offer of offers) {
    if ('server' in offer) {
      const { engine, server } = offer;
      afterAll(() => server.stop(), 60_000);
      define(engine, () => server);
    } else {
      describe.skip(skippedTitle(offer.missing), () =>
        define(offer.engine, () => {
          throw new Error(offer.missing);
        }),
      );
    }
  }
}
