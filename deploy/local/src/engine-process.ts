import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** An engine cannot run on this machine; the message says what is missing. */
export class EngineMissing extends Error {
  override readonly name = 'EngineMissing';
}

/** One server process that listens on the loopback interface and can be stopped, killed and started again on the same data. */
export class EngineProcess {
  #process: ChildProcess | undefined;
  readonly #endWithUs = (): void => void this.#process?.kill('SIGKILL');

  constructor(
    private readonly command: {
      readonly program: string;
      readonly parameters: readonly string[];
      readonly environment?: NodeJS.ProcessEnv;
      readonly uid?: number;
      readonly gid?: number;
      readonly port: number;
      /** Gets what the server prints. */
      readonly logFile: string;
      /** SIGTERM, unless the server has a signal of its own for ending quickly and orderly. */
      readonly stopSignal?: NodeJS.Signals;
    },
  ) {}

  /** Resolves when the port answers. @throws Error when the server ended before, with where it printed why */
  async start(withinMs = 60_000): Promise<void> {
    const { program, parameters, environment, uid, gid, port, logFile } = this.command;
    const log = openSync(logFile, 'a');
    const started = spawn(program, parameters, {
      stdio: ['ignore', log, log],
      env: environment ?? process.env,
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    this.#process = started;
    process.once('exit', this.#endWithUs);
    let failure: string | undefined;
    started.once('error', (error) => (failure = error.message));
    started.once('exit', (code, signal) => (failure ??= `ended with ${code ?? signal}`));
    for (const end = Date.now() + withinMs; !(await answers(port)); await pause(50)) {
      if (failure === undefined && Date.now() < end) continue;
      this.#endWithUs();
      throw new Error(`${program} ${failure ?? `does not answer on port ${port}`}; see ${logFile}`);
    }
  }

  /** Of the running server. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Ends the server in order. */
  stop(): Promise<void> {
    return this.#end(this.command.stopSignal ?? 'SIGTERM');
  }

  /** Ends the server as a power cut would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Holds the server's processing without ending it; `SIGCONT` lets it go on. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    process.off('exit', this.#endWithUs);
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    const patience = setTimeout(() => ending.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(patience);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const told = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => told(true));
    socket.once('error', () => told(false));
  });
}
