import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { someSecrets } from '../test/builders.js';
import { localVerifier, oidcVerifier, verifierOfIssuers } from './jwt-verifiers.js';
import { RecentTokens } from './token-cache.js';
import { TokenIssuer } from './token-issuer.js';
import type { TokenVerifier } from './token-verifier.js';

const secrets = someSecrets();
const keys = await generateKeyPair('RS256');
let provider: Server;
let issuer: string;
let asked: string[];
let published: object;

beforeEach(async () => {
  asked = [];
  published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
  provider = createServer((request, response) => {
    asked.push(request.url ?? '');
    const documents: Record<string, object> = {
      '/realm/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/realm/keys': published,
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/realm`;
});
afterEach(() => new Promise((resolve) => provider.close(resolve)));

const newVerifier = (): TokenVerifier =>
  verifierOfIssuers([localVerifier(secrets), oidcVerifier(issuer, 'lien-tuyen')], new RecentTokens());

const token = (claims: JWTPayload, kid = 'k1'): Promise<string> =>
  new SignJWT({
    iss: issuer,
    aud: ['account', 'lien-tuyen'],
    sub: 'nguyen.van.a@example.vn',
    kind: 'clinician',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keys.privateKey);

describe('tokens of an OpenID Connect provider', () => {
  it('are accepted by the keys it publishes; its subject is written down as a digest only', async () => {
    const caller = await newVerifier().verify(await token({ facility: '08Z01' }));
    expect(caller).toMatchObject({ kind: 'clinician', facility: '08Z01' });
    expect(caller.actor).toMatch(/^clinician:08Z01\/[0-9a-f]{16}$/);
  });

  it('are accepted beside those of the local issuer', async () => {
    const local = await new TokenIssuer(secrets).issue({ kind: 'province', hours: 1 });
    await expect(newVerifier().verify(local)).resolves.toMatchObject({ actor: 'province' });
    expect(asked).toEqual([]);
  });

  it('do not make it asked for its keys again and again', async () => {
    const verifier = newVerifier();
    for (let n = 0; n < 5; n += 1) await verifier.verify(await token({ n }));
    for (let n = 0; n < 5; n += 1) {
      await expect(token({ n }, 'unknown').then((text) => verifier.verify(text))).rejects.toMatchObject({
        fault: 'signature',
      });
    }
    expect(asked).toEqual(['/realm/.well-known/openid-configuration', '/realm/keys']);
  });

  it('are refused for another audience, and when the local key signed them', async () => {
    await expect(token({ aud: 'account' }).then((text) => newVerifier().verify(text))).rejects.toMatchObject({
      fault: 'audience',
    });
    const forged = await new SignJWT({ iss: issuer, aud: 'lien-tuyen', sub: 'x', kind: 'operator' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setExpirationTime('5m')
      .sign(secrets.signingKey.private);
    await expect(newVerifier().verify(forged)).rejects.toMatchObject({ fault: 'signature' });
  });

  it('are answered as unavailable, not as wrong, while the provider is down, and accepted when it is back', async () => {
    const verifier = newVerifier();
    const good = await token({});
    const keysMeanwhile = published;
    published = { not: 'keys' };
    await expect(verifier.verify(good)).rejects.toMatchObject({ name: 'IssuerUnavailable' });
    published = keysMeanwhile;
    await expect(verifier.verify(good)).resolves.toMatchObject({ kind: 'clinician' });
    const silent = verifierOfIssuers([oidcVerifier('http://127.0.0.1:9/realm', 'lien-tuyen')], new RecentTokens());
    await expect(token({ iss: 'http://127.0.0.1:9/realm' }).then((text) => silent.verify(text))).rejects.toMatchObject({
      name: 'IssuerUnavailable',
    });
  });
});
