/** Parts I–II of the personal health record (QĐ 831), taken apart into what becomes a resource each. */
import type { HistoryItem, RiskFactor } from '#domain/residents/resident-content.js';
import type { LocalDate } from '#domain/dates.js';
import type { ResidentDocument } from '../documents.js';
import { PartNames } from '../resource-ids.js';

export interface HistoryContent {
  /** The day it was stated. */
  readonly on: LocalDate;
  readonly conditions: readonly HistoryConditionPart[];
  readonly allergies: readonly HistoryAllergyPart[];
  readonly riskFactors: readonly RiskFactorPart[];
}

export interface HistoryConditionPart {
  readonly part: string;
  readonly list: 'disease' | 'disability';
  readonly item: HistoryItem;
}

export interface HistoryAllergyPart {
  readonly part: string;
  readonly item: HistoryItem;
}

export interface RiskFactorPart {
  readonly part: string;
  readonly factor: RiskFactor;
}

export function historyContent({ history, historyOn }: ResidentDocument): HistoryContent | undefined {
  if (!history || historyOn === undefined) return undefined;
  const names = new PartNames();
  return {
    on: historyOn,
    conditions: [
      ...(history.diseases ?? []).map((item) => ({ part: partName(names, 'd', item), list: 'disease' as const, item })),
      ...(history.disabilities ?? []).map((item) => ({
        part: partName(names, 'k', item),
        list: 'disability' as const,
        item,
      })),
    ],
    allergies: (history.allergies ?? []).map((item) => ({ part: partName(names, 'a', item), item })),
    riskFactors: (history.riskFactors ?? []).map((factor) => ({ part: names.name('f', factor.kind), factor })),
  };
}

/** An item told by itself keeps its name whatever else its list comes to hold. */
function partName(names: PartNames, kind: string, item: HistoryItem): string {
  return names.name(kind, item.key ?? item.code);
}

/** LOINC 72166-2 is the only risk factor the map of QĐ 831 gives a code. */
export const tobaccoStatus = { loinc: '72166-2', display: 'Tobacco smoking status' } as const;
