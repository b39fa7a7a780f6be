import { elementsAt } from '#fhir/search-parameters/elements-at.js';
import { showsType, type Visibility } from '../access/visibility.js';
import type { CriteriaCompiler } from './criteria.js';
import { type Criterion, nothing } from './criterion.js';
import { definitions } from './definitions.js';
import type { TypeDefinition } from './definitions/type-definition.js';
import { referenceOf } from './matching/element-values.js';
import type { Planner } from './planner.js';
import type { RecordSearch } from './record-search.js';
import { type SearchLimits, tooManyLinked } from './search-limits.js';
import type { AskedCriterion, Link } from './search-request.js';
import { all, type Sql, sql } from './sql.js';

/**
 * Chained parameters and `_has`. Where few resources meet the condition they are found first, and then what refers to them; where
 * they are many, each row is asked whether one of its own does, if both tables can tell.
 */
export class Links {
  constructor(
    private readonly planner: Planner,
    private readonly compiler: CriteriaCompiler,
    private readonly search: RecordSearch,
    private readonly limits: SearchLimits,
  ) {}

  async chain(
    definition: TypeDefinition,
    { parameter, links }: Extract<AskedCriterion, { readonly kind: 'chain' }>,
    visibility: Visibility,
  ): Promise<Criterion> {
    const names: string[] = [];
    for (const link of links) {
      const found = await this.#meeting(link, visibility);
      if (!found && links.length === 1)
        return this.#eachAsked(definition, definition, parameter.name, link, visibility);
      if (!found) throw tooManyLinked(link.searched, this.limits.chained);
      names.push(...found.map(nameOf));
    }
    if (names.length === 0) return nothing;
    return this.compiler.values(definition, { kind: 'values', parameter, values: names });
  }

  async has(
    definition: TypeDefinition,
    { parameter, link }: Extract<AskedCriterion, { readonly kind: 'has' }>,
    visibility: Visibility,
  ): Promise<Criterion> {
    const found = await this.#meeting(link, visibility);
    if (!found) {
      const source = definitions.get(link.searched.type);
      if (!source) throw tooManyLinked(link.searched, this.limits.chained);
      return this.#eachAsked(definition, source, parameter.name, link, visibility);
    }
    const ids = found
      .flatMap((resource) => elementsAt(resource, parameter.paths))
      .flatMap((element) => {
        const reference = referenceOf(element);
        return reference?.type === definition.type && reference.id !== undefined ? [reference.id] : [];
      });
    return this.compiler.byIds(definition, [...new Set(ids)]);
  }

  /** What meets the condition, of types the caller's token lets it read; `undefined` when it is too much. */
  async #meeting({ searched, criterion }: Link, visibility: Visibility): ReturnType<RecordSearch['everything']> {
    if (!showsType(visibility, searched.type)) return [];
    return this.search.everything({ searched, criteria: [criterion] }, visibility, this.limits.chained);
  }

  /** @param source whose rows refer, by the parameter `reference` */
  async #eachAsked(
    definition: TypeDefinition,
    source: TypeDefinition,
    reference: string,
    link: Link,
    visibility: Visibility,
  ): Promise<Criterion> {
    const tooMany = tooManyLinked(link.searched, this.limits.chained);
    const linked = definitions.get(link.searched.type);
    const kind = Object.hasOwn(source.parameters, reference) ? source.parameters[reference]?.kind : undefined;
    if (!linked || definition.superset === true || (kind !== 'patient' && kind !== 'encounter')) throw tooMany;
    const criterion = await this.planner.criterion(linked, link.criterion, visibility);
    if (criterion.matcher) throw tooMany;
    // Those kept as they were sent are found first: they are few, or it cannot be told.
    const selfDescribed = await this.search.everything(
      { searched: link.searched, criteria: [link.criterion] },
      visibility,
      this.limits.chained,
      'self-described',
    );
    if (!selfDescribed || selfDescribed.length > 0) throw tooMany;
    const own = kind === 'patient' ? definition.resident : 'e.number';
    const other = kind === 'patient' ? linked.resident : 'e.number';
    if (own === undefined || other === undefined) throw tooMany;
    const conditions = all([...this.planner.always(linked, visibility, [link.criterion]), criterion.filter]);
    // Of one person there are few: no index of codes is to be tried for each.
    const inner = under(
      'h',
      sql(`${other} = $own and case when ${conditions.text} then 1 else 0 end = 1`, ...conditions.values),
    );
    const text = `exists (select 1 from ${linked.table} h where ${inner.text.replace('$own', own)})`;
    return { filter: sql(text, ...inner.values) };
  }
}

const nameOf = ({ resourceType, id }: { readonly resourceType: string; readonly id?: string }): string =>
  `${resourceType}/${id}`;

/** The same condition over a table under another name. */
const under = (alias: string, { text, values }: Sql): Sql => ({ text: text.replace(/\be\./g, `${alias}.`), values });
