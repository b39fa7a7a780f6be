/** Runs GraphQL queries over the record: parsed, checked, weighed, then executed within a time. */
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  MaxIntrospectionDepthRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Logger } from 'pino';
import { errorFields } from '#platform/logging.js';
import { FhirFault, issue, outcome } from '../http/fhir-fault.js';
import { checkWeight, type GraphqlLimits, usualLimits } from './graphql-limits.js';
import { ofInstance } from './instance-query.js';
import type { RecordReading } from './record-reading.js';
import { recordSchema } from './record-schema.js';

export interface GraphqlQuery {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface GraphqlAnswer {
  /** `null` where nothing could be told; absent where nothing was executed. */
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Of one resource: `/Patient/1/$graphql`. */
export interface Instance {
  readonly type: string;
  readonly id: string;
}

export class GraphqlService {
  #made: GraphQLSchema | undefined;

  constructor(
    private readonly logger: Pick<Logger, 'error'>,
    readonly limits: GraphqlLimits = usualLimits,
  ) {}

  /**
   * @param reading of the caller
   * @throws FhirFault 400 for a query that is not executed because it asks for too much
   */
  async run(
    { query, operationName, variables }: GraphqlQuery,
    reading: RecordReading,
    instance?: Instance,
  ): Promise<GraphqlAnswer> {
    const prepared = this.#prepared(query, instance);
    if ('errors' in prepared) return { errors: this.#formatted(prepared.errors) };
    const { document } = prepared;
    const operation = operationOf(document, operationName);
    if (!operation)
      return { errors: this.#formatted([new GraphQLError('There must be one operation, or its name must be given.')]) };
    checkWeight(document, operation, variables, this.limits);
    const result = await this.#executed(document, { operationName, variables }, reading);
    const data = instance && result.data ? unwrapped(result.data) : result.data;
    return { data, ...(result.errors && { errors: this.#formatted(result.errors) }) };
  }

  /** Made when a query is first asked. */
  #schema(): GraphQLSchema {
    this.#made ??= recordSchema();
    return this.#made;
  }

  #prepared(
    query: string,
    instance: Instance | undefined,
  ): { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] } {
    try {
      const parsed = parse(query, { maxTokens: this.limits.tokens });
      const document = instance ? ofInstance(parsed, instance) : parsed;
      const errors = validate(this.#schema(), document, [...specifiedRules, MaxIntrospectionDepthRule], {
        maxErrors: 10,
        hideSuggestions: true,
      });
      return errors.length > 0 ? { errors } : { document };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  }

  async #executed(
    document: DocumentNode,
    {
      operationName,
      variables,
    }: { readonly operationName: string | undefined; readonly variables: Readonly<Record<string, unknown>> },
    reading: RecordReading,
  ): Promise<ExecutionResult> {
    const abortSignal = AbortSignal.timeout(this.limits.milliseconds);
    try {
      return await execute({
        schema: this.#schema(),
        document,
        contextValue: reading,
        variableValues: variables,
        operationName,
        abortSignal,
        hideSuggestions: true,
      });
    } catch (error) {
      if (!abortSignal.aborted) throw error;
      throw new FhirFault(400, 'too-costly', {
        vi: 'Truy vấn mất quá nhiều thời gian; hãy hỏi ít hơn.',
        en: 'The query takes too long; ask for less.',
      });
    }
  }

  /** With the OperationOutcome of each (R4 GraphQL); of a fault of this system, no more than that there was one. */
  #formatted(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
    return errors.map((error) => {
      const { originalError: cause } = error;
      if (cause === undefined || cause === null || cause instanceof GraphQLError) {
        const told = outcome([issue('error', 'invalid', { vi: 'Truy vấn GraphQL không hợp lệ.', en: error.message })]);
        return { ...error.toJSON(), extensions: { resource: told } };
      }
      const fault = cause instanceof FhirFault ? cause : undefined;
      if (!fault) this.logger.error(errorFields(cause), 'GraphQL field failed');
      const { vi, en } = fault?.text ?? {
        vi: 'Lỗi trong hệ thống, đã được ghi lại.',
        en: 'A fault of this system; it has been logged.',
      };
      return {
        message: `${vi} (${en})`,
        ...(error.locations && { locations: error.locations }),
        ...(error.path && { path: error.path }),
        extensions: { resource: fault?.toOutcome() ?? outcome([issue('error', 'exception', { vi, en })]) },
      };
    });
  }
}

function operationOf({ definitions }: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (name !== undefined) return operations.find((one) => one.name?.value === name);
  return operations.length === 1 ? operations[0] : undefined;
}

/** What the query of one resource says of that resource, and of the schema. */
function unwrapped({ instance, ...schema }: Readonly<Record<string, unknown>>): unknown {
  return typeof instance === 'object' && instance !== null
    ? { ...schema, ...instance }
    : Object.keys(schema).length > 0
      ? schema
      : null;
}
