/** Whose a subscription is, and with whose rights it is told of something. */
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { Caller } from '#security/caller.js';
import type { SubscriptionRights } from './subscription-events.js';

/** All tokens of a facility's software are one owner, and all of a resident; of people, whoever holds the token. */
export function ownerOf({ kind, facility, resident, holder }: Caller): string {
  if (resident !== undefined) return `resident ${resident}`;
  return (kind === 'station' || kind === 'hospital') && facility !== undefined
    ? `${kind} ${facility}`
    : `${kind} ${holder}`;
}

export function rightsOf({ kind, actor, holder, scopes, smart, facility, resident }: Caller): SubscriptionRights {
  return {
    kind,
    actor,
    holder,
    scopes: [...scopes],
    ...(smart && { smart }),
    ...(facility !== undefined && { facility }),
    ...(resident !== undefined && { resident }),
  };
}

export function callerWith({ scopes, facility, resident, ...rights }: SubscriptionRights): Caller {
  return {
    ...rights,
    scopes: new Set(scopes),
    ...(facility !== undefined && { facility: facility as FacilityCode }),
    ...(resident !== undefined && { resident: resident as ResidentId }),
  };
}
