import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { parseFacilityCode, parseResidentId } from '#domain/ids.js';
import { type Caller, type CallerKind, type Scope, scopesOf } from './caller.js';
import { InvalidToken } from './token-verifier.js';

/**
 * The caller that verified claims speak of. Never more than the scopes of the kind; a token that names its scopes gets only those.
 * @throws InvalidToken when the claims do not make a caller: an unknown kind, a station without its facility, a resident without an id
 */
export function callerOf(claims: JWTPayload, issuer: 'local' | 'external'): Caller {
  const kind = claims['kind'];
  if (!isCallerKind(kind)) throw new InvalidToken('claims');
  const facility = parsed(claims['facility'], parseFacilityCode);
  const resident = parsed(claims['resident'], parseResidentId);
  if ((kind === 'station' || kind === 'hospital') && !facility) throw new InvalidToken('claims');
  if ((kind === 'resident') !== (resident !== undefined)) throw new InvalidToken('claims');
  if (facility && !['station', 'hospital', 'clinician'].includes(kind)) throw new InvalidToken('claims');
  return {
    kind,
    actor: actorOf(kind, facility ?? resident, issuer === 'external' ? claims : undefined),
    scopes: grantedScopes(kind, claims['scope']),
    ...(facility && { facility }),
    ...(resident && { resident }),
  };
}

/** An external subject may be a name or an address: only its digest is written down. */
function actorOf(kind: CallerKind, of: string | undefined, external: JWTPayload | undefined): string {
  const actor = of ? `${kind}:${of}` : kind;
  if (!external?.sub) return actor;
  return `${actor}/${createHash('sha256').update(`${external.iss}\n${external.sub}`).digest('hex').slice(0, 16)}`;
}

function grantedScopes(kind: CallerKind, claim: unknown): ReadonlySet<Scope> {
  const ofKind = scopesOf[kind];
  // Identity providers put scopes of their own (`openid`, `profile`) in the claim: only when it names one of ours does it narrow.
  const named = typeof claim === 'string' ? new Set(claim.split(' ')) : new Set<string>();
  const all = new Set<string>(Object.values(scopesOf).flat());
  return new Set([...named].some((scope) => all.has(scope)) ? ofKind.filter((scope) => named.has(scope)) : ofKind);
}

function isCallerKind(value: unknown): value is CallerKind {
  return typeof value === 'string' && Object.hasOwn(scopesOf, value);
}

/** An absent claim is none; one that does not parse spoils the token. */
function parsed<Id>(value: unknown, parse: (text: string) => Id | undefined): Id | undefined {
  if (value === undefined || value === null) return undefined;
  const id = typeof value === 'string' ? parse(value) : undefined;
  if (id === undefined) throw new InvalidToken('claims');
  return id;
}
