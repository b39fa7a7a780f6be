/** Random `_include` and `_revinclude`: by parameters that lead somewhere, those of what is included among them. */
import { type NaiveSearch, parametersOf } from './naive-search.js';
import type { Random } from './random.js';

interface Leading {
  readonly source: string;
  readonly code: string;
  readonly target: string;
}

export class RandomInclusions {
  readonly #leading: readonly Leading[];

  constructor(
    naive: NaiveSearch,
    private readonly random: Random,
  ) {
    const found = naive.resources.flatMap((resource) =>
      parametersOf(resource.resourceType)
        .filter(({ type }) => type === 'reference')
        .flatMap(({ code }) =>
          naive.references(resource, code).map((name) => ({
            source: resource.resourceType,
            code,
            target: name.slice(0, name.indexOf('/')),
          })),
        ),
    );
    this.#leading = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
  }

  /** At least one that begins at the type, where any does, and up to two that go on. */
  of(type: string): readonly (readonly [string, string])[] {
    const first = this.#from(new Set([type]), '');
    if (!first) return [];
    const chosen = [first];
    const reached = new Set([type, first.reached]);
    for (let count = this.random.below(3); count > 0; count -= 1) {
      const next = this.#from(reached, ':iterate');
      if (next) chosen.push(next);
      if (next) reached.add(next.reached);
    }
    return chosen.map(({ parameter }) => parameter);
  }

  #from(
    types: ReadonlySet<string>,
    iterate: '' | ':iterate',
  ): { readonly parameter: readonly [string, string]; readonly reached: string } | undefined {
    const reverse = this.random.chance(0.4);
    const usable = this.#leading.filter(({ source, target }) => types.has(reverse ? target : source));
    if (usable.length === 0) return undefined;
    const { source, code, target } = this.random.pick(usable);
    const name = !reverse && this.random.chance(0.15) ? '*' : code;
    const only = name !== '*' && this.random.chance(0.3) ? `:${target}` : '';
    return {
      parameter: [`${reverse ? '_revinclude' : '_include'}${iterate}`, `${source}:${name}${only}`],
      reached: reverse ? source : target,
    };
  }
}
