/** How much one GraphQL query may ask for, told from its text before anything is read. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { FhirFault } from '../http/fhir-fault.js';

export interface GraphqlLimits {
  /** Most words and signs of a query. */
  readonly tokens: number;
  /** Most fields one within the other. */
  readonly depth: number;
  /** Most fields of the answer, as lists are asked for. */
  readonly cost: number;
  /** Most searches. */
  readonly searches: number;
  /** Most resources read by reference. */
  readonly references: number;
  readonly milliseconds: number;
}

export const usualLimits: GraphqlLimits = {
  tokens: 2_000,
  depth: 16,
  cost: 50_000,
  searches: 200,
  references: 2_000,
  milliseconds: 10_000,
};

/** Resources of a list for which no `_count` is given. */
export const defaultCount = 20;

/** What is told of the schema, in fields: the whole of it takes a third of a second. */
const schemaCosts: Readonly<Record<string, number>> = { __schema: 20_000, __type: 500 };

interface Weight {
  readonly cost: number;
  readonly depth: number;
}

/**
 * @param variables that stand for `_count`
 * @throws FhirFault 400 for a query that would be too deep or too large
 */
export function checkWeight(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  limits: GraphqlLimits,
): void {
  const { cost, depth } = new Weighing(document, { ...defaultsOf(operation), ...variables }).of(operation.selectionSet);
  if (depth > limits.depth)
    throw tooCostly(`sâu ${depth} tầng, nhiều nhất ${limits.depth}`, `${depth} levels deep, at most ${limits.depth}`);
  if (cost > limits.cost)
    throw tooCostly(
      `có thể đến ${cost} trường, nhiều nhất ${limits.cost}; hãy giảm _count`,
      `up to ${cost} fields, at most ${limits.cost}; lower _count`,
    );
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
    ),
  );
}

/** Fragments are weighed once, however often they are spread; those that lead back to themselves have been refused before. */
class Weighing {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Weight>();

  constructor(
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    const definitions = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(definitions.map((one) => [one.name.value, one]));
  }

  of({ selections }: SelectionSetNode): Weight {
    let [cost, depth] = [0, 0];
    for (const selection of selections) {
      const weight =
        selection.kind === Kind.FIELD
          ? this.#field(selection)
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.of(selection.selectionSet)
            : this.#fragment(selection.name.value);
      cost += weight.cost;
      depth = Math.max(depth, weight.depth);
    }
    return { cost, depth };
  }

  #field(field: FieldNode): Weight {
    // How deep the schema is asked for has a rule of its own.
    const ofSchema = schemaCosts[field.name.value];
    if (ofSchema !== undefined || !field.selectionSet) return { cost: ofSchema ?? 1, depth: 1 };
    const inner = this.of(field.selectionSet);
    return { cost: 1 + inner.cost * this.#repeats(field), depth: inner.depth + 1 };
  }

  #fragment(name: string): Weight {
    const known = this.#known.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    const weight = fragment ? this.of(fragment.selectionSet) : { cost: 0, depth: 0 };
    this.#known.set(name, weight);
    return weight;
  }

  #repeats({ name, arguments: given = [] }: FieldNode): number {
    if (!/^[A-Z]\w+(?:List|Connection)$/.test(name.value)) return 1;
    const count = given.find((one) => one.name.value === '_count');
    const asked = count === undefined ? defaultCount : this.#number(count.value);
    return Math.max(1, asked ?? defaultCount);
  }

  #number(value: ValueNode): number | undefined {
    if (value.kind === Kind.INT) return Number(value.value);
    const given = value.kind === Kind.VARIABLE ? this.variables[value.name.value] : undefined;
    return typeof given === 'number' ? given : undefined;
  }
}

const tooCostly = (vi: string, en: string): FhirFault =>
  new FhirFault(400, 'too-costly', { vi: `Truy vấn quá lớn: ${vi}.`, en: `The query is too large: ${en}.` });
