/** Search index of resources that were kept whole, and of elements kept beside content. */
import type { Coding } from '@medplum/fhirtypes';
import { parseDateTime } from '#domain/dates.js';
import type { KeptElements, KeptJson, KeptObject, KeptResource } from '#domain/kept-resources/kept-content.js';
import { codeSystems } from '#fhir/systems.js';
import { codeIn, codingsOf, whenOf } from '#fhir/reading/elements.js';
import { objectsOf, textOf } from '#fhir/reading/json.js';
import { icd10Systems } from '#fhir/reading/read-condition.js';
import type { SqlValue } from '#projections/projection.js';
import type { AddRow } from './index-rows.js';
import { spanOf } from './seconds.js';

export const isIcd10 = ({ system }: Coding): boolean => icd10Systems.includes(system ?? '');

/** Codings of an element that was kept as it was sent; `undefined` where the content's own count. */
export function keptCodings(kept: KeptElements | undefined, element = 'code'): readonly Coding[] | undefined {
  const codings = codingsOf(kept?.[element]?.value).filter(({ code }) => code !== undefined);
  return codings.length === 0 ? undefined : codings;
}

export function keptCode(kept: KeptElements | undefined, element: string): string | undefined {
  return keptCodings(kept, element)?.[0]?.code;
}

/** @param resident number of the resident; null for what is about nobody */
export function indexKept(
  { type, resource }: KeptResource,
  number: number,
  part: string,
  resident: number | null,
  add: AddRow,
): void {
  for (const identifier of objectsOf(resource['identifier'])) {
    const value = textOf(identifier['value']);
    if (value !== undefined) add('kept_identifier', [number, part, textOf(identifier['system']) ?? '', value]);
  }
  if (resident !== null && addOwnRow(type, resource, [number, part, resident], add)) return;
  add('kept_entry', [number, part, resident, type]);
}

/** A row among the resources of its type, where its search has all it needs. */
function addOwnRow(type: string, resource: KeptObject, key: readonly [number, string, number], add: AddRow): boolean {
  const when = (element: string): readonly [number, number] | undefined => {
    const moment = whenOf(resource, element) ?? parseDateTime(textOf(resource[element]) ?? '');
    const span = moment && spanOf(moment);
    return span && [span.starts, span.ends];
  };
  const code = (element = 'code'): readonly [SqlValue, SqlValue] => token(codingsOf(resource[element])[0]);
  switch (type) {
    case 'Observation': {
      const at = when('effective');
      const [first, second] = codingsOf(resource['code']);
      const category = codeIn(resource['category'], codeSystems.observationCategory) ?? '';
      if (at) add('observation_entry', [...key, ...at, ...token(first), ...token(second), category]);
      return at !== undefined;
    }
    case 'Condition': {
      const at = when('recordedDate');
      const category = codeIn(resource['category'], codeSystems.conditionCategory) ?? '';
      const statuses = [status(resource['clinicalStatus']), status(resource['verificationStatus'])];
      if (at) add('condition_entry', [...key, ...at, ...code(), category, ...statuses]);
      return at !== undefined;
    }
    case 'Procedure': {
      const at = when('performed');
      if (at) add('procedure_entry', [...key, ...at, ...code()]);
      return at !== undefined;
    }
    case 'DiagnosticReport': {
      const at = when('effective') ?? when('issued');
      const category = codeIn(resource['category'], codeSystems.diagnosticSection) ?? '';
      if (at) add('diagnostic_report_entry', [...key, ...at, ...code(), category]);
      return at !== undefined;
    }
    default:
      return false;
  }
}

function status(concept: KeptJson | undefined): string {
  return codingsOf(concept)[0]?.code ?? '';
}

function token(coding: Coding | undefined): readonly [SqlValue, SqlValue] {
  return [coding?.system ?? null, coding?.code ?? null];
}
