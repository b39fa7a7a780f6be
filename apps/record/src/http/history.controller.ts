import { Controller, Get, Inject, Param, Req, Res, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { visibilityOf } from '../access/visibility.js';
import type { ServedResource } from '../reading/record-reader.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { asFhir, asVersion, baseOf, checkedId, definitionOf, parametersOf, refuseParameters } from './fhir-http.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { OutcomeFilter } from './outcome.filter.js';
import { UnnamedResidents } from './unnamed-residents.interceptor.js';

/** Versions: of one resource, of a type, of all. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
@UseInterceptors(UnnamedResidents)
export class HistoryController {
  constructor(@Inject(RECORD_QUERIES) private readonly queries: RecordQueries) {}

  @Get('_history')
  ofAll(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    asFhir(reply);
    return this.queries.recentChanges.bundle(undefined, parametersOf(request), visibilityOf(caller), baseOf(request));
  }

  @Get(':type/_history')
  ofType(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    asFhir(reply);
    const definition = definitionOf(type);
    requireUse(caller, definition.type, 's');
    return this.queries.recentChanges.bundle(
      definition.type,
      parametersOf(request),
      visibilityOf(caller),
      baseOf(request),
    );
  }

  @Get(':type/:id/_history')
  ofResource(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    asFhir(reply);
    const { type: served } = definitionOf(type);
    requireUse(caller, served, 'r');
    return this.queries.resourceHistory.bundle(
      served,
      checkedId(id),
      parametersOf(request),
      visibilityOf(caller),
      baseOf(request),
    );
  }

  @Get(':type/:id/_history/:version')
  async version(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Param('version') version: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServedResource | undefined> {
    refuseParameters(parametersOf(request), []);
    const { type: served } = definitionOf(type);
    requireUse(caller, served, 'r');
    const resource = await this.queries.resourceHistory.version(
      served,
      checkedId(id),
      checkedId(version),
      visibilityOf(caller),
    );
    return asVersion(resource, request, reply);
  }
}
