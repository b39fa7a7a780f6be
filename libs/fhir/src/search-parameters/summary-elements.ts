/** Which elements of a resource a summary has, from data/r4-summary.tsv (made of HL7's definitions by scripts/fhir-elements.mjs). */
import { readTable } from '../tables.js';

interface SummaryElements {
  readonly summary: ReadonlySet<string>;
  /** No resource of the type can be without. */
  readonly required: ReadonlySet<string>;
}

const byType = new Map<string, SummaryElements>(
  readTable('r4-summary.tsv').map((row) => {
    const names = (row['elements'] ?? '').split(' ').filter((name) => name !== '');
    return [
      row['type'] ?? '',
      {
        summary: new Set(names.map((name) => name.replace('!', ''))),
        required: new Set(names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1))),
      },
    ];
  }),
);

const nothing: SummaryElements = { summary: new Set(), required: new Set() };

export const summaryElementsOf = (type: string): SummaryElements => byType.get(type) ?? nothing;
