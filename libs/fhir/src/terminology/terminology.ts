import type { PlaceRegister } from '#domain/places/place-register.js';
import { type Concept, once, type ShippedCodeSystem } from './code-system.js';
import { hl7CodeSystems, hl7ValueSets } from './hl7-terminology.js';
import { icd10 } from './icd10.js';
import { loinc } from './loinc.js';
import { ownCodeSystems } from './own-code-systems.js';
import { placeCodeSystem } from './places.js';
import { ucum } from './ucum.js';
import type { ShippedValueSet } from './value-set.js';

/** A code of a value set, with the code system it is of. */
export interface MemberConcept {
  readonly system: ShippedCodeSystem;
  readonly concept: Concept;
}

/** The code systems and value sets that are shipped. Tables are read when they are first asked for. */
export class Terminology {
  readonly #codeSystems: () => ReadonlyMap<string, ShippedCodeSystem>;
  readonly #valueSets: () => ReadonlyMap<string, ShippedValueSet>;
  readonly #narrower = new Map<string, ReadonlyMap<string, readonly string[]>>();

  constructor(places: PlaceRegister) {
    this.#codeSystems = once(() => {
      const systems = [icd10, loinc, ucum, placeCodeSystem(places), ...ownCodeSystems, ...hl7CodeSystems()];
      return new Map(systems.flatMap((one) => [one.url, ...(one.aliases ?? [])].map((url) => [url, one])));
    });
    this.#valueSets = once(() => {
      const own = [...new Set(this.#codeSystems().values())].filter(({ url }) => hasOwnValueSet(url)).map(allOf);
      return new Map([...own, ...hl7ValueSets()].map((one) => [one.url, one]));
    });
  }

  /** By URI, which may end in `|version`; `undefined` where the system or that version of it is not shipped. */
  codeSystem(canonical: string, version?: string): ShippedCodeSystem | undefined {
    return versioned(this.#codeSystems(), canonical, version);
  }

  /** As {@link codeSystem}. */
  valueSet(canonical: string, version?: string): ShippedValueSet | undefined {
    return versioned(this.#valueSets(), canonical, version);
  }

  codeSystems(): readonly ShippedCodeSystem[] {
    return [...new Set(this.#codeSystems().values())];
  }

  valueSets(): readonly ShippedValueSet[] {
    return [...this.#valueSets().values()];
  }

  /** Codes whose parent a code is. */
  narrower({ id, concepts }: ShippedCodeSystem, code: string): readonly string[] {
    let children = this.#narrower.get(id);
    if (!children) {
      const all = [...concepts().values()].filter(({ parent }) => parent !== undefined);
      const byParent = Map.groupBy(all, ({ parent }) => parent ?? '');
      children = new Map([...byParent].map(([parent, of]) => [parent, of.map((one) => one.code)]));
      this.#narrower.set(id, children);
    }
    return children.get(code) ?? [];
  }

  /** Every known code of a value set, in its order. */
  *members({ includes }: ShippedValueSet): Generator<MemberConcept> {
    for (const { system: url, codes } of includes) {
      const system = this.codeSystem(url);
      if (!system) continue;
      const known = system.concepts();
      const listed = codes?.flatMap((code) => known.get(code) ?? []) ?? known.values();
      for (const concept of listed) yield { system, concept };
    }
  }
}

const hasOwnValueSet = (system: string): boolean =>
  system.startsWith('urn:lien-tuyen:') || [icd10.url, loinc.url, ucum.url].includes(system);

/** All codes of a system that has no value set of its own makers. */
const allOf = ({ id, url, name, title, version }: ShippedCodeSystem): ShippedValueSet => ({
  id,
  url: `urn:lien-tuyen:valueset:${id}`,
  name: `${name}All`,
  title,
  version,
  includes: [{ system: url }],
});

function versioned<Shipped extends { readonly version: string }>(
  known: ReadonlyMap<string, Shipped>,
  canonical: string,
  version?: string,
): Shipped | undefined {
  const bar = canonical.indexOf('|');
  const url = bar < 0 ? canonical : canonical.slice(0, bar);
  const wanted = version ?? (bar < 0 ? undefined : canonical.slice(bar + 1));
  const found = known.get(url);
  return found && (wanted === undefined || wanted === found.version) ? found : undefined;
}
