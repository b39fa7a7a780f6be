import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { asFhir, baseOf, parametersOf, prefersLenient, withForm } from '../http/fhir-http.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import type { AuditEvents } from './audit-events.js';
import { auditSearch } from './audit-search.js';

/** Injection token of {@link AuditEvents}. */
export const AUDIT_EVENTS = Symbol('AuditEvents');

/** Who read what, as FHIR. That it was read is written down as well. */
@Controller('fhir/AuditEvent')
@RequireScope('audit.read')
@UseFilters(OutcomeFilter)
export class AuditEventsController {
  constructor(
    @Inject(AUDIT_EVENTS) private readonly events: AuditEvents,
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
  ) {}

  @Get()
  search(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, parametersOf(request), request, reply);
  }

  @Post('_search')
  @RawBody()
  @HttpCode(200)
  searchByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, withForm(body, request), request, reply);
  }

  @Get(':id')
  read(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEvent> {
    requireUse(caller, 'AuditEvent', 'r');
    parametersOf(request);
    asFhir(reply);
    return this.events.read(id, caller);
  }

  #search(caller: Caller, parameters: URLSearchParams, request: FastifyRequest, reply: FastifyReply): Promise<Bundle> {
    requireUse(caller, 'AuditEvent', 's');
    const search = auditSearch(parameters, prefersLenient(request), this.queries.pages);
    asFhir(reply);
    return this.events.bundle(search, caller, baseOf(request));
  }
}
