import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsInt, IsString } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityCode } from '#domain/ids.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import { EventStoreUnavailable } from '#event-store/errors.js';
import { type Configuration, readConfiguration } from '#platform/configuration.js';
import { RawBody } from '#platform/http/body-parsers.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { Problem } from '#platform/http/problem.js';
import { createLogger } from '#platform/logging.js';
import { observeViews } from '#platform/operations/view-metrics.js';
import { PlatformModule } from '#platform/platform.module.js';
import { DatabaseUnavailable } from '#projections/postgres/faults.js';
import type { ViewStatus } from '#projections/projection.js';
import { ViewBeingBuilt } from '#projections/view-host.js';
import { CurrentCaller, Public, RequireScope } from '#security/http/access.js';
import type { Caller } from '#security/caller.js';
import { refuseAnonymousBodies } from '#security/http/anonymous-bodies.js';
import { openSecrets } from '#security/secrets.js';
import { SecurityModule, tokenVerifier } from '#security/security.module.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { logAt, viewsWith } from './doubles.js';
import { memoryAudit } from '../../security/test/memory-audit.js';

class Note {
  @IsString() title!: string;
  @IsInt() count!: number;
}

@Controller('notes')
class NotesController {
  @RequireScope('record.read') @Get('of/:resident') read(
    @CurrentCaller() caller: Caller,
    @Param('resident') id: string,
  ): object {
    if (id === 'teapot')
      throw new Problem(418, 'teapot', { vi: 'Ấm trà', en: 'Teapot' }, { extensions: { size: 2, status: 'short' } });
    if (id === 'broken') throw new Error('password is "hunter2"');
    if (id === 'no-log') throw new EventStoreUnavailable('no server at es1');
    if (id === 'no-database') throw new DatabaseUnavailable('57P01');
    return { actor: caller.actor };
  }
  @RequireScope('record.read') @Post() write(@Body() note: Note): Note {
    return note;
  }
  @RequireScope('intake.write') @RawBody(512 * 1024) @Post('raw') raw(@Body() body: unknown): object {
    return { bytes: Buffer.isBuffer(body) ? body.toString() : 'not a buffer' };
  }
  @Public() @Post('public') form(@Body() body: unknown): unknown {
    return body;
  }
  @Public() @Get('being-built') beingBuilt(): never {
    throw new ViewBeingBuilt('notes', building);
  }
  @Get('forgotten') forgotten(): string {
    return 'never seen';
  }
  @Public() @Get('broken-stream') stream(@Res() reply: FastifyReply): void {
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: 1\n\n');
    throw new Error('in the middle');
  }
}

const building = {
  version: 2,
  reason: 'version',
  position: 40,
  logPosition: 100,
  perSecond: 4.7,
  secondsLeft: 12.8,
  setAside: 0,
  failing: false,
} as const;

@Module({ controllers: [NotesController] })
class NotesModule {}

@Module({})
class TestApplication {}

let folder: string;
let application: NestFastifyApplication;
let origin: string;
let log: string[];
let issuer: TokenIssuer;
let stopping: AbortController;
let headOfLog: () => Promise<number>;
const liveView: ViewStatus = {
  name: 'record',
  version: 1,
  generation: 1,
  position: 7,
  logPosition: 7,
  delayMs: 0,
  setAside: 0,
  state: 'live',
};
let views: ViewStatus[];
let configuration: Configuration;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'platform-'));
  log = [];
  headOfLog = async () => 7;
  views = [liveView];
  stopping = new AbortController();
  configuration = readConfiguration({ DATA_DIR: folder, SECRETS_FILE: `${folder}-keys/k.json`, BODY_LIMIT: '280KiB' });
  const secrets = openSecrets(configuration.secretsFile);
  issuer = new TokenIssuer(secrets);
  const logger = createLogger({ logLevel: 'info' }, { write: (line) => void log.push(line) });
  const metrics = new Registry();
  const parts = {
    configuration,
    secrets,
    logger,
    metrics,
    events: logAt(() => headOfLog()),
    views: { ...viewsWith([]), statuses: async () => views },
    facilities: new FacilityRegister(),
    places: new PlaceRegister([]),
    stopping: stopping.signal,
  };
  observeViews(metrics, parts.events, parts.views);
  application = await createHttpApplication(
    {
      module: TestApplication,
      imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(memoryAudit().trail), NotesModule],
    },
    {
      configuration,
      logger,
      metrics,
      prepare: (server) => refuseAnonymousBodies(server, tokenVerifier(configuration, secrets)),
    },
  );
  await application.listen(0, '127.0.0.1');
  origin = await application.getUrl();
});
afterEach(async () => {
  await application.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${folder}-keys`, { recursive: true, force: true });
});

const station = (): Promise<string> => issuer.issue({ kind: 'station', facility: '08Z11' as FacilityCode, hours: 1 });
const operator = (): Promise<string> => issuer.issue({ kind: 'operator', hours: 1 });
const bearer = async (token: Promise<string>): Promise<{ authorization: string }> => ({
  authorization: `Bearer ${await token}`,
});
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(origin + path, { redirect: 'manual', ...init });
const problem = async (answer: Response): Promise<Record<string, unknown>> => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return (await answer.json()) as Record<string, unknown>;
};

describe('an address that is no address', () => {
  it('is a problem document like any other, and repeats nothing of it', async () => {
    const answer = await ask('/notes/of/%');
    expect(answer.status).toBe(400);
    const document = await problem(answer);
    expect(document).toMatchObject({ type: 'urn:lien-tuyen:problem:bad-request', status: 400 });
    expect(JSON.stringify(document)).not.toContain('/notes');
  });
});

describe('access', () => {
  it('needs a token: none is 401 and says how, a wrong one says why', async () => {
    const none = await ask('/notes/of/x');
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="lien-tuyen"');
    expect(await problem(none)).toMatchObject({
      type: 'urn:lien-tuyen:problem:unauthorised',
      title: 'Cần mã truy cập hợp lệ',
      status: 401,
      en: { title: 'A valid token is needed' },
    });
    const wrong = await ask('/notes/of/x', { headers: { authorization: 'Bearer a.b.c' } });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await problem(wrong)).toMatchObject({ fault: 'malformed' });
    expect((await ask('/notes/of/x', { headers: { authorization: 'Basic eDp5' } })).status).toBe(401);
  });

  it('lets a token with the scope in, and another not', async () => {
    const allowed = await ask('/notes/of/x', { headers: await bearer(station()) });
    expect([allowed.status, await allowed.json()]).toEqual([200, { actor: 'station:08Z11' }]);
    const refused = await ask('/notes/of/x', { headers: await bearer(operator()) });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
    expect(await problem(refused)).toMatchObject({ scope: 'record.read' });
  });

  it('is closed to everybody on a route that says nothing of it', async () => {
    expect((await ask('/notes/forgotten')).status).toBe(401);
    expect((await ask('/notes/forgotten', { headers: await bearer(operator()) })).status).toBe(403);
  });

  it('takes a session cookie, but for changes only from a page of our own', async () => {
    const cookie = `theme=dark; lt_session=${await station()}`;
    expect((await ask('/notes/of/x', { headers: { cookie } })).status).toBe(200);
    const write = (headers: Record<string, string>): Promise<Response> =>
      ask('/notes', {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: '{"title":"a","count":1}',
      });
    expect((await write({})).status).toBe(403);
    expect((await write({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await write({ 'sec-fetch-site': 'same-site', origin })).status).toBe(403);
    expect((await write({ origin })).status).toBe(201);
    expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it('sends a browser without a session to the login page, and back to where it wanted to go', async () => {
    const answer = await ask('/notes/of/x?tab=2', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/login?next=%2Fnotes%2Fof%2Fx%3Ftab%3D2']);
  });

  it('refuses a large body of an unknown sender before reading it', async () => {
    const body = 'x'.repeat(100_000);
    expect(
      (
        await ask('/notes/public', {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(401);
    expect(
      (
        await ask('/notes/raw', {
          method: 'POST',
          body,
          headers: { ...(await bearer(station())), 'content-type': 'text/plain' },
        })
      ).status,
    ).toBe(201);
  });

  it('publishes the key for others to check tokens', async () => {
    const answer = await ask('/.well-known/jwks.json');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(await issuer.keySet());
  });
});

describe('errors', () => {
  it('of a use case are answered as it says', async () => {
    const answer = await ask('/notes/of/teapot', { headers: await bearer(station()) });
    expect(answer.status).toBe(418);
    expect(await problem(answer)).toEqual({
      type: 'urn:lien-tuyen:problem:teapot',
      title: 'Ấm trà',
      status: 418,
      en: { title: 'Teapot' },
      size: 2,
    });
  });

  it.each(['no-log', 'no-database'])('asks to come back when a server behind it is away (%s)', async (which) => {
    const answer = await ask(`/notes/of/${which}`, { headers: await bearer(station()) });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ type: 'urn:lien-tuyen:problem:unavailable', status: 503 });
    expect(text).not.toMatch(/es1|57P01/);
  });

  it('that nobody foresaw tell their correlation id and nothing else; the log knows more, but no secret', async () => {
    const answer = await ask('/notes/of/broken', { headers: await bearer(station()) });
    expect(answer.status).toBe(500);
    const correlationId = answer.headers.get('x-correlation-id');
    expect(await problem(answer)).toEqual({
      type: 'urn:lien-tuyen:problem:internal',
      title: 'Lỗi trong hệ thống',
      status: 500,
      en: { title: 'Something went wrong inside' },
      correlationId,
    });
    const line = log.find((text) => text.includes('request failed')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', correlationId, error: { name: 'Error' } });
    expect(line).not.toContain('hunter2');
  });

  it('in fields are listed by path', async () => {
    const headers = { ...(await bearer(station())), 'content-type': 'application/json' };
    const answer = await ask('/notes', { method: 'POST', headers, body: '{"title":1,"count":"2","extra":true}' });
    expect(answer.status).toBe(400);
    const { errors } = (await problem(answer)) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).toSorted()).toEqual(['count', 'extra', 'title']);
  });

  it.each([
    ['an unknown address', 404, '/nowhere', {}],
    ['a broken body', 400, '/notes', { body: '{"title": "Nguyễn', type: 'application/json' }],
    [
      'a body nested too deeply',
      400,
      '/notes',
      { body: `{"title":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, type: 'application/json' },
    ],
    [
      'a body that would poison an object',
      400,
      '/notes',
      { body: '{"__proto__": {"a": 1}}', type: 'application/json' },
    ],
    ['an unknown type of body', 415, '/notes', { body: 'x', type: 'image/png' }],
    ['a body over the limit', 413, '/notes/raw', { body: 'x'.repeat(300_000), type: 'application/xml' }],
    [
      'a body too large for a form',
      413,
      '/notes',
      { body: `{"title":"${'x'.repeat(270_000)}"}`, type: 'application/json' },
    ],
  ])(
    'of %s are answered %i as a problem document',
    async (_, status, path, { body, type }: { body?: string; type?: string }) => {
      const headers = { ...(await bearer(station())), ...(type && { 'content-type': type }) };
      const answer = await ask(path, body === undefined ? { headers } : { method: 'POST', headers, body });
      expect(answer.status).toBe(status);
      const document = await problem(answer);
      expect(document).toMatchObject({ status, title: expect.any(String), en: { title: expect.any(String) } });
      expect(JSON.stringify(document)).not.toContain('Nguyễn');
    },
  );

  it('in the middle of a stream end it', async () => {
    await expect(ask('/notes/broken-stream').then((answer) => answer.text())).rejects.toThrow();
    expect((await ask('/health/live')).status).toBe(200);
  });
});

describe('what is being built', () => {
  it('is not answered as if it were empty: 503, when to ask again, and how far it is', async () => {
    const answer = await ask('/notes/being-built');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '13']);
    expect(await answer.json()).toMatchObject({
      type: 'urn:lien-tuyen:problem:view-being-built',
      title: expect.stringMatching(/./),
      en: { title: expect.stringMatching(/./) },
      view: 'notes',
      build: building,
    });
  });
});

describe('bodies', () => {
  it('larger than a form come where a route asks for them', async () => {
    const headers = { ...(await bearer(station())), 'content-type': 'application/xml' };
    const answer = await ask('/notes/raw', { method: 'POST', headers, body: 'x'.repeat(270_000) });
    expect(answer.status).toBe(201);
  });

  it.each([
    'application/json',
    'application/fhir+json',
    'application/xml',
    'text/xml; charset=utf-8',
    'application/octet-stream',
  ])('of type %s reach a raw route as they were sent', async (type) => {
    const answer = await ask('/notes/raw', {
      method: 'POST',
      headers: { ...(await bearer(station())), 'content-type': type },
      body: '{ "not": json',
    });
    expect([answer.status, await answer.json()]).toEqual([201, { bytes: '{ "not": json' }]);
  });

  it('of forms become an object', async () => {
    const answer = await ask('/notes/public', {
      method: 'POST',
      body: new URLSearchParams({ token: 'a b', next: '/x' }),
    });
    expect(await answer.json()).toEqual({ token: 'a b', next: '/x' });
  });
});

describe('every answer', () => {
  it('forbids framing, sniffing, foreign content and caching', async () => {
    for (const path of ['/health/live', '/nowhere', '/notes/of/x']) {
      const { headers } = await ask(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('carries the correlation id it was given if that is a UUID, else a new one', async () => {
    const given = '0190A1B2-0000-7000-8000-000000000001';
    expect(
      (await ask('/health/live', { headers: { 'x-correlation-id': given } })).headers.get('x-correlation-id'),
    ).toBe(given.toLowerCase());
    expect(
      (await ask('/health/live', { headers: { 'x-correlation-id': 'Nguyen Van A' } })).headers.get('x-correlation-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('leaves one line in the log with the template of its route and nothing of the address', async () => {
    await ask('/notes/of/008199001234?name=Lan', { headers: await bearer(station()) });
    const line = log.find((text) => text.includes('/notes/of/:resident')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/notes/of/:resident',
      status: 200,
      caller: 'station:08Z11',
      msg: 'request',
    });
    expect(log.join()).not.toMatch(/008199001234|Lan|Bearer/);
  });
});

describe('operations', () => {
  it('tell without a token that the process lives and is ready', async () => {
    expect(await (await ask('/health/live')).json()).toEqual({ status: 'live' });
    for (const path of ['/health', '/health/ready']) {
      const answer = await ask(path);
      expect([answer.status, await answer.json()]).toEqual([
        200,
        {
          status: 'ready',
          checks: { process: { ok: true }, eventStore: { ok: true }, disk: { ok: true }, views: { ok: true } },
        },
      ]);
    }
  });

  it.each<[string, string, () => void]>([
    ['the log does not answer', 'eventStore', () => (headOfLog = () => Promise.reject(new Error('closed')))],
    ['the log hangs', 'eventStore', () => (headOfLog = () => new Promise(() => undefined))],
    ['a view has failed', 'views', () => (views = [{ ...liveView, state: 'failed' }])],
    ['a view cannot be read yet', 'views', () => (views = [{ ...liveView, state: 'building' }])],
    ['the data folder is gone', 'disk', () => rmSync(folder, { recursive: true })],
    ['the process is stopping', 'process', () => stopping.abort()],
  ])('are not ready when %s, and say so', async (_, check, happen) => {
    happen();
    const answer = await ask('/health/ready');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'not-ready',
      checks: { [check]: { ok: false, reason: expect.any(String) } },
    });
    expect((await ask('/health/live')).status).toBe(200);
  });

  it.each(['/metrics', '/views'])('show %s to operators only', async (path) => {
    expect((await ask(path)).status).toBe(401);
    expect((await ask(path, { headers: await bearer(station()) })).status).toBe(403);
    expect((await ask(path, { headers: await bearer(operator()) })).status).toBe(200);
  });

  it.each([
    ['GET', '/views/record'],
    ['GET', '/views/record/set-aside'],
    ['POST', '/views/record/rebuild'],
    ['DELETE', '/views/record/rebuild'],
    ['POST', '/views/record/retry-set-aside'],
  ])('leave %s %s to operators', async (method, path) => {
    expect((await ask(path, { method })).status).toBe(401);
    expect((await ask(path, { method, headers: await bearer(station()) })).status).toBe(403);
    const answer = await ask(path, { method, headers: await bearer(operator()) });
    expect([answer.status, await answer.json()]).toMatchObject([404, { type: 'urn:lien-tuyen:problem:unknown-view' }]);
  });

  it('measure requests by the template of their route', async () => {
    await ask('/notes/of/008199001234', { headers: await bearer(station()) });
    const text = await (await ask('/metrics', { headers: await bearer(operator()) })).text();
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/notes/of/:resident",status="200"} 1',
    );
    expect(text).not.toContain('008199001234');
  });

  it('measure how far behind the log each view is', async () => {
    views = [{ ...liveView, position: 5, delayMs: 1500, setAside: 2 }];
    const text = await (await ask('/metrics', { headers: await bearer(operator()) })).text();
    expect(text).toContain('event_log_position 7');
    expect(text).toContain('view_position{view="record",version="1"} 5');
    expect(text).toContain('view_delay_seconds{view="record",version="1"} 1.5');
    expect(text).toContain('view_events_set_aside{view="record",version="1"} 2');
  });

  it('show each view beside the position of the log', async () => {
    const answer = await ask('/views', { headers: await bearer(operator()) });
    expect(await answer.json()).toEqual({ position: 7, views: [liveView] });
  });
});
