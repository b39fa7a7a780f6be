import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommuneModule } from '#apps/commune/src/commune.module.js';
import { DistrictModule } from '#apps/district/src/district.module.js';
import { ProvinceModule } from '#apps/province/src/province.module.js';
import { RecordModule } from '#apps/record/src/record.module.js';
import { documentsOf, isHere, run, textOf } from './deploy-files.js';

const modules = { commune: CommuneModule, record: RecordModule, district: DistrictModule, province: ProvinceModule };
type ServiceName = keyof typeof modules;
const names = Object.keys(modules) as readonly ServiceName[];

/** First parts of the paths that a service's own controllers serve, as the framework knows them. */
function pathsOf(name: ServiceName): readonly string[] {
  const controllers = Reflect.getMetadata('controllers', modules[name]) as readonly (abstract new () => unknown)[];
  return controllers.flatMap((controller) => {
    const path = Reflect.getMetadata('path', controller) as string;
    if (path !== '/') return [`/${path.split('/')[0]}`];
    // A controller of the root: its own routes.
    const prototype = controller.prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((method) => {
      const route: unknown =
        method === 'constructor' ? undefined : Reflect.getMetadata('path', prototype[method] ?? {});
      return typeof route === 'string' ? [`/${route.split('/').find((part) => part !== '') ?? ''}`] : [];
    });
  });
}

const served = names.flatMap((name) => [...new Set(pathsOf(name))].map((path) => [path, name] as const));

describe('the paths of one origin', () => {
  it('are known of every service', () => {
    expect(served.filter(([, name]) => name === 'commune').length).toBeGreaterThan(2);
    for (const name of names) expect(served.map(([, of]) => of)).toContain(name);
    expect(served).toContainEqual(['/', 'province']);
  });

  it.each(served)('%s goes to %s in Kubernetes', (path, name) => {
    const [ingress] = documentsOf(textOf('deploy/kubernetes/overlays/province/ingress.yaml')) as readonly {
      spec: {
        rules: readonly { http: { paths: readonly { path: string; backend: { service: { name: string } } }[] } }[];
      };
    }[];
    const rules = ingress?.spec.rules[0]?.http.paths ?? [];
    // Ingress: the longest prefix, part by part.
    const fitting = rules.filter((rule) => rule.path === '/' || path === rule.path || path.startsWith(`${rule.path}/`));
    const [longest] = fitting.toSorted((a, b) => b.path.length - a.path.length);
    expect(longest?.backend.service.name).toBe(`${name}-service`);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

const here = isHere('nginx', 'the entry') && isHere('openssl', 'the entry');

(here ? describe : describe.skip)('the entry of compose, on a real nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entry-'));
  const servers: Server[] = [];
  let nginx: ChildProcess;
  // Nobody else can have taken it meanwhile, as a port.
  const socketPath = join(folder, 'entry.sock');
  const errorLog = join(folder, 'errors');

  beforeAll(async () => {
    let services = textOf('deploy/compose/entry/services.conf');
    let main = textOf('deploy/compose/entry/nginx.conf');
    for (const name of [...names, 'keycloak', 'grafana']) {
      const server = createServer((incoming, answer) => void answerAs(name, incoming, answer));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      services = services.replaceAll(new RegExp(`\\b${name}:\\d+`, 'g'), address);
      main = main.replaceAll(new RegExp(`\\b${name}:\\d+`, 'g'), address);
    }
    const certificate = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=lien-tuyen.localhost',
    ];
    run('openssl', [...certificate, '-keyout', join(folder, 'entry.key'), '-out', join(folder, 'entry.crt')]);
    writeFileSync(join(folder, 'services.conf'), services);
    // The same file at other places; HTTP/2 is a directive of its own from nginx 1.25 on. Our standard error may be a socket, which
    // cannot be opened by its name.
    main = main
      .replaceAll(/\/(etc\/nginx\/entry|certificate|tmp)\//g, `${folder}/`)
      .replace('listen 8443 ssl', `listen unix:${socketPath} ssl`)
      .replace('listen 8080', `listen unix:${join(folder, 'live.sock')}`)
      .replace('/dev/stderr', errorLog)
      .replace('        http2 on;\n', '');
    writeFileSync(join(folder, 'nginx.conf'), main);
    nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder, '-g', 'daemon off;'], { stdio: 'inherit' });
    while ((await ask('GET', '/').catch(() => undefined)) === undefined) {
      if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
      await sleep(50);
    }
  }, 60_000);

  afterAll(async () => {
    if (nginx.exitCode === null) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  /** Says who was asked what, and how. */
  async function answerAs(name: string, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (incoming.url?.endsWith('/stream') === true) {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write('data: first\n\n');
      return;
    }
    let bytes = 0;
    for await (const chunk of incoming) bytes += (chunk as Buffer).length;
    const { host, 'x-forwarded-proto': proto, 'x-forwarded-for': from } = incoming.headers;
    answer.end(JSON.stringify({ name, url: incoming.url, bytes, host, proto, from }));
  }

  function open(
    method: string,
    path: string,
    body?: Buffer,
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath,
        method,
        path,
        rejectUnauthorized: false,
        headers: { host: 'lien-tuyen.localhost:8443', ...headers },
      });
      outgoing.on('response', resolve).on('error', reject).end(body);
    });
  }

  async function ask(
    method: string,
    path: string,
    body?: Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const incoming = await open(method, path, body, headers);
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    return { status: incoming.statusCode, headers: incoming.headers, text };
  }

  it.each(served)('sends %s and what is below it to %s', async (path, name) => {
    for (const url of [path, `${path === '/' ? '/dashboard' : path}/below?of=somebody`]) {
      const { text } = await ask('GET', url);
      expect(JSON.parse(text)).toMatchObject({ name, url });
    }
  });

  it('does not take a path for another that only begins alike', async () => {
    expect(JSON.parse((await ask('GET', '/fhirs')).text)).toMatchObject({ name: 'province' });
    expect(JSON.parse((await ask('GET', '/auth/realms/lien-tuyen/protocol/openid-connect/certs')).text)).toMatchObject({
      name: 'keycloak',
    });
    expect(JSON.parse((await ask('GET', '/grafana/')).text)).toMatchObject({ name: 'grafana' });
  });

  it.each([
    '/metrics',
    '/views',
    '/health',
    '/health/ready',
    '/auth/admin/',
    '/auth/realms/master/account',
    '/auth/metrics',
  ])('keeps %s to those on the inside', async (path) => {
    const { status, text } = await ask('GET', path);
    expect(status).toBe(404);
    expect(text).not.toContain('"name"');
  });

  it('tells the service where it was asked, and does not believe what callers say of themselves', async () => {
    const { text, headers } = await ask('GET', '/fhir/metadata', undefined, {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'http',
    });
    expect(JSON.parse(text)).toMatchObject({ host: 'lien-tuyen.localhost:8443', proto: 'https', from: 'unix:' });
    expect(headers['strict-transport-security']).toContain('max-age=');
  });

  it('passes large messages, and event streams as they are written', async () => {
    const { text } = await ask('POST', '/intake/messages', Buffer.alloc(30 * 1024 * 1024));
    expect(JSON.parse(text)).toMatchObject({ name: 'commune', bytes: 30 * 1024 * 1024 });
    const stream = await open('GET', '/statistics/stream');
    const [first] = (await once(stream, 'data')) as [Buffer];
    expect(String(first)).toBe('data: first\n\n');
    stream.destroy();
  });

  it("writes down nobody's address, not even where a service is away", async () => {
    const grafana = servers.at(-1);
    grafana?.closeAllConnections();
    await new Promise((resolve) => grafana?.close(resolve));
    expect((await ask('GET', '/grafana/d/lien-tuyen?of=somebody')).status).toBe(502);
    const written = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(conf|crt|key)$/.test(entry.name))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
    expect(written.filter((text) => /somebody|fhir|127\.0\.0\.1/.test(text))).toEqual([]);
  });
});
