import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Caller } from './caller.js';
import { callerOf } from './claims.js';
import type { Secrets } from './secrets.js';
import { localAlgorithm, localAudience, localIssuer } from './token-issuer.js';
import { InvalidToken, IssuerUnavailable, type TokenVerifier } from './token-verifier.js';

/** A caller and until when its token may be believed, in milliseconds since 1970. */
export interface Verified {
  readonly caller: Caller;
  readonly until: number;
}

/** Checks tokens of one issuer. */
export interface IssuerVerifier {
  readonly issuer: string;
  verify(token: string): Promise<Verified>;
}

/** Tokens of {@link TokenIssuer}: one algorithm, one key. */
export function localVerifier(secrets: Pick<Secrets, 'signingKey'>): IssuerVerifier {
  return {
    issuer: localIssuer,
    verify: async (token) =>
      verified(
        () =>
          jwtVerify(token, secrets.signingKey.public, {
            issuer: localIssuer,
            audience: localAudience,
            algorithms: [localAlgorithm],
            requiredClaims: ['exp', 'iat', 'jti'],
          }),
        'local',
      ),
  };
}

/**
 * Tokens of an OpenID Connect provider (Keycloak and the like), by the keys it publishes. Claims beside the standard ones:
 * `kind`, and `facility` or `resident` where the kind needs it.
 */
export function oidcVerifier(issuer: string, audience: string): IssuerVerifier {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  let failedAt = 0;
  const keySet = async (): Promise<ReturnType<typeof createRemoteJWKSet>> => {
    if (!keys) {
      // A provider that is down is not asked again by every request.
      if (Date.now() - failedAt < 5_000) throw new IssuerUnavailable(`The issuer ${issuer} did not answer`);
      keys = discover(issuer).catch((error: unknown) => {
        keys = undefined;
        failedAt = Date.now();
        throw error;
      });
    }
    return keys;
  };
  return {
    issuer,
    verify: async (token) => {
      const published = await keySet();
      return verified(
        () =>
          jwtVerify(token, published, {
            issuer,
            audience,
            algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
            requiredClaims: ['exp', 'sub'],
            clockTolerance: 30,
          }),
        'external',
      );
    },
  };
}

/** OpenID Connect Discovery 1.0 §4: where the provider publishes its keys. */
async function discover(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  try {
    const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(5_000),
      redirect: 'error',
    });
    const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
    if (!answer.ok || document.issuer !== issuer || typeof document.jwks_uri !== 'string')
      throw new Error('not its discovery document');
    return createRemoteJWKSet(new URL(document.jwks_uri), { cooldownDuration: 30_000, timeoutDuration: 5_000 });
  } catch (error) {
    throw new IssuerUnavailable(`The issuer ${issuer} did not answer with its discovery document`, { cause: error });
  }
}

/** Sends a token to the verifier of the issuer it names. What it says is believed only after that one has checked it. */
export function verifierOfIssuers(verifiers: readonly IssuerVerifier[], cache: TokenCache): TokenVerifier {
  const byIssuer = new Map(verifiers.map((verifier) => [verifier.issuer, verifier]));
  return {
    verify: async (token) => {
      const known = cache.get(token);
      if (known) return known;
      const verifier = byIssuer.get(namedIssuer(token));
      if (!verifier) throw new InvalidToken('issuer');
      const found = await verifier.verify(token);
      cache.set(token, found);
      return found.caller;
    },
  };
}

export interface TokenCache {
  get(token: string): Caller | undefined;
  set(token: string, verified: Verified): void;
}

function namedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new InvalidToken('malformed');
  }
}

async function verified(
  verify: () => Promise<{ payload: JWTPayload }>,
  issuer: 'local' | 'external',
): Promise<Verified> {
  try {
    const { payload } = await verify();
    return { caller: callerOf(payload, issuer), until: (payload.exp ?? 0) * 1000 };
  } catch (error) {
    throw asTokenFault(error, issuer);
  }
}

function asTokenFault(error: unknown, issuer: 'local' | 'external'): unknown {
  if (error instanceof InvalidToken) return error;
  if (error instanceof errors.JWTExpired) return new InvalidToken('expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new InvalidToken(error.claim === 'aud' ? 'audience' : error.claim === 'iss' ? 'issuer' : 'claims');
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return new InvalidToken('malformed');
  // What a key server answered wrongly, or not at all, is no fault of the token.
  const keysMissing = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  if (error instanceof errors.JOSEError && !keysMissing && error.code !== 'ERR_JOSE_GENERIC')
    return new InvalidToken('signature');
  return issuer === 'external' ? new IssuerUnavailable('The keys of the issuer did not come', { cause: error }) : error;
}
