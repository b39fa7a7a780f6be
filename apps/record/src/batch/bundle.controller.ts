import { Controller, HttpCode, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { objectOf, objectsOf, textOf } from '#fhir/reading/json.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { StreamedBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { requireUse } from '../access/smart-access.js';
import { visibilityOf } from '../access/visibility.js';
import { BreakGlassGuard } from '../break-glass/break-glass.guard.js';
import { asFhir, parametersOf, refuseParameters } from '../http/fhir-http.js';
import { FhirFault } from '../http/fhir-fault.js';
import { formatOf } from '../http/negotiation.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import { noBody, type SentBody } from '../http/sent-resource.js';
import { SentBodies } from '../writing/sent-body.js';
import { WRITING, type Writing } from '../writing/writing.js';
import { writeWhole } from '../writing/whole-message.js';
import { Batch } from './batch.js';

/** `POST /fhir`: Bundles. */
@Controller('fhir')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
@UseGuards(BreakGlassGuard)
export class BundleController {
  constructor(
    @Inject(WRITING) private readonly writing: Writing,
    @Inject(SentBodies) private readonly bodies: SentBodies,
  ) {}

  @Post()
  @HttpCode(200)
  @StreamedBody()
  bundle(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    visibilityOf(caller);
    refuseParameters(parametersOf(request), []);
    return this.bodies.within(request, caller, async (sent) => {
      if (!sent) throw noBody();
      if (sent.resource.resourceType !== 'Bundle') throw notABundle();
      asFhir(reply);
      const answer = await this.#answer(sent, caller, request, reply);
      // As bytes: who is shown by the entries that read is written down for each of them already.
      return Buffer.from(formatOf(request) === 'xml' ? toXml(answer) : JSON.stringify(answer));
    });
  }

  #answer(
    sent: SentBody,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle | OperationOutcome> {
    const type = textOf(sent.resource['type']) ?? '';
    disclosureOf(request).interaction = { code: type === 'transaction' ? 'transaction' : 'batch', action: 'E' };
    return type === 'batch' || type === 'transaction'
      ? new Batch(this.writing, request, reply, caller).answer(sent)
      : this.#message(sent, caller, request, reply);
  }

  /** A message, document or collection: all of it is for intake. */
  #message(
    sent: SentBody,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle | OperationOutcome> {
    for (const entry of objectsOf(sent.resource['entry']))
      requireUse(caller, textOf(objectOf(entry['resource'])?.['resourceType']) ?? '', 'c');
    return writeWhole(this.writing, sent, request, reply, caller);
  }
}

const notABundle = (): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: 'Địa chỉ /fhir nhận Bundle; một tài nguyên riêng lẻ gửi tới /fhir/{loại}.',
    en: 'At /fhir a Bundle is taken; a resource alone is posted to /fhir/{type}.',
  });
