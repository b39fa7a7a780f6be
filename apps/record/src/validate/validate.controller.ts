import {
  Controller,
  Get,
  HttpCode,
  Inject,
  type OnModuleDestroy,
  Param,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SentResource } from '#fhir/reading/json.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { StreamedBody } from '#platform/http/body-parsers.js';
import { residentsIn } from '#security/audit/residents-in.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { requireUse } from '../access/smart-access.js';
import { visibilityOf } from '../access/visibility.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { asFhir, checkedId, definitionOf, parametersOf, refuseParameters } from '../http/fhir-http.js';
import { FhirFault } from '../http/fhir-fault.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';
import { noBody } from '../http/sent-resource.js';
import { SentBodies } from '../writing/sent-body.js';
import { DefinitionsCheck } from './definitions-check.js';
import { validateRequest } from './validate-request.js';
import { Validation } from './validation.js';

/** `$validate` of a type, with the resource in the body, and of a resource of the record. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
export class ValidateController implements OnModuleDestroy {
  readonly #definitions = new DefinitionsCheck();
  readonly #validation = new Validation(this.#definitions);

  constructor(
    @Inject(RECORD_QUERIES) private readonly queries: RecordQueries,
    @Inject(SentBodies) private readonly bodies: SentBodies,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.#definitions.close();
  }

  @Post(':type/$validate')
  @HttpCode(200)
  @StreamedBody()
  ofType(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    visibilityOf(caller);
    if (!isResourceType(type)) throw unknownType(type);
    const parameters = checkedParameters(request);
    return this.bodies.within(request, caller, async (sent) => {
      const { resource, ...asked } = validateRequest(sent?.resource, parameters);
      if (!resource) throw noBody();
      if (resource.resourceType !== type) throw otherType(type);
      asFhir(reply);
      return this.#validation.outcome(resource, asked, caller.facility);
    });
  }

  @Post(':type/:id/$validate')
  @HttpCode(200)
  @StreamedBody()
  async ofResource(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    const stored = await this.#stored(caller, type, id, request);
    const parameters = checkedParameters(request);
    return this.bodies.within(request, caller, async (sent) => {
      const { resource = stored, ...asked } = validateRequest(sent?.resource, parameters);
      if (resource.resourceType !== type) throw otherType(type);
      if (resource['id'] !== id) throw otherId();
      asFhir(reply);
      return this.#validation.outcome(resource, asked, caller.facility);
    });
  }

  @Get(':type/:id/$validate')
  async ofStored(
    @CurrentCaller() caller: Caller,
    @Param('type') type: string,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OperationOutcome> {
    const stored = await this.#stored(caller, type, id, request);
    const asked = validateRequest(undefined, checkedParameters(request));
    asFhir(reply);
    return this.#validation.outcome(stored, asked, caller.facility);
  }

  /** @throws FhirFault 404 when it is not there or not the caller's to read */
  async #stored(caller: Caller, type: string, id: string, request: FastifyRequest): Promise<SentResource> {
    const { type: served } = definitionOf(type);
    requireUse(caller, served, 'r');
    const resource = await this.queries.reader.read(served, checkedId(id), visibilityOf(caller));
    const { residents } = disclosureOf(request);
    for (const resident of residentsIn(resource)) residents.add(resident);
    return resource as unknown as SentResource;
  }
}

function checkedParameters(request: FastifyRequest): URLSearchParams {
  const parameters = parametersOf(request);
  refuseParameters(parameters, ['mode', 'profile']);
  return parameters;
}

const unknownType = (type: string): FhirFault =>
  new FhirFault(404, 'not-supported', {
    vi: `Không có loại tài nguyên ${type.slice(0, 64)}.`,
    en: `No resource type ${type.slice(0, 64)} here.`,
  });

const otherType = (type: string): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: `Nội dung không phải ${type}, loại mà địa chỉ nêu.`,
    en: `The body is not a ${type}, which the address names.`,
  });

const otherId = (): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: 'id của tài nguyên khác id trong địa chỉ.',
    en: 'The id of the resource is not the one in the address.',
  });
