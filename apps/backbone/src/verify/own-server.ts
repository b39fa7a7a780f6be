import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const backbone = fileURLToPath(new URL('../main.js', import.meta.url));

export interface OwnServer {
  readonly origin: string;
  readonly process: ChildProcess;
  /** What it has said so far on standard output and on standard error. */
  output(): string;
  errors(): string;
  /** SIGTERM, or another signal; resolves to the exit code when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the backbone, or another program of ours, as a process of its own and waits for its line `ready http://…`.
 * @throws Error with what it said when it ends before
 */
export async function startServer(
  environment: Readonly<Record<string, string>>,
  parameters: readonly string[] = [],
  program: string = backbone,
): Promise<OwnServer> {
  // As `npm start` runs it.
  const flags = ['--no-warnings=ExperimentalWarning', '--max-semi-space-size=8'];
  const child = spawn(process.execPath, [...flags, program, ...parameters], {
    env: { MALLOC_ARENA_MAX: '2', ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exit = once(child, 'exit') as Promise<[code: number | null]>;
  let said = '';
  let complained = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    said += `${line}\n`;
    if (line.startsWith('ready ')) ready.resolve(line.slice('ready '.length));
  });
  const origin = await Promise.race([
    ready.promise,
    exit.then(([code]) => {
      throw new Error(`The server ended with ${code} before it was ready\n${said}${complained}`);
    }),
  ]);
  return {
    origin,
    process: child,
    output: () => said,
    errors: () => complained,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
}
