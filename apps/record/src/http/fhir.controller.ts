import { All, Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Bundle, CapabilityStatement } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { visibilityOf } from '../access/visibility.js';
import type { PatientEverything } from '../everything/patient-everything.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import { RawBody } from '#platform/http/body-parsers.js';
import { type SearchedType, searchedType } from '../search/definitions.js';
import type { PageTokens } from '../search/page-token.js';
import { type Compartment, searchRequest } from '../search/search-request.js';
import type { SearchService } from '../search/search-service.js';
import { capabilityStatement } from './capability-statement.js';
import { FhirFault } from './fhir-fault.js';
import { requireJson } from './negotiation.js';
import { OutcomeFilter } from './outcome.filter.js';

/** What the controller asks: made once the view is there. */
export interface RecordQueries {
  readonly reader: RecordReader;
  readonly search: SearchService;
  readonly everything: PatientEverything;
  readonly pages: PageTokens;
  /** Day on which the service was started, for the CapabilityStatement. */
  readonly startedOn: string;
}

export const RECORD_QUERIES = Symbol('RecordQueries');

const resourceId = /^[A-Za-z0-9\-.]{1,64}$/;

/** FHIR R4 REST: read, search, `Patient/$everything`, capabilities. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
export class FhirController {
  constructor(@Inject(RECORD_QUERIES) private readonly queries: RecordQueries) {}

  @Get('metadata')
  metadata(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CapabilityStatement {
    visibilityOf(caller);
    parametersOf(request);
    fhir(reply);
    return capabilityStatement(baseOf(request), this.queries.startedOn);
  }

  @Get('Patient/:id/$everything')
  everything(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    const visibility = visibilityOf(caller);
    const parameters = parametersOf(request);
    fhir(reply);
    return this.queries.everything.bundle(checkedId(id), parameters, visibility, baseOf(request));
  }

  @Get(':type')
  search(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, type, parametersOf(request), request, reply);
  }

  /** The resources of a type about one resident, or of one encounter; `*`: of every type. */
  @Get(':compartment/:id/:type')
  searchCompartment(
    @CurrentCaller() caller: Caller,
    @Param('compartment') compartment: string,
    @Param('id') id: string,
    @Param('type') type: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    const within = compartmentOf(compartment, id);
    if (type === '*' && within.type === 'Patient') return this.everything(caller, id, request, reply);
    return this.#search(caller, type, parametersOf(request), request, reply, within);
  }

  @Post(':compartment/:id/:type/_search')
  @RawBody()
  @HttpCode(200)
  searchCompartmentByPost(
    @CurrentCaller() caller: Caller,
    @Param('compartment') compartment: string,
    @Param('id') id: string,
    @Param('type') type: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    const parameters = withForm(parametersOf(request), body, request);
    return this.#search(caller, type, parameters, request, reply, compartmentOf(compartment, id));
  }

  @Post(':type/_search')
  @RawBody()
  @HttpCode(200)
  searchByPost(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, type, withForm(parametersOf(request), body, request), request, reply);
  }

  @Get(':type/:id')
  async read(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServedResource | undefined> {
    const visibility = visibilityOf(caller);
    const parameters = parametersOf(request);
    for (const name of parameters.keys()) {
      if (name !== '_format' && name !== '_pretty')
        throw new FhirFault(400, 'not-supported', unsupportedParameter(name));
    }
    const resource = await this.queries.reader.read(servedType(type).type, checkedId(id), visibility);
    const etag = `W/"${resource.meta?.versionId}"`;
    fhir(reply)
      .header('ETag', etag)
      .header('Last-Modified', new Date(resource.meta?.lastUpdated ?? 0).toUTCString());
    if (matches(request.headers['if-none-match'], etag)) {
      reply.status(304);
      return undefined;
    }
    return resource;
  }

  /** Whatever else FHIR knows. The record is written by intake alone. */
  @All(['', '*'])
  notSupported(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    visibilityOf(caller);
    const read = request.method === 'GET' || request.method === 'HEAD';
    throw new FhirFault(
      read ? 404 : 405,
      'not-supported',
      read
        ? {
            vi: 'Máy chủ không có chức năng này; xem /fhir/metadata.',
            en: 'This server does not do that; see /fhir/metadata.',
          }
        : {
            vi: 'Hồ sơ chỉ đọc: ghi qua /intake/messages.',
            en: 'The record is read only: write through /intake/messages.',
          },
    );
  }

  #search(
    caller: Caller,
    type: string,
    parameters: URLSearchParams,
    request: FastifyRequest,
    reply: FastifyReply,
    compartment?: Compartment,
  ): Promise<Bundle> {
    const visibility = visibilityOf(caller);
    const lenient = /(^|[,;\s])handling=lenient\b/.test(String(request.headers['prefer'] ?? ''));
    const asked = searchRequest(servedType(type), parameters, lenient, this.queries.pages);
    fhir(reply);
    return this.queries.search.bundle({ ...asked, ...(compartment && { compartment }) }, visibility, baseOf(request));
  }
}

const fhir = (reply: FastifyReply): FastifyReply =>
  reply.type('application/fhir+json; charset=utf-8').header('Cache-Control', 'private, no-cache');

const baseOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}/fhir`;

function servedType(type: string): SearchedType {
  const searched = searchedType(type);
  if (searched) return searched;
  const name = type.slice(0, 64);
  throw new FhirFault(404, 'not-supported', {
    vi: `Không có loại tài nguyên ${name}.`,
    en: `No resource type ${name} here.`,
  });
}

function compartmentOf(type: string, id: string): Compartment {
  if (type === 'Patient' || type === 'Encounter') return { type, id: checkedId(id) };
  throw new FhirFault(404, 'not-supported', {
    vi: 'Chỉ có ngăn (compartment) của Patient và Encounter.',
    en: 'There are compartments of Patient and Encounter alone.',
  });
}

function checkedId(id: string): string {
  if (resourceId.test(id)) return id;
  throw new FhirFault(400, 'value', { vi: 'Mã tài nguyên không hợp lệ.', en: 'Not a resource id.' });
}

/** As written in the URL, repeats and order kept. */
function parametersOf(request: FastifyRequest): URLSearchParams {
  const { searchParams } = new URL(request.raw.url ?? '', 'http://localhost');
  requireJson(searchParams.get('_format'), request.headers.accept);
  return searchParams;
}

function withForm(parameters: URLSearchParams, body: Buffer | undefined, request: FastifyRequest): URLSearchParams {
  for (const [name, value] of formParameters(body, request)) parameters.append(name, value);
  return parameters;
}

/** The form as it was sent: repeats count. */
function formParameters(body: Buffer | undefined, request: FastifyRequest): URLSearchParams {
  if (!body || body.length === 0) return new URLSearchParams();
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    return new URLSearchParams(body.toString());
  throw new FhirFault(415, 'not-supported', {
    vi: 'Nội dung _search phải là application/x-www-form-urlencoded.',
    en: 'The body of _search must be application/x-www-form-urlencoded.',
  });
}

function matches(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((one) => one.trim() === etag || one.trim() === '*') ?? false;
}

function unsupportedParameter(name: string): { readonly vi: string; readonly en: string } {
  const shown = name.slice(0, 100);
  return { vi: `Không hỗ trợ tham số: ${shown}.`, en: `Parameter not supported: ${shown}.` };
}
