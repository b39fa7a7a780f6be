import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { engineAway } from '#platform/http/engine-away.js';
import { Problem } from '#platform/http/problem.js';
import { problemOf } from '#platform/http/problem.filter.js';
import { errorFields } from '#platform/logging.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { LOGGER } from '#platform/injection.js';
import { ViewBeingBuilt } from '#projections/view-host.js';
import { FhirFault, type IssueType, issue, outcome } from './fhir-fault.js';
import { formatOf, mediaTypes, type FhirFormat } from './negotiation.js';

const issueTypes: Readonly<Record<number, IssueType>> = {
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  410: 'deleted',
  415: 'not-supported',
  429: 'throttled',
  503: 'transient',
};

/** Every error of the FHIR service is an OperationOutcome, those of the guards before it included. */
@Catch()
export class OutcomeFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, body, headers } = this.#answer(error);
    const format = formatForFault(reply.request);
    const text = format === 'xml' ? toXml(body) : JSON.stringify(body);
    void reply.status(status).headers(headers).type(mediaTypes[format]).send(text);
  }

  #answer(error: unknown): {
    readonly status: number;
    readonly body: OperationOutcome;
    readonly headers: Readonly<Record<string, string>>;
  } {
    if (error instanceof FhirFault) return { status: error.status, body: error.toOutcome(), headers: {} };
    const away = engineAway(error);
    if (away) this.logger.error({ ...errorFields(error), status: away.status }, 'FHIR request failed');
    if (away || error instanceof Problem || error instanceof ViewBeingBuilt) {
      const { status, title, options } = away ?? problemOf(error);
      return {
        status,
        body: outcome([issue('error', issueTypes[status] ?? 'invalid', options.detail ?? title)]),
        headers: options.headers ?? {},
      };
    }
    const status = statusOf(error);
    if (status !== undefined && status < 500) {
      const text = { vi: 'Yêu cầu không hợp lệ.', en: 'Not a valid request.' };
      return { status, body: outcome([issue('error', issueTypes[status] ?? 'invalid', text)]), headers: {} };
    }
    this.logger.error({ ...errorFields(error), status: 500 }, 'FHIR request failed');
    const text = { vi: 'Lỗi trong hệ thống, đã được ghi lại.', en: 'A fault of this system; it has been logged.' };
    return { status: 500, body: outcome([issue('error', 'exception', text)]), headers: {} };
  }
}

/** Whoever asks for neither format is told so in JSON. */
function formatForFault(request: FastifyRequest): FhirFormat {
  try {
    return formatOf(request);
  } catch {
    return 'json';
  }
}

/** Of Nest's and Fastify's own errors. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
