import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { callerKinds, grantableTo, scopesOf } from '#security/caller.js';
import { oidcVerifier } from '#security/jwt-verifiers.js';
import { textOf } from './deploy-files.js';

interface Mapper {
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}
interface ClientScope {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly protocolMappers?: readonly Mapper[];
}
interface Client {
  readonly clientId: string;
  readonly secret?: string;
  readonly fullScopeAllowed: boolean;
  readonly directAccessGrantsEnabled: boolean;
  readonly defaultClientScopes: readonly string[];
  readonly optionalClientScopes: readonly string[];
}
interface User {
  readonly username: string;
  readonly serviceAccountClientId?: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}
interface ProfileAttribute {
  readonly name: string;
  readonly permissions: { readonly view: readonly string[]; readonly edit: readonly string[] };
  readonly validations?: {
    readonly options?: { readonly options: readonly string[] };
    readonly pattern?: { readonly pattern: string };
  };
}
interface Realm {
  readonly realm: string;
  readonly registrationAllowed: boolean;
  readonly clientScopes: readonly ClientScope[];
  readonly clients: readonly Client[];
  readonly users: readonly User[];
  readonly roles: { readonly realm: readonly { readonly name: string }[] };
  /** A client scope that has roles is given to users who have one of them. */
  readonly scopeMappings: readonly { readonly clientScope: string; readonly roles: readonly string[] }[];
  readonly components: Readonly<
    Record<string, readonly { readonly config: Readonly<Record<string, readonly string[]>> }[]>
  >;
}

const realm = JSON.parse(textOf('deploy/compose/keycloak/lien-tuyen-realm.json')) as Realm;
const profileText =
  realm.components['org.keycloak.userprofile.UserProfileProvider']?.[0]?.config['kc.user.profile.config']?.[0];
const profile = JSON.parse(profileText ?? '{}') as { readonly attributes: readonly ProfileAttribute[] };
const clientOf = (id: string): Client | undefined => realm.clients.find(({ clientId }) => clientId === id);

/** What Keycloak's own mappers put into an access token, for those that the realm uses. */
function claimsOf(
  client: Client | undefined,
  asked: readonly string[],
  { attributes, roles = [] }: { readonly attributes: User['attributes']; readonly roles?: readonly string[] },
): JWTPayload {
  const granted = [
    ...(client?.defaultClientScopes ?? []),
    ...asked.filter((name) => client?.optionalClientScopes.includes(name)),
  ];
  const permitted = (scope: string): boolean =>
    realm.scopeMappings.every((one) => one.clientScope !== scope || one.roles.some((role) => roles.includes(role)));
  const scopes = realm.clientScopes.filter(({ name }) => granted.includes(name) && permitted(name));
  const claims: JWTPayload = {
    scope: scopes
      .flatMap(({ name, attributes: of }) => (of['include.in.token.scope'] === 'true' ? [name] : []))
      .join(' '),
  };
  for (const { protocolMapper, config } of scopes.flatMap(({ protocolMappers = [] }) => protocolMappers)) {
    if (config['access.token.claim'] !== 'true') continue;
    if (protocolMapper === 'oidc-sub-mapper') claims.sub = 'b0d0a8a4-3a60-4a3f-8a7e-0d7c1b3d7b1c';
    else if (protocolMapper === 'oidc-audience-mapper') claims.aud = config['included.custom.audience'] ?? '';
    else if (protocolMapper === 'oidc-usermodel-attribute-mapper') {
      const value = attributes[config['user.attribute'] ?? '']?.[0];
      if (value !== undefined) claims[config['claim.name'] ?? ''] = value;
    } else throw new Error(`A mapper this test does not know: ${protocolMapper}`);
  }
  return claims;
}

describe('the realm of Keycloak', () => {
  let provider: Server;
  let issuer: string;
  let keys: Awaited<ReturnType<typeof generateKeyPair>>;

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] };
    provider = createServer((request, response) => {
      const document = request.url?.endsWith('/certs') ? published : { issuer, jwks_uri: `${issuer}/certs` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/auth/realms/${realm.realm}`;
  });
  afterAll(() => new Promise((resolve) => provider.close(resolve)));

  async function callerOf(
    client: string,
    asked: readonly string[],
    attributes: User['attributes'],
    roles: readonly string[] = [],
  ) {
    const token = await new SignJWT(claimsOf(clientOf(client), asked, { attributes, roles }))
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(keys.privateKey);
    return (await oidcVerifier(issuer, 'lien-tuyen').verify(token)).caller;
  }

  it.each([
    ['station', { facility: '08Z11' }],
    ['hospital', { facility: '08Z01' }],
    ['clinician', {}],
    ['province', {}],
    ['resident', { resident: '4202b034-2859-8349-91e6-2bd4f7727a2d' }],
    ['operator', {}],
  ] as const)('makes a %s of a user with these attributes: %j', async (kind, more) => {
    const attributes = Object.fromEntries(Object.entries({ kind, ...more }).map(([name, value]) => [name, [value]]));
    const caller = await callerOf('lien-tuyen-terminal', [], attributes);
    expect(caller).toMatchObject({ kind, ...more });
    expect([...caller.scopes].toSorted()).toEqual([...scopesOf[kind]].toSorted());
  });

  it('gives a user without a kind, and a station without its facility, nothing', async () => {
    await expect(callerOf('lien-tuyen-terminal', [], {})).rejects.toMatchObject({ fault: 'claims' });
    await expect(callerOf('lien-tuyen-terminal', [], { kind: ['station'] })).rejects.toMatchObject({ fault: 'claims' });
  });

  it('lets a token be narrower than its user', async () => {
    const caller = await callerOf('lien-tuyen-terminal', ['statistics.read'], { kind: ['operator'] });
    expect([...caller.scopes]).toEqual(['statistics.read']);
  });

  it('gives the scopes of hidden facts and of exports to those alone who have the role, whoever asks', async () => {
    const asked = ['record.read', 'sensitive.hiv'];
    const doctor = { kind: ['clinician'], facility: ['08Z01'] };
    const without = await callerOf('lien-tuyen-terminal', asked, doctor);
    expect([...without.scopes]).toEqual(['record.read']);
    const withRole = await callerOf('lien-tuyen-terminal', asked, doctor, ['sensitive.hiv']);
    expect([...withRole.scopes].toSorted()).toEqual(asked);
    const named = [...new Set(callerKinds.flatMap(grantableTo))].filter(
      (scope) => scope.startsWith('sensitive.') || scope === 'record.export',
    );
    expect(realm.scopeMappings.map(({ clientScope }) => clientScope).toSorted()).toEqual(named.toSorted());
    const known = realm.roles.realm.map(({ name }) => name);
    for (const { roles } of realm.scopeMappings) expect(known).toEqual(expect.arrayContaining([...roles]));
  });

  it('lets Prometheus read metrics and nothing else, by a secret that is not in the file', async () => {
    const account = realm.users.find(({ serviceAccountClientId }) => serviceAccountClientId === 'prometheus');
    const caller = await callerOf('prometheus', [], account?.attributes ?? {});
    expect([...caller.scopes]).toEqual(['operations.read']);
    expect(clientOf('prometheus')?.secret).toBe('${PROMETHEUS_CLIENT_SECRET}');
  });

  it('knows every kind and every scope of ours, and lets nobody but an administrator say who somebody is', () => {
    const ours = new Set(callerKinds.flatMap(grantableTo));
    const withText = realm.clientScopes.filter(({ attributes }) => attributes['include.in.token.scope'] === 'true');
    expect(withText.map(({ name }) => name).toSorted()).toEqual([...ours].toSorted());
    const attribute = (name: string) => profile.attributes.find((one) => one.name === name);
    expect(attribute('kind')?.validations?.options?.options.toSorted()).toEqual(Object.keys(scopesOf).toSorted());
    for (const { permissions } of profile.attributes) expect(permissions.edit).toEqual(['admin']);
    expect('08Z11').toMatch(new RegExp(attribute('facility')?.validations?.pattern?.pattern ?? '^$'));
    expect(realm.registrationAllowed).toBe(false);
    for (const client of realm.clients)
      expect(client).toMatchObject({ fullScopeAllowed: false, directAccessGrantsEnabled: false });
  });
});
