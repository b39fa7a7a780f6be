// Runs a program of the product on its own Node, and is transparent: arguments, standard streams, signals and exit code pass through.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { whenNpmIsGone } from './parents.mjs';
import { node, prepare, PreparationFailed, root, say } from './prepare.mjs';

/** A small nursery: bodies of large messages are forgotten soon after they were read, at no cost that could be measured. */
const memoryFlags = ['--max-semi-space-size=8'];
/** Memory that one thread gives back is there for the others (glibc). */
const memoryEnvironment = { MALLOC_ARENA_MAX: '2' };

/**
 * @param {string} script relative to the root
 * @param {readonly string[]} parameters
 * @param {{ build?: boolean }} options
 */
export async function runProgram(script, parameters, options = {}) {
  try {
    await prepare(options);
  } catch (error) {
    if (!(error instanceof PreparationFailed)) throw error;
    say(error.message);
    process.exit(1);
  }
  let child = null;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child?.kill(signal));
  // The channel tells the program when we are gone, so that it never stays behind alone.
  const flags = ['--no-warnings=ExperimentalWarning', '--enable-source-maps', ...memoryFlags];
  child = spawn(node, [...flags, script, ...parameters], {
    cwd: root,
    env: { ...memoryEnvironment, ...process.env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  whenNpmIsGone(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    say(`Không chạy được / cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
