import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { readConfiguration } from '#platform/configuration.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { CONFIGURATION, SECRETS } from '#platform/injection.js';
import type { CallerKind } from '../caller.js';
import { openSecrets } from '../secrets.js';
import { SecurityModule } from '../security.module.js';
import { TokenIssuer } from '../token-issuer.js';
import { memoryAudit } from '../../test/memory-audit.js';

const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-session-'));
const secrets = openSecrets(join(folder, 'keys.json'));
const issuer = new TokenIssuer(secrets);
const configuration = readConfiguration({});
let application: NestFastifyApplication;
let origin: string;

@Global()
@Module({
  providers: [
    { provide: CONFIGURATION, useValue: configuration },
    { provide: SECRETS, useValue: secrets },
  ],
  exports: [CONFIGURATION, SECRETS],
})
class Parts {}

beforeAll(async () => {
  application = await createHttpApplication(
    { module: Parts, imports: [SecurityModule.forRoot(memoryAudit().trail)] },
    { configuration, logger: pino({ level: 'silent' }), metrics: new Registry() },
  );
  await application.listen(0, '127.0.0.1');
  origin = await application.getUrl();
});
afterAll(async () => {
  await application.close();
  rmSync(folder, { recursive: true });
});

const stationToken = (hours = 1): Promise<string> =>
  issuer.issue({ kind: 'station', facility: '08Z11' as FacilityCode, hours });
const logIn = (body: unknown, headers: Record<string, string> = { origin }): Promise<Response> =>
  fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const problemOf = async (answer: Response): Promise<[number, string]> => {
  const { type } = (await answer.json()) as { type: string };
  return [answer.status, type.replace('urn:lien-tuyen:problem:', '')];
};

describe('a session', () => {
  it('is the token in a cookie that no script reads and no other site sends', async () => {
    const token = await stationToken();
    const answer = await logIn({ token });
    expect([answer.status, await answer.json()]).toEqual([200, { kind: 'station', facility: '08Z11', home: '/inbox' }]);
    const cookie = answer.headers.get('set-cookie') ?? '';
    const [value, ...attributes] = cookie.split('; ');
    expect(value).toBe(`lt_session=${token}`);
    expect(attributes).toEqual(['Path=/', expect.stringMatching(/^Max-Age=3[56]\d\d$/), 'HttpOnly', 'SameSite=Strict']);
    const session = await fetch(`${origin}/session`, { headers: { cookie: `lt_session=${token}` } });
    expect(await session.json()).toEqual({ kind: 'station', facility: '08Z11', home: '/inbox' });
  });

  it('goes over encrypted lines only where the page came over one', async () => {
    const answer = await logIn({ token: await stationToken() }, { origin, 'x-forwarded-proto': 'https' });
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('ends at the caller’s wish', async () => {
    const answer = await fetch(`${origin}/session`, { method: 'DELETE', headers: { origin } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^lt_session=; Path=\/; Max-Age=0;/);
    expect((await fetch(`${origin}/session`)).status).toBe(401);
  });

  it.each([
    ['another site', { origin: 'https://elsewhere.example' }],
    ['another site, told by the browser', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['nowhere', {}],
  ])('is neither begun nor ended by a page of %s', async (_, headers) => {
    const begun = await logIn({ token: await stationToken() }, headers);
    expect(begun.headers.get('set-cookie')).toBeNull();
    expect(await problemOf(begun)).toEqual([403, 'foreign-page']);
    const ended = await fetch(`${origin}/session`, { method: 'DELETE', headers });
    expect(ended.headers.get('set-cookie')).toBeNull();
    expect(await problemOf(ended)).toEqual([403, 'foreign-page']);
  });

  it('is not begun with a form of another site', async () => {
    const answer = await fetch(`${origin}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ token: await stationToken() }),
    });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it('needs a token that holds', async () => {
    const token = await stationToken();
    const [head, claims, signature = ''] = token.split('.');
    const forged = `${head}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await problemOf(await logIn({ token: forged }))).toEqual([401, 'unauthorised']);
    expect(await problemOf(await logIn({ token: await stationToken(-1) }))).toEqual([401, 'unauthorised']);
    for (const body of [{}, { token: '' }, { token: 'abc' }, { token: 7 }, { token, next: '/' }]) {
      expect(await problemOf(await logIn(body))).toEqual([400, 'invalid-request']);
    }
  });

  it.each<[CallerKind, string | undefined, string]>([
    ['station', '08Z11', '/inbox'],
    ['hospital', '08Z01', '/inbox'],
    ['clinician', '08Z01', '/inbox'],
    ['clinician', undefined, '/records'],
    ['province', undefined, '/'],
    ['operator', undefined, '/'],
    ['resident', undefined, '/records'],
  ])('of a %s at %s begins at %s', async (kind, facility, home) => {
    const resident = '018f0000-0000-7000-8000-000000000001' as ResidentId;
    const token = await issuer.issue({
      kind,
      hours: 1,
      ...(facility && { facility: facility as FacilityCode }),
      ...(kind === 'resident' && { resident }),
    });
    expect(((await (await logIn({ token })).json()) as { home: string }).home).toBe(home);
  });
});

describe('the login page', () => {
  it('needs no token, loads nothing from elsewhere and runs no inline script', async () => {
    const answer = await fetch(`${origin}/login?next=/inbox`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await answer.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    for (const path of files.filter((each) => each.startsWith('/login/'))) {
      expect((await fetch(origin + path)).status).toBe(200);
    }
    expect(files.filter((path) => !path.startsWith('/') && !path.startsWith('data:'))).toEqual([]);
    expect(html).not.toMatch(/<script(?![^>]*src)|\son\w+=|style=/);
  });

  it('is asked for again only when it has changed', async () => {
    const first = await fetch(`${origin}/login`);
    const again = await fetch(`${origin}/login`, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    expect([again.status, await again.text(), again.headers.get('cache-control')]).toEqual([304, '', 'no-cache']);
  });

  it.each(['nothing.js', '..%2f..%2fpackage.json', '%2e%2e%2fsrc%2fsecrets.js', 'constructor'])(
    'has no file %s',
    async (name) => {
      expect((await fetch(`${origin}/login/${name}`)).status).toBe(404);
    },
  );
});

describe('where to go after the login', () => {
  it('is a path of our own and never another site or the login itself', async () => {
    const { safeNext } = (await import(new URL('../../public/safe-next.js', import.meta.url).href)) as {
      safeNext: (next: string | null, own: string) => string | undefined;
    };
    const own = 'https://province.example';
    for (const next of ['/inbox', '/', '/inbox#tab=outgoing&id=08Z11.1', '/fhir/Patient?name=a'])
      expect(safeNext(next, own)).toBe(next);
    const elsewhere = [
      null, '', 'inbox', '//elsewhere.example', '/\\elsewhere.example', '/\t/elsewhere.example', 'https://elsewhere.example/',
      'javascript:alert(1)', '/login', '/login?next=/login', '/./login', 'https:province.example',
    ]; // prettier-ignore
    for (const next of elsewhere) expect([next, safeNext(next, own)]).toEqual([next, undefined]);
  });
});

describe('the SMART configuration', () => {
  it('needs no token, and promises no endpoints where there is no identity provider', async () => {
    const answer = await fetch(`${origin}/.well-known/smart-configuration`);
    const document = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, Object.keys(document).filter((name) => name.endsWith('_endpoint'))]).toEqual([200, []]);
    expect(document['capabilities']).toEqual(expect.arrayContaining(['permission-v1', 'permission-v2']));
    expect(document['scopes_supported']).toEqual(
      expect.arrayContaining(['system/*.rs', 'user/*.cruds', 'patient/*.rs', 'sensitive.hiv']),
    );
  });
});
