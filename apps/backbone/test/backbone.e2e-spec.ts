import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { FacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client } from '../src/verify/client.js';
import { waitForViews } from '../src/verify/post-folder.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

const main = fileURLToPath(new URL('../src/main.js', import.meta.url));
const tokenProgram = fileURLToPath(new URL('../src/cli/token.js', import.meta.url));

let folder: string;
let environment: Record<string, string>;
let servers: OwnServer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backbone-'));
  environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'keys', 'k.json'), OIDC_ISSUER: '' };
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  rmSync(folder, { recursive: true, force: true });
});

async function start(...parameters: string[]): Promise<OwnServer> {
  const server = await startServer(environment, ['--empty', ...parameters]);
  servers.push(server);
  return server;
}

/** Runs a program to its end. */
async function run(program: string, parameters: readonly string[] = [], changes: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--no-warnings', program, ...parameters], {
    env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', PORT: '0', ...environment, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}

const clientOf = ({ origin }: OwnServer): Client =>
  new Client(origin, new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? '')));
const visit = (episode: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(
    JSON.stringify({
      command: 'record-visit',
      person: {
        name: 'Nông Thị Thử Nghiệm',
        sex: 'female',
        birthDate: '1961-05-11',
        identifiers: [{ system: 'national-id', value: '008161000001' }],
      },
      visit: { episode, start: '2026-10-05T08:30:00+07:00', diagnoses: [{ code: 'I10', role: 'main' }] },
    }),
  );
const station = { kind: 'station', facility: '08Z11' as FacilityCode } as const;

const sendVisit = (server: OwnServer, episode: string): Promise<number> =>
  clientOf(server).send(visit(episode), station, 'application/json');

describe('the backbone', () => {
  it('says what it runs on, where it is, hands out tokens, and is ready', async () => {
    const server = await start();
    expect(server.output()).toMatch(/ENGINES\s+embedded/);
    expect(server.output()).toContain(`DATA_DIR      ${join(folder, 'data')}`);
    const tokens = [...server.output().matchAll(/^ {4}(eyJ[\w.-]+)$/gm)].map(([, token = '']) => decodeJwt(token));
    expect(tokens.map(({ kind }) => kind)).toEqual(['station', 'hospital', 'clinician', 'province', 'operator']);
    expect(server.output()).toContain(`${server.origin}/login#token=eyJ`);
    expect((await fetch(`${server.origin}/health/ready`)).status).toBe(200);
    expect(statSync(join(folder, 'keys', 'k.json')).mode & 0o777).toBe(0o600);
    for (const name of readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' })) {
      expect([name, statSync(join(folder, 'data', name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('goes on with the same data after a clean stop, and after it was killed', async () => {
    const first = await start();
    expect(await sendVisit(first, 'E1')).toBe(201);
    expect(await first.stop()).toBe(0);

    const second = await start();
    expect(await sendVisit(second, 'E1')).toBe(200);
    expect(await sendVisit(second, 'E2')).toBe(201);
    await second.stop('SIGKILL');

    const third = await start();
    expect([await sendVisit(third, 'E1'), await sendVisit(third, 'E2'), await sendVisit(third, 'E3')]).toEqual([
      200, 200, 201,
    ]);
    await waitForViews(clientOf(third), 10_000);
    const { items } = await clientOf(third).get<{ items: unknown[] }>('/intake/receipts', station);
    expect(items).toHaveLength(3);
  });

  it('stops at SIGTERM in order, though somebody follows a stream and somebody holds a connection', async () => {
    const server = await start();
    const token = await new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? '')).issue({ ...station, hours: 1 });
    const stream = await fetch(`${server.origin}/referrals/feed`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const began = Date.now();
    const [code] = await Promise.all([server.stop(), stream.text()]);
    expect(code).toBe(0);
    expect(Date.now() - began).toBeLessThan(4_000);
  });

  it('finishes a request that is under way when it is told to stop', async () => {
    const server = await start();
    const token = await new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? '')).issue({ ...station, hours: 1 });
    const body = visit('E1');
    const half = body.length / 2;
    const answer = fetch(`${server.origin}/intake/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      duplex: 'half',
      body: new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(body.slice(0, half));
          await new Promise((resolve) => setTimeout(resolve, 300));
          const stopped = server.stop();
          await new Promise((resolve) => setTimeout(resolve, 300));
          controller.enqueue(body.slice(half));
          controller.close();
          expect(await stopped).toBe(0);
        },
      }),
    });
    expect((await answer).status).toBe(201);
  });

  it('stops when whoever started it is gone', async () => {
    const server = await start();
    const gone = once(server.process, 'exit');
    server.process.disconnect();
    expect(await gone).toEqual([0, null]);
  });

  it('writes a log of JSON lines to standard error without anything personal', async () => {
    const secrets = environment['SECRETS_FILE'] ?? '';
    environment['LOG_LEVEL'] = 'debug';
    const server = await start();
    await sendVisit(server, 'E1');
    await fetch(`${server.origin}/fhir/Patient?name=Nông&identifier=008161000001`);
    await server.stop();
    const lines = server.errors().trim().split('\n');
    expect(lines.map((line) => typeof JSON.parse(line))).toEqual(lines.map(() => 'object'));
    expect(lines.some((line) => line.includes('"route":"/intake/messages","status":201'))).toBe(true);
    expect(server.errors()).not.toMatch(/Nông|Thử Nghiệm|008161000001|eyJ/);
    expect(server.errors()).not.toContain(
      openSecrets(secrets).signingKey.private.export({ format: 'pem', type: 'pkcs8' }).toString().split('\n')[1],
    );
  });
});

describe('the first start', () => {
  const firstStart = async (): Promise<OwnServer> => {
    const server = await startServer(environment);
    servers.push(server);
    return server;
  };
  const receipts = async (server: OwnServer): Promise<number> => {
    await waitForViews(clientOf(server), 10_000);
    const page = await clientOf(server).get<{ items: unknown[] }>('/intake/receipts?limit=1000', station);
    return page.items.length;
  };

  it('loads the samples with its progress shown, has a resident to be, and the second does not load again', async () => {
    const first = await firstStart();
    expect(first.output()).toMatch(/synthetic samples \[█{30}\] 104\/104\n[^]*ready http/);
    expect(first.output()).toMatch(/resident · [0-9a-f-]{36}/);
    const figures = await clientOf(first).get<{ indicators: { code: string; numerator: number }[] }>(
      '/statistics/indicators?place=08&period=all',
      { kind: 'province' },
    );
    expect(figures.indicators.find(({ code }) => code === 'visits')?.numerator).toBe(71);
    const taken = await receipts(first);
    expect(taken).toBeGreaterThan(5);
    await first.stop();

    const second = await firstStart();
    expect(second.output()).not.toContain('samples');
    expect(await receipts(second)).toBe(taken);
  });

  it('that is cut off in the middle of the samples is finished by the next', async () => {
    const child = spawn(process.execPath, ['--no-warnings', main], {
      env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of child.stdout.setEncoding('utf8')) if (String(line).includes('26/104')) break;
    child.kill('SIGKILL');
    const next = await firstStart();
    expect(next.output()).toContain('104/104');
    const figures = await clientOf(next).get<{ indicators: { code: string; numerator: number }[] }>(
      '/statistics/indicators?place=08&period=all',
      { kind: 'province' },
    );
    expect(figures.indicators.find(({ code }) => code === 'visits')?.numerator).toBe(71);
  });

  it('of an empty province stays empty', async () => {
    await (await start()).stop();
    const later = await firstStart();
    expect(later.output()).not.toContain('samples');
    expect(await receipts(later)).toBe(0);
  });
});

describe('a start that cannot succeed', () => {
  const clear = (outcome: { code: number | null; err: string; out: string }, ...words: string[]): void => {
    expect(outcome.code).toBe(1);
    for (const word of words) expect(outcome.err).toContain(word);
    expect(outcome.err).not.toMatch(/^\s+at /m);
    expect(outcome.out).not.toContain('ready ');
  };

  it('names a port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const outcome = await run(main, ['--empty'], { PORT: String(port) });
    clear(outcome, `Cổng ${port} đang được dùng`, `Port ${port} is in use`);
    taken.close();
  });

  it('names a wrong setting', async () => {
    clear(await run(main, [], { PORT: 'abc', LOG_LEVEL: 'loud' }), 'PORT: ', 'LOG_LEVEL: ', '0–65535', 'Cấu hình sai');
  });

  it('names a data folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    clear(await run(main, [], { DATA_DIR: join(folder, 'file', 'data') }), 'DATA_DIR', 'Không ghi được');
  });

  it('names a damaged key file, and leaves it as it is', async () => {
    const file = join(folder, 'k.json');
    writeFileSync(file, '{ "version": 1', { mode: 0o600 });
    clear(await run(main, [], { SECRETS_FILE: file }), file, 'Không đọc được tệp khóa');
    expect(readFileSync(file, 'utf8')).toBe('{ "version": 1');
  });

  it('refuses data that was made with other keys', async () => {
    await (await start()).stop();
    clear(
      await run(main, ['--empty'], { SECRETS_FILE: join(folder, 'other', 'k.json') }),
      'SECRETS_FILE',
      'made with other keys',
    );
  });

  it('refuses data that another process has open', async () => {
    await start();
    clear(await run(main, ['--empty']), 'DATA_DIR', 'Another process');
  });

  it('names a wrong table of facilities by file and row', async () => {
    const table = join(folder, 'own.tsv');
    writeFileSync(table, 'code\tname\tkind\tcare_level\tprovince_code\trefers_to\nX\tx\tother\tbasic\t08\t\n');
    clear(await run(main, ['--empty', '--facilities', table]), `${table}, row 1: code`);
  });

  it('shows how it is called, when asked and when called wrongly', async () => {
    expect(await run(main, ['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--facilities') });
    expect(await run(main, ['--emtpy'])).toMatchObject({ code: 2, err: expect.stringContaining('--facilities') });
  });
});

describe('the token command', () => {
  it('works before the server ever ran, and its token is accepted later', async () => {
    const { code, out, err } = await run(tokenProgram, ['--as', 'operator', '--hours', '1']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const server = await start();
    const answer = await fetch(`${server.origin}/views`, { headers: { authorization: `Bearer ${out.trim()}` } });
    expect(answer.status).toBe(200);
    const another = await run(tokenProgram, ['--as', 'station', '--facility', '08Z11']);
    expect(
      (await fetch(`${server.origin}/views`, { headers: { authorization: `Bearer ${another.out.trim()}` } })).status,
    ).toBe(403);
  });

  it('says on standard error what was wrong, in both languages, and prints no token', async () => {
    const { code, out, err } = await run(tokenProgram, ['--as', 'station']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--facility: bắt buộc với station');
    expect(err).toContain('--facility: needed for station');
  });
});
