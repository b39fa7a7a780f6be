import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Resource } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject } from '#fhir/reading/json.js';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { type Visibility, ofEverybody, visibilityOf } from '../access/visibility.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { FhirFault } from '../http/fhir-fault.js';
import { baseOf, checkedId, definitionOf } from '../http/fhir-http.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries, type ViewQueries } from '../record-queries.js';
import { partOf } from '#fhir/resource-ids.js';
import { endOf } from '../search/moments.js';
import type { GraphqlAnswer, GraphqlQuery, GraphqlService, Instance } from './graphql-service.js';
import { GRAPHQL } from './injection.js';
import { RecordReading } from './record-reading.js';

/** GraphQL over the record (R4 GraphQL): of the server, and of one resource. Reading alone. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
export class GraphqlController {
  constructor(
    @Inject(GRAPHQL) private readonly graphql: GraphqlService,
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
  ) {}

  @Get('$graphql')
  ofServer(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    return this.#answer(caller, queryIn(request), request, reply);
  }

  @Post('$graphql')
  @RawBody()
  @HttpCode(200)
  ofServerByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    return this.#answer(caller, queryIn(request, body), request, reply);
  }

  @Get(':type/:id/$graphql')
  ofResource(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    return this.#answer(caller, queryIn(request), request, reply, instanceOf(type, id));
  }

  @Post(':type/:id/$graphql')
  @RawBody()
  @HttpCode(200)
  ofResourceByPost(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GraphqlAnswer> {
    return this.#answer(caller, queryIn(request, body), request, reply, instanceOf(type, id));
  }

  async #answer(
    caller: Caller,
    query: GraphqlQuery,
    request: FastifyRequest,
    reply: FastifyReply,
    instance?: Instance,
  ): Promise<GraphqlAnswer> {
    const disclosure = disclosureOf(request);
    if (request.method === 'POST') disclosure.query = new URLSearchParams({ query: query.query }).toString();
    const read: Resource[] = [];
    const over = (queries: ViewQueries, visibility: Visibility): Promise<GraphqlAnswer> => {
      const reading = new RecordReading(
        queries,
        {
          caller,
          visibility,
          pages: this.queries.pages,
          base: baseOf(request),
          // Aliases hide in the answer whose data it is.
          shown: (resource) => read.push(resource),
        },
        this.graphql.limits,
      );
      return this.graphql.run(query, reading, instance);
    };
    const visibility = visibilityOf(caller);
    const before = asOfIn(request, instance);
    const answer =
      before === undefined || !instance
        ? await over(this.queries, visibility)
        : await this.queries.asOf.use(partOf(instance.id).document, before, visibility, (view) =>
            over(this.queries.over(view), ofEverybody(visibility)),
          );
    for (const resident of await this.queries.residentsOf.of(read)) disclosure.residents.add(resident);
    // Nothing was executed: GraphQL over HTTP, §6.4.1.
    if (answer.data === undefined) reply.status(400);
    reply.type('application/json; charset=utf-8').header('Cache-Control', 'private, no-cache');
    return answer;
  }
}

const taken: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'asOf', '_format', '_pretty']);

function addressParameters(request: FastifyRequest): URLSearchParams {
  const { searchParams } = new URL(request.raw.url ?? '', 'http://localhost');
  for (const name of searchParams.keys()) {
    if (taken.has(name)) continue;
    const shown = name.slice(0, 100);
    throw new FhirFault(400, 'not-supported', {
      vi: `Không hỗ trợ tham số: ${shown}.`,
      en: `Parameter not supported: ${shown}.`,
    });
  }
  return searchParams;
}

function instanceOf(type: string, id: string): Instance {
  return { type: definitionOf(type).type, id: checkedId(id) };
}

/** A moment, of one resource alone: what was known of everybody is not kept. */
function asOfIn(request: FastifyRequest, instance: Instance | undefined): number | undefined {
  const asOf = addressParameters(request).get('asOf');
  if (asOf === null) return undefined;
  if (instance) return endOf('asOf', asOf);
  throw new FhirFault(400, 'too-costly', {
    vi: 'asOf cần một tài nguyên: /fhir/Patient/{id}/$graphql.',
    en: 'asOf needs one resource: /fhir/Patient/{id}/$graphql.',
  });
}

/**
 * In the address, as JSON (`query`, `operationName`, `variables`), or as `application/graphql`.
 * @throws FhirFault 400, 415
 */
function queryIn(request: FastifyRequest, body?: Buffer): GraphqlQuery {
  const address = addressParameters(request);
  const type = request.headers['content-type'] ?? '';
  if (request.method !== 'POST') return checkedQuery(Object.fromEntries(address));
  if (/^application\/graphql\b/i.test(type))
    return checkedQuery({ ...Object.fromEntries(address), query: body?.toString() ?? '' });
  if (/^application\/([\w.-]+\+)?json\b/i.test(type)) return checkedQuery(parsed(body?.toString() ?? ''));
  throw new FhirFault(415, 'not-supported', {
    vi: 'Nội dung phải là application/json hoặc application/graphql.',
    en: 'The body must be application/json or application/graphql.',
  });
}

function checkedQuery(asked: unknown): GraphqlQuery {
  const { query, operationName, variables } = isObject(asked) ? asked : {};
  const values = typeof variables === 'string' ? parsed(variables) : (variables ?? {});
  if (typeof query !== 'string' || query.trim() === '' || !isObject(values)) throw notQuery();
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') throw notQuery();
  return {
    query,
    variables: values,
    ...(typeof operationName === 'string' && operationName !== '' && { operationName }),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw notQuery();
  }
}

const notQuery = (): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: 'Cần query (chuỗi), và nếu có: operationName (chuỗi), variables (đối tượng).',
    en: 'Needed: query (a string), and if any operationName (a string), variables (an object).',
  });
