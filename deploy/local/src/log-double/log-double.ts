import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineProcess } from '../engine-process.js';
import { freePort } from '../free-port.js';

export interface LogDouble {
  /** As EVENTSTORE_URL takes it. */
  readonly url: string;
  readonly process: EngineProcess;
}

/**
 * Starts what stands in for EventStoreDB where there is none: it speaks its protocol, several processes can share it, and
 * everything in it is gone with it. For development and tests only.
 * @param folder of what it prints
 */
export async function startLogDouble(folder: string): Promise<LogDouble> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const double = new EngineProcess({
    program: process.execPath,
    parameters: ['--no-warnings', fileURLToPath(new URL('log-double-process.js', import.meta.url)), String(port)],
    environment: { ...process.env, NODE_OPTIONS: '' },
    port,
    logFile: join(folder, 'log-double.log'),
  });
  await double.start();
  return { url: `esdb://127.0.0.1:${port}?tls=false`, process: double };
}
