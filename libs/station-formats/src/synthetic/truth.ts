import type { Script } from './script.js';

/** In the shape of the samples' `truth.json`; see `samples/README.md` for what each figure means. */
export interface SyntheticTruth {
  readonly seed: number;
  readonly era: string;
  readonly residents: number;
  readonly visits: number;
  readonly byFacility: Readonly<Record<string, number>>;
  readonly insuredVisits: number;
  readonly referralsUp: number;
  readonly referralsReceived: number;
  readonly backReferrals: number;
  readonly byDiagnosis: Readonly<Record<string, number>>;
  readonly chronicResidents: number;
  readonly distinctResidentsSeen: number;
  readonly resubmissions: number;
  readonly duplicates: number;
  readonly files: number;
  readonly records831: number;
  readonly residentsKnown: number;
}

/** Counts the script itself, never the messages made of it. */
export function truthOf(
  options: { readonly seed: number; readonly era: string; readonly residents: number },
  script: Script,
  sent: { readonly files: number; readonly duplicates: number; readonly resubmissions: number },
): SyntheticTruth {
  const { visits, recorded } = script;
  const seen = new Set(visits.map((visit) => visit.resident));
  const fromStation = visits.filter((visit) => visit.transfer && !visit.arrivedWith);
  return {
    seed: options.seed,
    era: options.era,
    residents: options.residents,
    visits: visits.length,
    byFacility: countBy(visits.map((visit) => visit.facility.code)),
    insuredVisits: visits.filter((visit) => visit.resident.cardGroup !== undefined).length,
    referralsUp: fromStation.length,
    referralsReceived: visits.filter((visit) => visit.arrivedWith).length,
    backReferrals: visits.filter((visit) => visit.transfer && visit.arrivedWith).length,
    byDiagnosis: countBy(visits.map((visit) => visit.diagnoses[0]?.code ?? '')),
    chronicResidents: new Set(
      visits
        .filter((visit) => visit.diagnoses.some((disease) => disease.historyCode !== undefined))
        .map((visit) => visit.resident),
    ).size,
    distinctResidentsSeen: seen.size,
    resubmissions: sent.resubmissions,
    duplicates: sent.duplicates,
    files: sent.files,
    records831: recorded.length,
    residentsKnown: new Set([...seen, ...recorded]).size,
  };
}

function countBy(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
