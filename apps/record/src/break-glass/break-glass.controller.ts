import { Body, Controller, HttpCode, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Parameters } from '@medplum/fhirtypes';
import { type JsonObject, objectsOf } from '#fhir/reading/json.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { RawBody } from '#platform/http/body-parsers.js';
import { LOGGER, METRICS } from '#platform/injection.js';
import { breakGlass } from '#security/audit/audit-entry.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { FhirFault } from '../http/fhir-fault.js';
import { asFhir, parametersOf } from '../http/fhir-http.js';
import { parametersIn } from '../http/operation-parameters.js';
import { OutcomeFilter } from '../http/outcome.filter.js';
import type { BreakGlass, BreakGlassRequest } from './break-glass.js';
import { BREAK_GLASS } from './injection.js';

/** `Patient/$break-glass`: for clinicians, with a reason; told to those who watch over access. */
@Controller('fhir/Patient/$break-glass')
@RequireScope('record.break-glass')
@UseFilters(OutcomeFilter)
export class BreakGlassController {
  readonly #opened: Counter;

  constructor(
    @Inject(BREAK_GLASS) private readonly glass: BreakGlass,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Registry,
  ) {
    this.#opened = new Counter({
      name: 'emergency_access_total',
      help: 'Records opened in an emergency, past what would hide them',
      registers: [metrics],
    });
  }

  @Post()
  @RawBody()
  @HttpCode(200)
  async open(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Parameters> {
    parametersOf(request);
    const disclosure = disclosureOf(request);
    disclosure.interaction = { code: breakGlass, action: 'E' };
    disclosure.purpose = 'BTG';
    const asked = breakGlassRequest(parametersIn(request, body));
    const { ticket, text } = await this.glass.open(asked, caller, request.id);
    disclosure.emergency = { ticket: ticket.id, reason: asked.reason };
    disclosure.residents.add(ticket.resident);
    this.#opened.inc();
    this.logger.warn({ ticket: ticket.id, caller: caller.actor, correlationId: request.id }, 'glass broken');
    asFhir(reply);
    return {
      resourceType: 'Parameters',
      parameter: [
        { name: 'ticket', valueString: text },
        { name: 'patient', valueReference: { reference: `Patient/${ticket.resident}` } },
        { name: 'until', valueInstant: new Date(ticket.until).toISOString() },
      ],
    };
  }
}

/** A reason must say something; this many characters at least. */
const leastReason = 10;
const mostReason = 500;

/** @throws FhirFault 400 saying what is missing */
function breakGlassRequest(sent: JsonObject): BreakGlassRequest {
  const parameters = objectsOf(sent['parameter']);
  const one = (name: string): JsonObject | undefined => parameters.find((parameter) => parameter['name'] === name);
  const reason = one('reason')?.['valueString'];
  if (typeof reason !== 'string' || reason.trim().length < leastReason || reason.length > mostReason) {
    throw missing(
      `reason: cần lý do bằng lời, ${leastReason}–${mostReason} ký tự`,
      `reason: why, in words, ${leastReason} to ${mostReason} characters`,
    );
  }
  const { reference } = (one('patient')?.['valueReference'] ?? {}) as { readonly reference?: unknown };
  const [, patient] = typeof reference === 'string' ? (/^Patient\/([0-9a-f-]{36})$/.exec(reference) ?? []) : [];
  const { system, value } = (one('identifier')?.['valueIdentifier'] ?? {}) as {
    readonly system?: unknown;
    readonly value?: unknown;
  };
  if (patient !== undefined) return { patient, reason: reason.trim() };
  if (typeof value === 'string' && value !== '')
    return { identifier: { ...(typeof system === 'string' && { system }), value }, reason: reason.trim() };
  throw missing(
    'patient (Reference) hoặc identifier (Identifier): của ai',
    'patient (Reference) or identifier (Identifier): whose',
  );
}

const missing = (vi: string, en: string): FhirFault => new FhirFault(400, 'invalid', { vi: `${vi}.`, en: `${en}.` });
