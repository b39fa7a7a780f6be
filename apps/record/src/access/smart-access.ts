import type { Caller } from '#security/caller.js';
import { mayUse, type SmartInteraction } from '#security/smart-scopes.js';
import { FhirFault } from '../http/fhir-fault.js';

/** @throws FhirFault 403 when the token's scopes of SMART do not let the caller do it */
export function requireUse(caller: Caller, type: string, interaction: SmartInteraction): void {
  if (mayUse(caller, type, interaction)) return;
  const scope = `${type}.${interaction}`;
  throw new FhirFault(403, 'forbidden', {
    vi: `Phạm vi SMART của mã truy cập không cho phép: ${scope}.`,
    en: `The SMART scopes of the token do not allow this: ${scope}.`,
  });
}
