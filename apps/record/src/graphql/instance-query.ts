import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, type SelectionNode } from 'graphql';
import type { Instance } from './graphql-service.js';

/** A query of one resource as a query of all: what it asks stands in a field `instance`, what it asks of the schema beside it. */
export function ofInstance(document: DocumentNode, { type, id }: Instance): DocumentNode {
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? wrapped(definition, type, id) : definition,
    ),
  };
}

function wrapped(operation: OperationDefinitionNode, type: string, id: string): OperationDefinitionNode {
  const { selections } = operation.selectionSet;
  const ofSchema = selections.filter(asksSchema);
  const ofResource = selections.filter((one) => !asksSchema(one));
  const field: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: 'instance' },
    name: { kind: Kind.NAME, value: type },
    arguments: [
      { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'id' }, value: { kind: Kind.STRING, value: id } },
    ],
    selectionSet: { kind: Kind.SELECTION_SET, selections: ofResource },
  };
  return {
    ...operation,
    selectionSet: { kind: Kind.SELECTION_SET, selections: ofResource.length > 0 ? [...ofSchema, field] : ofSchema },
  };
}

const asksSchema = (selection: SelectionNode): boolean =>
  selection.kind === Kind.FIELD && (selection.name.value === '__schema' || selection.name.value === '__type');
