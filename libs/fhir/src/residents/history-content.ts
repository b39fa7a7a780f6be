/** Parts I–II of the personal health record (QĐ 831), taken apart into what becomes a resource each. */
import type { HealthHistory, HistoryItem, RiskFactor } from '#domain/residents/resident-content.js';
import type { LocalDate } from '#domain/dates.js';
import type { ResidentDocument } from '../documents.js';
import { text } from '../elements.js';
import { PartNames } from '../resource-ids.js';
import { historyObservations, type HistoryObservationPart } from './history-observations.js';

export interface HistoryContent {
  /** The day it was stated. */
  readonly on: LocalDate;
  readonly conditions: readonly HistoryConditionPart[];
  readonly allergies: readonly HistoryAllergyPart[];
  readonly riskFactors: readonly RiskFactorPart[];
  readonly observations: readonly HistoryObservationPart[];
  readonly relatives: readonly FamilyPart[];
}

/** What one relative has or had. */
export interface FamilyPart {
  readonly part: string;
  /** As written; empty where the record does not say who. */
  readonly relative: string;
  readonly conditions: readonly { readonly list: 'disease' | 'allergy'; readonly item: HistoryItem }[];
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
    observations: historyObservations(history, names),
    relatives: familyParts(history, names),
  };
}

/** An item told by itself keeps its name whatever else its list comes to hold. */
function partName(names: PartNames, kind: string, item: HistoryItem): string {
  return names.name(kind, item.key ?? item.code);
}

function familyParts(history: HealthHistory, names: PartNames): readonly FamilyPart[] {
  const told = [
    ...(history.familyDiseases ?? []).map((item) => ({ list: 'disease' as const, item })),
    ...(history.familyAllergies ?? []).map((item) => ({ list: 'allergy' as const, item })),
  ].filter(({ item }) => item.present);
  const byRelative = Map.groupBy(told, ({ item }) => text(item.relative) ?? '');
  return [...byRelative].map(([relative, conditions]) => ({ part: names.name('g', relative), relative, conditions }));
}

/** LOINC 72166-2 is the only risk factor the map of QĐ 831 gives a code. */
export const tobaccoStatus = { loinc: '72166-2', display: 'Tobacco smoking status' } as const;
