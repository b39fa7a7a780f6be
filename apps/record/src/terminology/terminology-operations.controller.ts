import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Parameters, ValueSet } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { asFhir } from '../http/fhir-http.js';
import { type OperationParameters, operationParameters, type TakenParameters } from '../http/operation-parameters.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { TERMINOLOGY } from './injection.js';
import type { TerminologyService } from './terminology-service.js';
import type { TerminologyType } from './terminology-search.js';

const lookup: TakenParameters = {
  code: 'text',
  system: 'text',
  version: 'text',
  coding: 'Coding',
  displayLanguage: 'text',
  property: 'text',
};
const validateInSystem: TakenParameters = {
  url: 'text',
  version: 'text',
  code: 'text',
  display: 'text',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
  displayLanguage: 'text',
};
const validateInSet: TakenParameters = {
  url: 'text',
  valueSetVersion: 'text',
  code: 'text',
  system: 'text',
  systemVersion: 'text',
  display: 'text',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
  displayLanguage: 'text',
};
const expand: TakenParameters = {
  url: 'text',
  valueSetVersion: 'text',
  filter: 'text',
  offset: 'count',
  count: 'count',
  includeDesignations: 'boolean',
  displayLanguage: 'text',
  // What these leave out is not in any set here.
  activeOnly: 'boolean',
  includeDefinition: 'boolean',
  excludeNested: 'boolean',
};

interface Asked {
  readonly caller: Caller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly body?: Buffer | undefined;
}

/** `$lookup`, `$validate-code` and `$expand` over the code systems and value sets that are shipped. */
@Controller('fhir')
@RequireScope('record.read')
@NoPersonalData()
@UseFilters(OutcomeFilter)
export class TerminologyOperationsController {
  constructor(@Inject(TERMINOLOGY) private readonly service: TerminologyService) {}

  @Get('CodeSystem/$lookup')
  lookup(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.lookup(asked('CodeSystem', lookup, { caller, request, reply }));
  }

  @Post('CodeSystem/$lookup')
  @RawBody()
  @HttpCode(200)
  lookupByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.lookup(asked('CodeSystem', lookup, { caller, request, reply, body }));
  }

  @Get(['CodeSystem/$validate-code', 'CodeSystem/:id/$validate-code'])
  validateInSystem(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.validateInSystem(asked('CodeSystem', validateInSystem, { caller, request, reply }), id);
  }

  @Post(['CodeSystem/$validate-code', 'CodeSystem/:id/$validate-code'])
  @RawBody()
  @HttpCode(200)
  validateInSystemByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.validateInSystem(asked('CodeSystem', validateInSystem, { caller, request, reply, body }), id);
  }

  @Get(['ValueSet/$validate-code', 'ValueSet/:id/$validate-code'])
  validateInSet(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.validateInSet(asked('ValueSet', validateInSet, { caller, request, reply }), id);
  }

  @Post(['ValueSet/$validate-code', 'ValueSet/:id/$validate-code'])
  @RawBody()
  @HttpCode(200)
  validateInSetByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Parameters {
    return this.service.validateInSet(asked('ValueSet', validateInSet, { caller, request, reply, body }), id);
  }

  @Get(['ValueSet/$expand', 'ValueSet/:id/$expand'])
  expand(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ValueSet {
    return this.service.expand(asked('ValueSet', expand, { caller, request, reply }), id);
  }

  @Post(['ValueSet/$expand', 'ValueSet/:id/$expand'])
  @RawBody()
  @HttpCode(200)
  expandByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string | undefined,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ValueSet {
    return this.service.expand(asked('ValueSet', expand, { caller, request, reply, body }), id);
  }
}

function asked(
  type: TerminologyType,
  taken: TakenParameters,
  { caller, request, reply, body }: Asked,
): OperationParameters {
  requireUse(caller, type, 'r');
  const parameters = operationParameters(request, body, taken);
  asFhir(reply);
  return parameters;
}
