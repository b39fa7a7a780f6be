import { SetupError } from '#platform/setup-error.js';

/** The program was called in a way it does not know. */
export class WrongUse extends SetupError {}

/** Ends the process with a message for people on standard error: 2 for a wrong use, 1 for what must be put right elsewhere. */
export function fail(error: unknown): never {
  if (error instanceof SetupError) {
    process.stderr.write(`\n${error.text.vi}\n${error.text.en}\n\n`);
    process.exit(error instanceof WrongUse ? 2 : 1);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

/** Runs a program; what it throws ends the process with {@link fail}. */
export function runAsProgram(program: () => Promise<void>): void {
  program().catch(fail);
}
