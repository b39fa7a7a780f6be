import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { secretsOf } from '#service/secrets-of.js';
import { startServer } from '../verify/own-server.js';
import { ViewsClient } from './views-client.js';

export interface FoundServer extends AsyncDisposable {
  readonly client: ViewsClient;
  /** Started for this command, and stopped after it. */
  readonly own: boolean;
}

const patienceMs = 3_000;

/**
 * The server that has the views: the one given, the one that listens where the configuration says, or else one that is started for
 * this command alone, on a free port of this machine. That one holds the same locks as any server: two never write the same views.
 * @throws SetupError
 */
export async function findServer(configuration: Configuration, given: string | undefined): Promise<FoundServer> {
  const { host, port, engines, dataDir } = configuration;
  const issuer = new TokenIssuer(secretsOf(configuration));
  const running = given ?? `http://${reachable(host)}:${port}`;
  if (given !== undefined || (await answers(running))) {
    return { client: new ViewsClient(running, issuer), own: false, [Symbol.asyncDispose]: async () => undefined };
  }
  if (engines === 'embedded' && !existsSync(join(dataDir, 'events.sqlite'))) {
    throw new SetupError({
      vi: `Không có máy chủ tại ${running} và không có nhật ký trong DATA_DIR ${dataDir}`,
      en: `There is no server at ${running}, and no log in DATA_DIR ${dataDir}`,
    });
  }
  const server = await startServer({ HOST: '127.0.0.1' }, ['--empty', '--no-tokens']).catch((error: unknown) => {
    throw new SetupError(
      {
        vi: `Không có máy chủ tại ${running} và không tự mở được các khung nhìn. Nếu máy chủ ở nơi khác: --server URL`,
        en: `There is no server at ${running}, and the views cannot be opened without one. If it is elsewhere: --server URL\n${reasonIn(error)}`,
      },
      { cause: error },
    );
  });
  return {
    client: new ViewsClient(server.origin, issuer),
    own: true,
    [Symbol.asyncDispose]: async () => void (await server.stop()),
  };
}

async function answers(origin: string): Promise<boolean> {
  try {
    const { ok } = await fetch(new URL('/health/live', origin), { signal: AbortSignal.timeout(patienceMs) });
    return ok;
  } catch {
    return false;
  }
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

const reasonIn = (error: unknown): string => (error instanceof Error ? error.message : '');
