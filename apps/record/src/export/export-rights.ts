import type { Caller } from '#security/caller.js';
import { mayUse } from '#security/smart-scopes.js';
import { type Visibility, visibilityOf } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import type { ExportJob } from './export-job.js';

/**
 * What an export of this caller may hold. Exports are for software: that of a facility, and whoever's token names `record.export`. Where a
 * token of a facility's software has scopes of SMART, one of `system/` must be among them.
 * @throws FhirFault 403
 */
export function exportVisibility(caller: Caller): Visibility {
  const visibility = visibilityOf(caller);
  const { kind, scopes, smart } = caller;
  if (!scopes.has('record.export') || visibility.kind === 'resident') throw forbidden();
  if (kind !== 'clinician' && smart && !smart.some(({ context }) => context === 'system')) throw forbidden();
  if (!smart || kind === 'clinician') return visibility;
  // What the token may do as a user does not make an export larger.
  return { ...visibility, smart: smart.filter(({ context }) => context === 'system') };
}

/** Whether exports are for the caller at all. */
export function mayExport(caller: Caller): boolean {
  try {
    return exportVisibility(caller) !== undefined;
  } catch (error) {
    if (error instanceof FhirFault) return false;
    throw error;
  }
}

/**
 * Whether the job is this caller's: whoever asked for it, who may still read what it was asked with.
 */
export function owns(caller: Caller, { by, visibility }: ExportJob): boolean {
  return (
    by.holder === caller.holder &&
    mayExport(caller) &&
    JSON.stringify(exportVisibility(caller)) === JSON.stringify(visibility)
  );
}

/** @throws FhirFault 403 when the scopes of SMART leave out a type that was asked for by name */
export function requireTypes(visibility: Visibility, types: readonly string[] = []): void {
  const refused = types.filter((type) => !mayUse(visibility, type, 'r'));
  if (refused.length === 0) return;
  const scopes = refused.map((type) => `system/${type}.rs`).join(' ');
  throw new FhirFault(403, 'forbidden', {
    vi: `Phạm vi SMART của mã truy cập không cho phép: ${scopes}.`,
    en: `The SMART scopes of the token do not allow this: ${scopes}.`,
  });
}

const forbidden = (): FhirFault =>
  new FhirFault(403, 'forbidden', {
    vi: 'Chỉ phần mềm của cơ sở (phạm vi system/…) hoặc mã truy cập có record.export được kết xuất hàng loạt.',
    en: 'Bulk export is for software of a facility (scopes system/…) and for tokens that name record.export.',
  });
