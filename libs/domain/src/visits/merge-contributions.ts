import type { Coding, Diagnosis, Vitals } from '../codes.js';
import type { KeptElements } from '../kept-resources/kept-content.js';
import { sameContent } from '../same-content.js';
import type { VisitContent } from './visit-content.js';
import type { VisitSource } from './visit-events.js';

/** Whose word counts where two sources differ; a health record adds to what the claim says, and a check-in speaks only until more is known. */
const precedence: readonly VisitSource[] = ['insurance-claim', 'bundle', 'command', 'health-record', 'check-in'];

export type VisitContributions = Readonly<Partial<Record<VisitSource, VisitContent>>>;

/** One visit out of what each source says of it; at least one contribution is needed. */
export function mergeContributions(contributions: VisitContributions): VisitContent {
  const inOrder = precedence.flatMap((source) => {
    const content = contributions[source];
    return content ? [{ source, content }] : [];
  });
  const [first, ...rest] = inOrder;
  if (!first) throw new Error('A visit needs at least one contribution');
  return rest.reduce((base, { source, content }) => addTo(base, content, source), first.content);
}

function addTo(base: VisitContent, addition: VisitContent, source: VisitSource): VisitContent {
  const ofLines = source === 'bundle' ? unitedLines : firstTold;
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
    medications: ofLines(base.medications, addition.medications),
    services: ofLines(base.services, addition.services),
    results: united(base.results, addition.results),
    notes: united(base.notes, addition.notes),
    ...((base.otherTables ?? addition.otherTables) && {
      otherTables: { ...addition.otherTables, ...base.otherTables },
    }),
  };
}

interface Line extends Coding {
  readonly kept?: KeptElements;
}

function firstTold<Item extends Line>(base: readonly Item[], addition: readonly Item[]): readonly Item[] {
  return base.length > 0 ? base : addition;
}

/** What a bundle names is never dropped: lines of a code the claim has are the claim's, with what the bundle's kept. */
function unitedLines<Item extends Line>(base: readonly Item[], addition: readonly Item[]): readonly Item[] {
  const left = [...addition];
  const known = base.map((line) => {
    const index = line.code === '' ? -1 : left.findIndex((other) => other.code === line.code);
    const [same] = index < 0 ? [] : left.splice(index, 1);
    return withKeptOf(line, same);
  });
  return [...known, ...left];
}

function withKeptOf<Item extends Line>(item: Item, same: Line | undefined): Item {
  return item.kept === undefined && same?.kept !== undefined ? { ...item, kept: same.kept } : item;
}

function united<Item>(base: readonly Item[], addition: readonly Item[]): readonly Item[] {
  return [...base, ...addition.filter((item) => !base.some((known) => sameContent(known, item)))];
}

function unitedDiagnoses(base: readonly Diagnosis[], addition: readonly Diagnosis[]): readonly Diagnosis[] {
  const hasMain = base.some((diagnosis) => diagnosis.role === 'main');
  return [
    ...base.map((known) =>
      withKeptOf(
        known,
        addition.find(({ code }) => code === known.code),
      ),
    ),
    ...addition
      .filter((diagnosis) => !base.some((known) => known.code === diagnosis.code))
      .map((diagnosis): Diagnosis =>
        hasMain && diagnosis.role === 'main' ? { ...diagnosis, role: 'comorbidity' } : diagnosis,
      ),
  ];
}
