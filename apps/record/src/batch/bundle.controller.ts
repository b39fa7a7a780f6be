import { Controller, HttpCode, Inject, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { objectOf, objectsOf, textOf } from '#fhir/reading/json.js';
import { toXml } from '#fhir/xml/write-xml.js';
import type { Configuration } from '#platform/configuration.js';
import { StreamedBody } from '#platform/http/body-parsers.js';
import { CONFIGURATION } from '#platform/injection.js';
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
import { noBody, type SentBody, sentBody } from '../writing/sent-body.js';
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
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  @Post()
  @HttpCode(200)
  @StreamedBody()
  async bundle(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    visibilityOf(caller);
    refuseParameters(parametersOf(request), []);
    const sent = await sentBody(request, this.configuration.bodyLimit);
    if (!sent) throw noBody();
    if (sent.resource.resourceType !== 'Bundle') throw notABundle();
    const type = textOf(sent.resource['type']) ?? '';
    asFhir(reply);
    disclosureOf(request).interaction = { code: type === 'transaction' ? 'transaction' : 'batch', action: 'E' };
    const answer =
      type === 'batch' || type === 'transaction'
        ? await new Batch(this.writing, request, reply, caller).answer(sent)
        : await this.#message(sent, caller, request, reply);
    // As bytes: who is shown by the entries that read is written down for each of them already.
    return Buffer.from(formatOf(request) === 'xml' ? toXml(answer) : JSON.stringify(answer));
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
