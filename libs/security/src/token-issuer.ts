import { randomUUID } from 'node:crypto';
import { exportJWK, type JWK, SignJWT } from 'jose';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { type CallerKind, scopesOf } from './caller.js';
import type { Secrets } from './secrets.js';

export const localIssuer = 'lien-tuyen';
export const localAudience = 'lien-tuyen';
export const localAlgorithm = 'ES256';

/** Whom a token is for. */
export interface Grant {
  readonly kind: CallerKind;
  readonly facility?: FacilityCode;
  readonly resident?: ResidentId;
  /** Scopes, ours and SMART's, by blanks; without it those of the kind. */
  readonly scope?: string;
  /** How long the token holds. */
  readonly hours: number;
}

/** Issues the tokens of an installation that has no identity provider of its own. */
export class TokenIssuer {
  readonly #key: Secrets['signingKey'];

  constructor(secrets: Pick<Secrets, 'signingKey'>) {
    this.#key = secrets.signingKey;
  }

  /** A signed JWT. */
  async issue(grant: Grant): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      kind: grant.kind,
      scope: grant.scope ?? scopesOf[grant.kind].join(' '),
      ...(grant.facility && { facility: grant.facility }),
      ...(grant.resident && { resident: grant.resident }),
    })
      .setProtectedHeader({ alg: localAlgorithm, kid: this.#key.id, typ: 'JWT' })
      .setIssuer(localIssuer)
      .setAudience(localAudience)
      .setSubject([grant.kind, grant.facility ?? grant.resident].filter(Boolean).join(':'))
      .setIssuedAt(now)
      .setExpirationTime(now + Math.ceil(grant.hours * 3600))
      .setJti(randomUUID())
      .sign(this.#key.private);
  }

  /** The public key, for others who check our tokens (RFC 7517). */
  async keySet(): Promise<{ keys: JWK[] }> {
    const key = await exportJWK(this.#key.public);
    return { keys: [{ ...key, kid: this.#key.id, alg: localAlgorithm, use: 'sig' }] };
  }
}
