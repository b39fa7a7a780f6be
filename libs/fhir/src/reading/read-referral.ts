import type { Diagnosis } from '#domain/codes.js';
import { type DateTime } from '#domain/dates.js';
import { type FacilityCode, parseReferralNumber } from '#domain/ids.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import { paperHeadings } from '../referrals/referral.js';
import { codeSystems, referralNumberSystem } from '../systems.js';
import { codeIn, codingsOf, facilityOf, identifierIn, momentOf, stated, wordsOf } from './elements.js';
import { icd10Systems } from './read-condition.js';
import { type JsonObject, objectsOf, textOf } from './json.js';

/** SNOMED CT: patient referral, and the more exact codes software uses. */
const referralCodes: ReadonlySet<string> = new Set(['3457005', '306206005', '306098008', '103696004', '183561008']);

/** Whether a request asks another facility to take the patient over, rather than for a test. */
export function isReferral(request: JsonObject): boolean {
  return [...codingsOf(request['code']), ...codingsOf(request['category'])].some(
    ({ system, code }) => system === codeSystems.snomed && referralCodes.has(code ?? ''),
  );
}

/**
 * A transfer paper; `undefined` when its number, addressee or time is missing, or it was withdrawn.
 * @param performer facility that `performer` leads to, where it is no plain reference
 */
export function readReferral(
  request: JsonObject,
  from: FacilityCode,
  performer: FacilityCode | undefined,
): TransferPaper | undefined {
  const status = textOf(request['status']);
  const number = parseReferralNumber(
    identifierIn(request, (system) => system === referralNumberSystem(from)) ??
      textOf(objectsOf(request['identifier'])[0]?.['value']) ??
      '',
  );
  const to = objectsOf(request['performer']).flatMap((one) => facilityOf(one) ?? [])[0] ?? performer;
  const issuedAt: DateTime | undefined = momentOf(request['authoredOn']);
  if (!number || !to || !issuedAt || (status !== 'active' && status !== 'completed')) return undefined;
  const reasons = objectsOf(request['reasonCode']);
  const diagnoses = reasons.flatMap((reason, index): readonly Diagnosis[] => {
    const icd = codeIn(reason, ...icd10Systems);
    const code = icd ?? codeIn(reason, codeSystems.traditionalMedicine);
    if (code === undefined) return [];
    const display = wordsOf(reason);
    const first = !reasons.slice(0, index).some((one) => codeIn(one, ...icd10Systems) !== undefined);
    const role = icd === undefined ? 'traditional-medicine' : first ? 'main' : 'comorbidity';
    return [{ code, role, ...(display !== undefined && { display }) }];
  });
  return stated<TransferPaper>({
    number,
    from,
    to,
    issuedAt,
    reasonCode: codeIn(reasons, codeSystems.transferReason),
    diagnoses,
    diagnosisText: reasons.filter((one) => codingsOf(one).length === 0).flatMap((one) => wordsOf(one) ?? [])[0],
    ...headedNotes(request),
  });
}

/** The free text of a paper, each under its heading. */
function headedNotes(request: JsonObject): Partial<TransferPaper> {
  const found: Partial<Record<(typeof paperHeadings)[number][1], string>> = {};
  for (const note of objectsOf(request['note'])) {
    const words = textOf(note['text']) ?? '';
    const heading = paperHeadings.find(([said]) => words.startsWith(`${said}: `));
    if (heading) found[heading[1]] = words.slice(heading[0].length + 2).trim();
  }
  return found;
}
