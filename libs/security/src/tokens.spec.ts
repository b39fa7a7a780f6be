import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt, exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { someSecrets } from '../test/builders.js';
import { scopesOf } from './caller.js';
import { localVerifier, verifierOfIssuers } from './jwt-verifiers.js';
import { RecentTokens } from './token-cache.js';
import { type Grant, TokenIssuer } from './token-issuer.js';
import type { TokenVerifier } from './token-verifier.js';

const secrets = someSecrets();
const issuer = new TokenIssuer(secrets);
const station: Grant = { kind: 'station', facility: '08Z11' as FacilityCode, hours: 1 };
const resident = '0190a1b2-0000-7000-8000-000000000001' as ResidentId;

const newVerifier = (): TokenVerifier => verifierOfIssuers([localVerifier(secrets)], new RecentTokens());

/** A token signed with our own key that says whatever a test wants it to say. */
function signed(claims: Record<string, unknown>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: 'lien-tuyen',
    aud: 'lien-tuyen',
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    kind: 'province',
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: secrets.signingKey.id })
    .sign(secrets.signingKey.private);
}

describe('a token of the local issuer', () => {
  it('gives back the caller it was issued for, with the scopes of its kind', async () => {
    await expect(newVerifier().verify(await issuer.issue(station))).resolves.toEqual({
      kind: 'station',
      actor: 'station:08Z11',
      holder: expect.stringMatching(/^station:08Z11\/[0-9a-f]{8}$/),
      facility: '08Z11',
      scopes: new Set(scopesOf.station),
    });
    await expect(
      newVerifier().verify(await issuer.issue({ kind: 'resident', resident, hours: 1 })),
    ).resolves.toMatchObject({
      resident,
      scopes: new Set(scopesOf.resident),
    });
    await expect(newVerifier().verify(await issuer.issue({ kind: 'operator', hours: 1 }))).resolves.toMatchObject({
      actor: 'operator',
    });
  });

  it('says who issued it, for whom, until when, and has an id of its own', async () => {
    const [first, second] = [
      decodeJwt(await issuer.issue({ ...station, hours: 2 })),
      decodeJwt(await issuer.issue(station)),
    ];
    expect(first).toMatchObject({
      iss: 'lien-tuyen',
      aud: 'lien-tuyen',
      sub: 'station:08Z11',
      kind: 'station',
      facility: '08Z11',
    });
    expect((first.exp ?? 0) - (first.iat ?? 0)).toBe(7200);
    expect(first.jti).not.toBe(second.jti);
  });

  it('is verified the same from the cache', async () => {
    const verifier = newVerifier();
    const token = await issuer.issue(station);
    expect(await verifier.verify(token)).toBe(await verifier.verify(token));
  });

  it('is checked by others with the published key, which holds no private part', async () => {
    const { keys } = await issuer.keySet();
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: secrets.signingKey.id });
    expect(keys[0]).not.toHaveProperty('d');
  });
});

describe('a token is refused', () => {
  const refused = (token: string | Promise<string>, fault: string): Promise<void> =>
    expect(Promise.resolve(token).then((text) => newVerifier().verify(text))).rejects.toMatchObject({
      name: 'InvalidToken',
      fault,
    });

  it('when it has expired', () => refused(signed({ exp: Math.floor(Date.now() / 1000) - 1 }), 'expired'));
  it('when it never expires', () => refused(signed({ exp: undefined }), 'claims'));
  it('when it is for another system', () => refused(signed({ aud: 'another' }), 'audience'));
  it('when it is of another issuer', () => refused(signed({ iss: 'https://elsewhere.example' }), 'issuer'));
  it('when another key signed it', async () =>
    refused(await new TokenIssuer(someSecrets()).issue(station), 'signature'));
  it('when it is not signed at all', () =>
    refused(
      new UnsecuredJWT({ kind: 'operator', jti: 'x' })
        .setIssuer('lien-tuyen')
        .setAudience('lien-tuyen')
        .setIssuedAt()
        .setExpirationTime('1h')
        .encode(),
      'signature',
    ));

  it('when our public key is used as an HMAC secret', async () => {
    const [, payload] = (await issuer.issue(station)).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: secrets.signingKey.id })).toString('base64url');
    const mac = createHmac('sha256', await exportSPKI(secrets.signingKey.public))
      .update(`${header}.${payload}`)
      .digest('base64url');
    await refused(`${header}.${payload}.${mac}`, 'signature');
  });

  it('when any character of it is changed', async () => {
    const token = await issuer.issue(station);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.'),
        async (index, letter) => {
          const changed = token.slice(0, index) + letter + token.slice(index + 1);
          // The last letter of a base64url text may have bits that are not used.
          fc.pre(changed !== token && index !== token.length - 1);
          await expect(newVerifier().verify(changed)).rejects.toMatchObject({ name: 'InvalidToken' });
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each(['', 'x', 'a.b.c', '..', 'e30.e30.e30'])('when it is the text %j', async (text) => {
    await expect(newVerifier().verify(text)).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it.each([
    ['an unknown kind', { kind: 'minister' }],
    ['a kind that every object has', { kind: 'constructor' }],
    ['a station without its facility', { kind: 'station' }],
    ['a facility that is none', { kind: 'station', facility: '../..' }],
    ['a resident without an id', { kind: 'resident' }],
    ['somebody else with the id of a resident', { kind: 'province', resident }],
    ['the province with a facility', { kind: 'province', facility: '08Z11' }],
  ])('when it names %s', (_, claims) => refused(signed(claims), 'claims'));
});

describe('the scopes of a token', () => {
  it('are never more than those of the kind', async () => {
    const caller = await newVerifier().verify(await signed({ kind: 'province', scope: 'statistics.read record.read' }));
    expect([...caller.scopes]).toEqual(['statistics.read']);
  });

  it('are narrowed to those it names, and not by scopes that are not ours', async () => {
    const narrowed = await newVerifier().verify(await signed({ kind: 'operator', scope: 'openid operations.read' }));
    expect([...narrowed.scopes]).toEqual(['operations.read']);
    const foreign = await newVerifier().verify(await signed({ kind: 'operator', scope: 'openid profile' }));
    expect(foreign.scopes).toEqual(new Set(scopesOf.operator));
  });
});

describe('recent tokens', () => {
  const caller = { kind: 'operator', actor: 'operator', holder: 'operator', scopes: new Set<never>() } as const;

  it('are forgotten when the token ends, and after a minute', () => {
    let now = 0;
    const cache = new RecentTokens(10, 60_000, () => now);
    cache.set('short', { caller, until: 1_000 });
    cache.set('long', { caller, until: 3_600_000 });
    now = 999;
    expect(cache.get('short')).toBe(caller);
    now = 1_000;
    expect(cache.get('short')).toBeUndefined();
    now = 59_999;
    expect(cache.get('long')).toBe(caller);
    now = 60_000;
    expect(cache.get('long')).toBeUndefined();
  });

  it('never number more than the limit, and the least recently used goes first', () => {
    const cache = new RecentTokens(2, 60_000, () => 0);
    cache.set('a', { caller, until: 1 });
    cache.set('b', { caller, until: 1 });
    cache.get('a');
    cache.set('c', { caller, until: 1 });
    expect(['a', 'b', 'c'].map((token) => cache.get(token) !== undefined)).toEqual([true, false, true]);
    expect(cache.size).toBe(2);
  });
});
