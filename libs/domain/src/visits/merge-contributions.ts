import type { Diagnosis, Vitals } from '../codes.js';
import { sameContent } from '../same-content.js';
import type { VisitContent } from './visit-content.js';
import type { VisitSource } from './visit-events.js';

/** Whose word counts where two sources differ; a health record adds to what the claim says, and a check-in speaks only until more is known. */
const precedence: readonly VisitSource[] = ['insurance-claim', 'bundle', 'command', 'health-record', 'check-in'];

export type VisitContributions = Readonly<Partial<Record<VisitSource, VisitContent>>>;

/** One visit out of what each source says of it; at least one contribution is needed. */
export function mergeContributions(contributions: VisitContributions): VisitContent {
  const inOrder = precedence.flatMap((source) => contributions[source] ?? []);
  const [first, ...rest] = inOrder;
  if (!first) throw new Error('A visit needs at least one contribution');
  return rest.reduce(addTo, first);
}

function addTo(base: VisitContent, addition: VisitContent): VisitContent {
  const vitalsFromAddition = base.vitalsSource !== 'measured' && addition.vitalsSource === 'measured';
  const vitals: Vitals = vitalsFromAddition
    ? { ...base.vitals, ...addition.vitals }
    : { ...addition.vitals, ...base.vitals };
  const vitalsSource = vitalsFromAddition ? addition.vitalsSource : (base.vitalsSource ?? addition.vitalsSource);
  return {
    ...addition,
    ...base,
    insured: base.insured || addition.insured,
    cards: base.cards.length > 0 ? base.cards : addition.cards,
    diagnoses: unitedDiagnoses(base.diagnoses, addition.diagnoses),
    vitals,
    ...(vitalsSource && { vitalsSource }),
    medications: base.medications.length > 0 ? base.medications : addition.medications,
    services: base.services.length > 0 ? base.services : addition.services,
    results: united(base.results, addition.results),
    notes: united(base.notes, addition.notes),
    ...((base.otherTables ?? addition.otherTables) && {
      otherTables: { ...addition.otherTables, ...base.otherTables },
    }),
  };
}

function united<Item>(base: readonly Item[], addition: readonly Item[]): readonly Item[] {
  return [...base, ...addition.filter((item) => !base.some((known) => sameContent(known, item)))];
}

function unitedDiagnoses(base: readonly Diagnosis[], addition: readonly Diagnosis[]): readonly Diagnosis[] {
  const hasMain = base.some((diagnosis) => diagnosis.role === 'main');
  return [
    ...base,
    ...addition
      .filter((diagnosis) => !base.some((known) => known.code === diagnosis.code))
      .map((diagnosis): Diagnosis =>
        hasMain && diagnosis.role === 'main' ? { ...diagnosis, role: 'comorbidity' } : diagnosis,
      ),
  ];
}
