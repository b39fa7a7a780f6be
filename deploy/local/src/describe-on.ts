import { afterAll, describe } from '@jest/globals';
import type { EngineProcess } from './engine-process.js';
import type { ServerOffer } from './server-offers.js';

/** Title of the block around tests that cannot run here; `npm run contracts` reads the reason from it. */
export const skippedTitle = (reason: string): string => `skipped: ${reason}`;

const { skip: skipBlock } = describe;

interface SuiteServer {
  /** Of the suite's own: may be killed. */
  readonly process?: EngineProcess;
  stop: () => Promise<void>;
}

/**
 * Defines a suite's tests for each server offered; where one is missing they are skipped under its reason.
 * @param define gets the server only when its tests run, and whether it is a process that they may kill
 */
export function describeOn<Server extends SuiteServer>(
  offers: readonly ServerOffer<Server>[],
  define: (engine: string, server: () => Server, killable: boolean) => void,
): void {
  for (const offer of offers) {
    if ('server' in offer) {
      const { engine, server } = offer;
      afterAll(() => server.stop(), 60_000);
      define(engine, () => server, server.process !== undefined);
    } else {
      const { engine, missing } = offer;
      const noServer = (): never => {
        throw new Error(missing);
      };
      skipBlock(skippedTitle(missing), () => {
        define(engine, noServer, true);
      });
    }
  }
}

/** Defines tests where a condition holds; elsewhere they are skipped under the reason. */
export function describeWhere(condition: boolean, otherwise: string, define: () => void): void {
  if (condition) define();
  else skipBlock(skippedTitle(otherwise), define);
}
