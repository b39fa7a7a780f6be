import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { EngineMissing, EngineProcess } from './engine-process.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const debianFolder = '/usr/lib/postgresql';
const user = 'lien_tuyen';
/** SQLSTATE of a server that is starting. */
const cannotConnectNow = '57P03';

export interface PostgresServer {
  /** `postgres://…`, as DATABASE_URL takes it. */
  readonly url: string;
  readonly process: EngineProcess;
}

/**
 * Starts a PostgreSQL server of its own on the loopback interface, from the binaries on this machine, with a password made for
 * it. For development and tests; it writes as durably as a real one.
 * @param folder of its data; what is there already is gone on with
 * @throws EngineMissing when no PostgreSQL server is installed
 */
export async function startPostgresServer(folder: string): Promise<PostgresServer> {
  const binaries = findBinaries();
  const owner = serverUser();
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data');
  const secret = join(folder, 'password');
  if (owner) chownSync(folder, owner.uid, owner.gid);
  if (!existsSync(secret)) writeFileSync(secret, randomUUID(), { mode: 0o600 });
  if (owner) chownSync(secret, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    await run(
      join(binaries, 'initdb'),
      ['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8', '--locale=C.UTF-8'],
      { ...owner, cwd: folder },
    );
  }
  const port = await freePort();
  const logFile = join(folder, 'server.log');
  const server = new EngineProcess({
    program: join(binaries, 'postgres'),
    parameters: ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ...owner,
    port,
    logFile,
    // Fast shutdown: running statements are ended.
    stopSignal: 'SIGINT',
  });
  await server.start();
  const url = `postgres://${user}:${readFileSync(secret, 'utf8')}@127.0.0.1:${port}/postgres`;
  await untilReady(url);
  return { url, process: server };
}

/** The port answers before the server does: what it was left with is looked through first. */
async function untilReady(url: string): Promise<void> {
  for (const end = Date.now() + 60_000; ; await pause(50)) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== cannotConnectNow || Date.now() > end) throw error;
    }
  }
}

/** PostgreSQL refuses to run as root: it then runs as the user its package made, else as nobody. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const number = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: number('-u'), gid: number('-g') };
    } catch {
      // No such user.
    }
  }
  throw new EngineMissing('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as');
}

function findBinaries(): string {
  const given = process.env['POSTGRES_BIN'];
  const installed = existsSync(debianFolder)
    ? readdirSync(debianFolder)
        .toSorted((a, b) => Number(b) - Number(a))
        .map((version) => join(debianFolder, version, 'bin'))
    : [];
  const places = [...(given ? [given] : []), ...installed, ...(process.env['PATH'] ?? '').split(':')];
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
  if (found === undefined)
    throw new EngineMissing('No PostgreSQL server is installed (package "postgresql", or POSTGRES_BIN)');
  return found;
}
