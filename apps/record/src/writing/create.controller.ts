import { Controller, Inject, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StreamedBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { requireUse } from '../access/smart-access.js';
import { visibilityOf } from '../access/visibility.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { asFhir, definitionOf, parametersOf, refuseParameters } from '../http/fhir-http.js';
import { FhirFault } from '../http/fhir-fault.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { ConditionalCreate } from './conditional-create.js';
import { returnPreference } from './return-preference.js';
import { noBody, type SentBody } from '../http/sent-resource.js';
import { SentBodies } from './sent-body.js';
import { requireWritten } from './taken-types.js';
import { asNotShown, asRefused, linkReceipt, WRITING, type WrittenMessage, type Writing } from './writing.js';
import { type EntryResponse, outcomeOfWrite } from './written-entries.js';

/** `POST /fhir/{type}`: a resource that intake takes alone. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
export class CreateController {
  constructor(
    @Inject(WRITING) private readonly writing: Writing,
    @Inject(SentBodies) private readonly bodies: SentBodies,
  ) {}

  @Post(':type')
  @StreamedBody()
  create(
    @CurrentCaller() caller: Caller,
    @Param('type') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Resource | undefined> {
    visibilityOf(caller);
    refuseParameters(parametersOf(request), []);
    if (name === 'Bundle') throw bundlesGoToTheBase();
    const { type } = definitionOf(name);
    requireUse(caller, type, 'c');
    requireWritten(type);
    return this.bodies.within(request, caller, async (sent) => {
      if (!sent) throw noBody();
      if (sent.resource.resourceType !== type) throw otherType(type);
      asFhir(reply);
      return this.#created(sent, type, caller, request, reply);
    });
  }

  async #created(
    sent: SentBody,
    type: string,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Resource | undefined> {
    const condition = request.headers['if-none-exist'];
    const conditional = typeof condition === 'string' ? new ConditionalCreate(request, type, condition) : undefined;
    const existing = await conditional?.existing();
    if (existing) {
      const { versionId = '', lastUpdated = '' } = existing.meta ?? {};
      const location = `${existing.fullUrl}/_history/${versionId}`;
      return answered(
        { status: '200 OK', location, etag: `W/"${versionId}"`, lastModified: lastUpdated },
        existing.resource,
        request,
        reply,
      );
    }
    const written = await this.writing.write(request, caller, conditional?.message(sent) ?? sent);
    if (written.outcome === 'refused') return asRefused(conditional?.asAlone(written) ?? written, request, reply);
    if (written.outcome === 'not-shown') return asNotShown(written, request, reply);
    linkReceipt(written.receipt, request, reply);
    return answerOf(written, request, reply);
  }
}

function answerOf(
  { entries, duplicate }: WrittenMessage,
  request: FastifyRequest,
  reply: FastifyReply,
): Resource | undefined {
  const [entry] = entries;
  const response: EntryResponse = entry?.response ?? { status: '200 OK' };
  // What is answered again was not made again.
  return answered(
    duplicate && response.status.startsWith('201') ? { ...response, status: '200 OK' } : response,
    entry?.resource,
    request,
    reply,
  );
}

function answered(
  response: EntryResponse,
  resource: Resource | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Resource | OperationOutcome | undefined {
  const { status, location, etag, lastModified } = response;
  // A visit that was withdrawn is told of in words, which 204 has no room for.
  reply.status(status.startsWith('204') ? 200 : Number(status.slice(0, 3)));
  if (location !== undefined) reply.header('Location', location);
  if (etag !== undefined) reply.header('ETag', etag);
  if (lastModified !== undefined) reply.header('Last-Modified', new Date(lastModified).toUTCString());
  const preference = returnPreference(request) ?? 'representation';
  if (preference === 'minimal' && !response.outcome) {
    reply.removeHeader('Content-Type');
    return undefined;
  }
  return preference === 'representation' && resource ? resource : outcomeOfWrite(response);
}

const otherType = (type: string): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: `Nội dung không phải ${type}, loại mà địa chỉ nêu.`,
    en: `The body is not a ${type}, which the address names.`,
  });

const bundlesGoToTheBase = (): FhirFault =>
  new FhirFault(405, 'not-supported', {
    vi: 'Bundle không được lưu như một tài nguyên: gửi tới /fhir.',
    en: 'Bundles are not kept as resources: post them to /fhir.',
  });
