import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { Bundle, CapabilityStatement } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope, TokenOptional } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { requireUse } from '../access/smart-access.js';
import { ofEverybody, type Visibility, visibilityOf } from '../access/visibility.js';
import { GROUPS, type Groups } from '../groups/groups.js';
import { asOfIn, residentAsked } from '../as-of/as-of-request.js';
import { isOfEvent } from '../reading/event-resources.js';
import type { ServedResource } from '../reading/record-reader.js';
import { RawBody } from '#platform/http/body-parsers.js';
import { RECORD_QUERIES, type RecordQueries, type ViewQueries } from '../record-queries.js';
import { documentOf } from '../search/criteria.js';
import { type Compartment, searchRequest } from '../search/search-request.js';
import { capabilityStatement } from './capability-statement.js';
import {
  asFhir,
  asVersion,
  baseOf,
  checkedId,
  definitionOf,
  parametersOf,
  prefersLenient,
  refuseParameters,
  withForm,
} from './fhir-http.js';
import { FhirFault, notFound } from './fhir-fault.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { OutcomeFilter } from './outcome.filter.js';
import { UnnamedResidents } from './unnamed-residents.interceptor.js';

/** FHIR R4 REST: read, search, `Patient/$everything`, capabilities. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
@UseInterceptors(UnnamedResidents)
export class FhirController {
  constructor(
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
    @Inject(GROUPS) private readonly groups: Groups,
  ) {}

  @NoPersonalData()
  @TokenOptional()
  @Get('metadata')
  metadata(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): CapabilityStatement {
    const { caller } = request;
    if (caller) visibilityOf(caller);
    refuseParameters(parametersOf(request), []);
    asFhir(reply);
    return capabilityStatement(baseOf(request), this.queries.startedOn, caller);
  }

  @Get('Patient/:id/$everything')
  everything(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Patient', 'r');
    const visibility = visibilityOf(caller);
    const parameters = parametersOf(request);
    asFhir(reply);
    const patient = checkedId(id);
    const before = asOfIn(parameters, this.queries.pages);
    return this.#atMoment(
      before,
      () => patient,
      visibility,
      ({ everything }, seen) => everything.bundle(patient, parameters, seen, baseOf(request)),
    );
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
    return this.#search(caller, type, withForm(body, request), request, reply, compartmentOf(compartment, id));
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
    return this.#search(caller, type, withForm(body, request), request, reply);
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
    refuseParameters(parameters, ['asOf']);
    const { type: served } = definitionOf(type);
    requireUse(caller, served, 'r');
    const name = checkedId(id);
    const before = asOfIn(parameters, this.queries.pages);
    const group = served === 'Group' ? this.groups.find(name, visibility) : undefined;
    if (group) return asVersion(group, request, reply);
    const resource = await this.#atMoment(
      // What there is of an event is there from that event on, and never changes.
      isOfEvent(served, name) ? undefined : before,
      () => documentOf(served, name),
      visibility,
      ({ reader }, seen) => reader.read(served, name, seen),
    );
    if (before !== undefined && Date.parse(resource.meta?.lastUpdated ?? '') >= before) throw notFound();
    return asVersion(resource, request, reply);
  }

  /** Whatever else FHIR knows. `POST /fhir` is answered elsewhere, so that its other methods are named one by one. */
  @All('*')
  notSupported(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    visibilityOf(caller);
    throw notServed(request.method);
  }

  @Get()
  searchOfAll(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    return this.notSupported(caller, request);
  }

  @Put()
  updateOfAll(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    return this.notSupported(caller, request);
  }

  @Patch()
  patchOfAll(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    return this.notSupported(caller, request);
  }

  @Delete()
  deleteOfAll(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): never {
    return this.notSupported(caller, request);
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
    const { pages } = this.queries;
    const definition = definitionOf(type);
    requireUse(caller, definition.type, 's');
    const asked = {
      ...searchRequest(definition, parameters, prefersLenient(request), pages),
      ...(compartment && { compartment }),
    };
    asFhir(reply);
    return this.#atMoment(
      asOfIn(parameters, pages),
      () => compartment?.id ?? residentAsked(definition.type, parameters, pages, visibility),
      visibility,
      async ({ search }, seen) => {
        const counted: ServedResource[] = [];
        const bundle = await search.bundle(asked, seen, baseOf(request), (one) => counted.push(one));
        for (const resident of await this.queries.residentsOf.of(counted))
          disclosureOf(request).residents.add(resident);
        return definition.type === 'Group' ? this.groups.among(bundle, asked, visibility, baseOf(request)) : bundle;
      },
    );
  }

  /**
   * Asks the kept view or, of an earlier moment, one that holds no more than what the caller may see of one document's resident.
   * @param document whose resident is meant
   */
  #atMoment<Result>(
    before: number | undefined,
    document: () => string | undefined,
    visibility: Visibility,
    ask: (queries: ViewQueries, visibility: Visibility) => Promise<Result>,
  ): Promise<Result> {
    if (before === undefined) return ask(this.queries, visibility);
    const id = document();
    if (id === undefined) throw notFound();
    return this.queries.asOf.use(id, before, visibility, (view) =>
      ask(this.queries.over(view), ofEverybody(visibility)),
    );
  }
}

function notServed(method: string): FhirFault {
  switch (method) {
    case 'PUT':
    case 'PATCH':
      return new FhirFault(405, 'not-supported', {
        vi: 'Hồ sơ không sửa tại chỗ: gửi lại toàn bộ tài nguyên (với lượt khám: cả Bundle) bằng POST với cùng identifier; bản mới thay bản cũ.',
        en: 'The record is not changed in place: POST the whole resource (of a visit: the whole Bundle) again with the same identifier; the new one takes the place of the old.',
      });
    case 'DELETE':
      return new FhirFault(405, 'not-supported', {
        vi: 'Hồ sơ không xóa: rút lại một lượt khám bằng Encounter có status entered-in-error, hoặc DELETE Encounter?identifier=… trong một transaction.',
        en: 'The record does not delete: withdraw a visit by an Encounter of status entered-in-error, or by DELETE Encounter?identifier=… in a transaction.',
      });
    case 'GET':
    case 'HEAD':
      return new FhirFault(404, 'not-supported', {
        vi: 'Máy chủ không có chức năng này; xem /fhir/metadata.',
        en: 'This server does not do that; see /fhir/metadata.',
      });
    default:
      return new FhirFault(405, 'not-supported', {
        vi: 'Máy chủ không có chức năng này; xem /fhir/metadata. Bundle gửi tới /fhir, một tài nguyên tới /fhir/{loại}.',
        en: 'This server does not do that; see /fhir/metadata. Bundles are posted to /fhir, a resource alone to /fhir/{type}.',
      });
  }
}

function compartmentOf(type: string, id: string): Compartment {
  if (type === 'Patient' || type === 'Encounter') return { type, id: checkedId(id) };
  throw new FhirFault(404, 'not-supported', {
    vi: 'Chỉ có ngăn (compartment) của Patient và Encounter.',
    en: 'There are compartments of Patient and Encounter alone.',
  });
}
