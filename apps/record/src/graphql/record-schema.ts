/** The GraphQL schema of the record (R4 GraphQL): reads, searches and connections of every served type, and what refers to a resource. */
import {
  GraphQLFloat,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLID,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import type { Resource } from '@medplum/fhirtypes';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { servedTypes } from '../search/definitions.js';
import { ElementTypes, type Fields } from './element-types.js';
import type { RecordReading, SearchArguments } from './record-reading.js';

type Field = GraphQLFieldConfig<unknown, RecordReading>;

/** The same for every caller. Takes some 0.1 s. */
export function recordSchema(): GraphQLSchema {
  const types: ElementTypes = new ElementTypes((type) => referringLists(type, types));
  const fields: Fields = {};
  for (const { type } of servedTypes) {
    fields[type] = {
      type: types.resourceType(type),
      args: { id: { type: new GraphQLNonNull(GraphQLID) } },
      resolve: (_, { id }: { readonly id: string }, reading) => reading.read(type, id),
    };
    fields[`${type}List`] = {
      type: new GraphQLList(types.resourceType(type)),
      args: searchArguments(type),
      resolve: (_, args: SearchArguments, reading) => reading.list(type, args),
    };
    fields[`${type}Connection`] = connection(type, types);
  }
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields }),
    types: servedTypes.map(({ type }) => types.resourceType(type)),
  });
}

/** `ConditionList(_reference: "patient")` of a resource: what refers to it by that search parameter. */
function referringLists(target: string, types: ElementTypes): Fields {
  const fields: Fields = {};
  for (const { type } of servedTypes) {
    const refers = [...searchParametersOf(type).values()].some(
      ({ kind, targets }) => kind === 'reference' && targets.includes(target),
    );
    if (!refers) continue;
    fields[`${type}List`] = {
      type: new GraphQLList(types.resourceType(type)),
      args: { _reference: { type: new GraphQLNonNull(GraphQLString) }, ...searchArguments(type) },
      resolve: (source, { _reference, ...args }: SearchArguments & { readonly _reference: string }, reading) =>
        reading.referring(type, _reference, source as Resource, args),
    };
  }
  return fields;
}

function connection(type: string, types: ElementTypes): Field {
  const edge = new GraphQLObjectType({
    name: `${type}Edge`,
    fields: {
      mode: { type: GraphQLString },
      score: { type: GraphQLFloat },
      resource: { type: types.resourceType(type) },
    },
  });
  return {
    type: new GraphQLObjectType({
      name: `${type}Connection`,
      fields: {
        count: { type: GraphQLInt, description: 'How many there are in all.' },
        pagesize: { type: GraphQLInt },
        next: { type: GraphQLID },
        edges: { type: new GraphQLList(edge) },
      },
    }),
    args: { _cursor: { type: GraphQLID }, ...searchArguments(type) },
    resolve: (_, args: SearchArguments, reading) => reading.connection(type, args),
  };
}

/** Search parameters with `_` for `-`; a list of values asks for all of them. */
function searchArguments(type: string): GraphQLFieldConfigArgumentMap {
  const values = { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) };
  return {
    _count: { type: GraphQLInt },
    _sort: { type: GraphQLString },
    ...Object.fromEntries([...searchParametersOf(type).keys()].map((name) => [name.replaceAll('-', '_'), values])),
  };
}
