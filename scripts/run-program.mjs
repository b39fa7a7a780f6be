// Runs a program of the product on its own Node, and is transparent: arguments, standard streams, signals and exit code pass through.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { node, prepare, PreparationFailed, root, say } from './prepare.mjs';

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
  child = spawn(node, ['--no-warnings=ExperimentalWarning', '--enable-source-maps', script, ...parameters], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', (error) => {
    say(`Không chạy được / cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
