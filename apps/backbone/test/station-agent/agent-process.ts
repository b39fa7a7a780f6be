import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** By its path: an app does not import another one. */
const program = fileURLToPath(new URL('../../../station-agent/src/main.js', import.meta.url));

/** A station agent as a process of its own, which can be killed and started again. */
export class AgentProcess {
  #child: ChildProcess | undefined;
  #said = '';

  constructor(private readonly parameters: readonly string[]) {}

  /** Everything that all runs have said. */
  get said(): string {
    return this.#said;
  }

  start(...more: readonly string[]): void {
    const child = spawn(
      process.execPath,
      ['--no-warnings=ExperimentalWarning', program, ...this.parameters, '--page', 'off', ...more],
      { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    }
    this.#child = child;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child?.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }
}
