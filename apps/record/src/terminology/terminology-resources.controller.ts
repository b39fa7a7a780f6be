import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Bundle, CodeSystem, ValueSet } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { notFound } from '../http/fhir-fault.js';
import {
  asFhir,
  baseOf,
  checkedId,
  definitionOf,
  parametersOf,
  prefersLenient,
  refuseParameters,
  withForm,
} from '../http/fhir-http.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { searchRequest } from '../search/search-request.js';
import { TERMINOLOGY } from './injection.js';
import type { TerminologyService } from './terminology-service.js';
import { TerminologySearch, type TerminologyType } from './terminology-search.js';

/** Code systems and value sets that are shipped, as resources. */
@Controller('fhir')
@RequireScope('record.read')
@NoPersonalData()
@UseFilters(OutcomeFilter)
export class TerminologyResourcesController {
  readonly #shipped: TerminologySearch;

  constructor(
    @Inject(TERMINOLOGY) { terminology }: TerminologyService,
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
  ) {
    this.#shipped = new TerminologySearch(terminology, queries.pages);
  }

  @Get('CodeSystem')
  codeSystems(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Bundle {
    return this.#search('CodeSystem', parametersOf(request), caller, request, reply);
  }

  @Post('CodeSystem/_search')
  @RawBody()
  @HttpCode(200)
  codeSystemsByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Bundle {
    return this.#search('CodeSystem', withForm(body, request), caller, request, reply);
  }

  @Get('CodeSystem/:id')
  codeSystem(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CodeSystem | ValueSet {
    return this.#read('CodeSystem', id, caller, request, reply);
  }

  @Get('ValueSet')
  valueSets(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Bundle {
    return this.#search('ValueSet', parametersOf(request), caller, request, reply);
  }

  @Post('ValueSet/_search')
  @RawBody()
  @HttpCode(200)
  valueSetsByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Bundle {
    return this.#search('ValueSet', withForm(body, request), caller, request, reply);
  }

  @Get('ValueSet/:id')
  valueSet(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): CodeSystem | ValueSet {
    return this.#read('ValueSet', id, caller, request, reply);
  }

  #search(
    type: TerminologyType,
    parameters: URLSearchParams,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Bundle {
    requireUse(caller, type, 's');
    const asked = searchRequest(definitionOf(type), parameters, prefersLenient(request), this.queries.pages);
    asFhir(reply);
    return this.#shipped.bundle(type, asked, baseOf(request));
  }

  #read(
    type: TerminologyType,
    id: string,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): CodeSystem | ValueSet {
    requireUse(caller, type, 'r');
    refuseParameters(parametersOf(request), []);
    const found = this.#shipped.read(type, checkedId(id));
    if (!found) throw notFound();
    asFhir(reply);
    return found;
  }
}
