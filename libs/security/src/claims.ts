import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { parseFacilityCode, parseResidentId } from '#domain/ids.js';
import { type Caller, type CallerKind, callerKinds, grantableTo, type Scope, scopesOf } from './caller.js';
import { mayUse, type SmartInteraction, type SmartScope, smartScopesOf } from './smart-scopes.js';
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
  const words = new Set(typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : []);
  const smart = smartScopesOf(kind, words);
  const actor = actorOf(kind, facility ?? resident, issuer === 'external' ? claims : undefined);
  return {
    kind,
    actor,
    holder: issuer === 'external' ? actor : `${actor}/${claims.jti?.slice(0, 8)}`,
    scopes: grantedScopes(kind, words, smart),
    ...(smart && { smart }),
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

function grantedScopes(kind: CallerKind, words: ReadonlySet<string>, smart: Caller['smart']): ReadonlySet<Scope> {
  const named = grantableTo(kind).filter((scope) => words.has(scope));
  // Identity providers put scopes of their own (`openid`, `profile`) in the claim: only when it names one of ours does it narrow.
  if ([...words].some((word) => everyScope.has(word))) return new Set(named);
  return new Set(smart ? scopesOf[kind].filter((scope) => within(smart, scope)) : scopesOf[kind]);
}

const everyScope: ReadonlySet<string> = new Set(callerKinds.flatMap(grantableTo));

/** Of the scopes of its kind, those that a caller needs for what SMART's scopes let it do. */
function within(smart: readonly SmartScope[], scope: Scope): boolean {
  const may = (...interactions: readonly SmartInteraction[]): boolean =>
    smart.some((one) => one.interactions.some((right) => interactions.includes(right)));
  switch (scope) {
    case 'record.read':
    case 'record.export':
    case 'record.break-glass':
    case 'sensitive.hiv':
    case 'sensitive.mental-health':
      return may('r', 's');
    case 'audit.read':
      return mayUse({ smart }, 'AuditEvent', 'r') || mayUse({ smart }, 'AuditEvent', 's');
    case 'intake.write':
      return may('c', 'u', 'd');
    default:
      return false;
  }
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
