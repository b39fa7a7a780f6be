/** GraphQL types of FHIR's resources and data types, made from the table of elements (R4 3.1.5). */
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import { type ElementRule, rulesOf } from '#fhir/structure/element-tables.js';
import { navigated } from './list-navigation.js';
import type { RecordReading } from './record-reading.js';

export type Fields = Record<string, GraphQLFieldConfig<unknown, RecordReading>>;

const scalars: Readonly<Record<string, GraphQLScalarType>> = {
  boolean: GraphQLBoolean,
  decimal: GraphQLFloat,
  integer: GraphQLInt,
  positiveInt: GraphQLInt,
  unsignedInt: GraphQLInt,
  id: GraphQLID,
};

/** Primitives have a lower-case name; all that are no numbers and no booleans are texts. */
const scalarOf = (type: string): GraphQLScalarType | undefined =>
  /^[a-z]/.test(type) ? (scalars[type] ?? GraphQLString) : undefined;

const rule = (name: string, type: string, many = false): ElementRule => ({
  name,
  type,
  many,
  required: false,
  choice: '',
});

/** Of every resource and every data type, which the table leaves out. */
const ofResources = [
  rule('id', 'id'),
  rule('meta', 'Meta'),
  rule('implicitRules', 'uri'),
  rule('language', 'code'),
  rule('text', 'Narrative'),
  rule('contained', 'Resource', true),
  rule('extension', 'Extension', true),
  rule('modifierExtension', 'Extension', true),
];
const ofElements = [rule('id', 'string'), rule('extension', 'Extension', true)];

/** Types by FHIR's names, each made once. */
export class ElementTypes {
  readonly #types = new Map<string, GraphQLObjectType<unknown, RecordReading>>();

  readonly resource = new GraphQLInterfaceType({
    name: 'Resource',
    description: 'Any resource.',
    fields: () => ({
      resourceType: { type: new GraphQLNonNull(GraphQLString) },
      id: { type: GraphQLID },
      meta: { type: this.element('Meta') },
      implicitRules: { type: GraphQLString },
      language: { type: GraphQLString },
    }),
    resolveType: (value) => (value as { readonly resourceType: string }).resourceType,
  });

  /** @param more fields of a resource type beyond its elements */
  constructor(private readonly more: (resourceType: string) => Fields) {}

  /** Of a resource type. */
  resourceType(name: string): GraphQLObjectType<unknown, RecordReading> {
    return this.#type(name, () => ({
      resourceType: { type: new GraphQLNonNull(GraphQLString) },
      ...this.#elements([...ofResources, ...elementsOf(name)]),
      ...this.more(name),
    }));
  }

  /** Of a data type, or of a nested element by its path. */
  element(name: string): GraphQLObjectType<unknown, RecordReading> {
    return this.#type(name, () => ({
      ...this.#elements([...ofElements, ...elementsOf(name)]),
      ...(name === 'Reference' && { resource: this.#referred() }),
    }));
  }

  #type(owner: string, fields: () => Fields): GraphQLObjectType<unknown, RecordReading> {
    const known = this.#types.get(owner);
    if (known) return known;
    const name = typeName(owner);
    const isResource = rulesOf('')?.elements.has(owner) === true;
    const type = new GraphQLObjectType<unknown, RecordReading>({
      name,
      fields,
      ...(isResource && { interfaces: [this.resource] }),
    });
    this.#types.set(owner, type);
    return type;
  }

  #elements(rules: readonly ElementRule[]): Fields {
    const fields: Fields = {};
    for (const one of rules) {
      fields[one.name] = this.#field(one);
      // Extensions of a primitive stand beside it.
      if (scalarOf(one.type) && one.type !== 'xhtml') {
        const beside = this.element('Element');
        fields[`_${one.name}`] = { type: one.many ? new GraphQLList(beside) : beside };
      }
    }
    return fields;
  }

  #field({ name, type, many }: ElementRule): GraphQLFieldConfig<unknown, RecordReading> {
    const of = this.#output(type);
    if (!many) return { type: of };
    return {
      type: new GraphQLList(of),
      args: listArguments(type),
      resolve: (source, args: Readonly<Record<string, unknown>>) =>
        navigated((source as Readonly<Record<string, unknown>>)[name], args),
    };
  }

  #output(type: string): GraphQLOutputType {
    return scalarOf(type) ?? (type === 'Resource' ? this.resource : this.element(type));
  }

  /** `resource`: what the reference leads to, where it is of the type that is asked for. */
  #referred(): GraphQLFieldConfig<unknown, RecordReading> {
    return {
      type: this.resource,
      args: {
        optional: { type: GraphQLBoolean, description: 'No error where it is not there or not yours to read.' },
        type: { type: GraphQLString, description: 'Only of this resource type.' },
      },
      resolve: (source, { optional, type }: { readonly optional?: boolean; readonly type?: string }, reading) =>
        reading.referred((source as { readonly reference?: string }).reference, optional === true, type),
    };
  }
}

const elementsOf = (owner: string): readonly ElementRule[] => [...(rulesOf(owner)?.elements.values() ?? [])];

/** `Patient.contact` is `PatientContact`. */
const typeName = (owner: string): string => owner.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Items of a list are chosen by their primitive elements, `name(use: "official")`, and by their place. */
function listArguments(type: string): GraphQLFieldConfigArgumentMap {
  const args: GraphQLFieldConfigArgumentMap = {
    _count: { type: GraphQLInt },
    _offset: { type: GraphQLInt },
  };
  if (scalarOf(type) || type === 'Resource') return args;
  for (const element of elementsOf(type)) {
    const scalar = scalarOf(element.type);
    if (scalar) args[element.name] = { type: scalar };
  }
  return args;
}
