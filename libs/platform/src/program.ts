/** How our command-line programs end. */
import { isNativeError } from 'node:util/types';
import { SetupError } from './setup-error.js';

/** The program was called in a way it does not know. */
export class WrongUse extends SetupError {}

/** What an error of Node's own says. */
export function reasonOf(error: unknown): string {
  return isNativeError(error) ? error.message : '';
}

/** Ends the process with a message for people on standard error: 2 for a wrong use, 1 for what must be put right elsewhere. */
export function fail(error: unknown): never {
  if (error instanceof SetupError) {
    process.stderr.write(`\n${error.text.vi}\n${error.text.en}\n\n`);
    process.exit(error instanceof WrongUse ? 2 : 1);
  }
  process.stderr.write(`${isNativeError(error) ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

/** Runs a program; what it throws ends the process with {@link fail}. */
export function runAsProgram(program: () => Promise<void>): void {
  program().catch(fail);
}
