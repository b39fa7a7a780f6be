import type { Resource } from '@medplum/fhirtypes';
import { epochOfResource } from './summary-entries.js';
import { type SummarySection, summarySections } from './sections.js';

/** Most entries of one section; the newest. */
const mostEntries = 50;

export interface SelectedSection {
  readonly section: SummarySection;
  /** Newest first. */
  readonly resources: readonly Resource[];
  /** Of how many older ones nothing is told. */
  readonly left: number;
  /** Nothing is told, and somebody has said that there is nothing. */
  readonly denied: boolean;
}

/** Chooses, resource by resource, what a summary tells of a record; holds no more than it tells. */
export class SummarySelection {
  readonly #chosen = new Map<SummarySection, Map<string, Resource>>();
  readonly #denied = new Set<SummarySection>();

  /** @param at the moment of the summary, in milliseconds since 1970 */
  constructor(private readonly at: number) {}

  add(resource: Resource): void {
    for (const section of summarySections) {
      if (section.denies?.(resource) === true) this.#denied.add(section);
      if (!section.holds(resource, this.at)) continue;
      const chosen = this.#chosen.get(section) ?? new Map<string, Resource>();
      this.#chosen.set(section, chosen);
      const key = section.key(resource);
      const known = chosen.get(key);
      if (!known || isNewer(resource, known)) chosen.set(key, resource);
    }
  }

  /** What is a problem is no past one. */
  sections(): readonly SelectedSection[] {
    const problems = this.#chosen.get(sectionOf('11450-4'));
    for (const key of problems?.keys() ?? []) this.#chosen.get(sectionOf('11348-0'))?.delete(key);
    return summarySections.map((section) => {
      const all = [...(this.#chosen.get(section)?.values() ?? [])].toSorted((a, b) => (isNewer(a, b) ? -1 : 1));
      return {
        section,
        resources: all.slice(0, mostEntries),
        left: Math.max(0, all.length - mostEntries),
        denied: all.length === 0 && this.#denied.has(section),
      };
    });
  }
}

function sectionOf(code: string): SummarySection {
  const found = summarySections.find((one) => one.code === code);
  if (!found) throw new Error(`no section ${code}`);
  return found;
}

/** Of one moment, by id, so that one record has one summary. */
function isNewer(a: Resource, b: Resource): boolean {
  const [left, right] = [epochOfResource(a), epochOfResource(b)];
  return left === right ? (a.id ?? '') < (b.id ?? '') : left > right;
}
