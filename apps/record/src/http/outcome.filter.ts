import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { Problem } from '#platform/http/problem.js';
import { problemOf } from '#platform/http/problem.filter.js';
import { errorFields } from '#platform/logging.js';
import { LOGGER } from '#platform/injection.js';
import { ViewBeingBuilt } from '#projections/view-host.js';
import { FhirFault } from './fhir-fault.js';
import { outcomeOf, written } from './fhir-problems.js';

/** Every error of the FHIR service is an OperationOutcome, those of the guards before it included. */
@Catch()
export class OutcomeFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof FhirFault) {
      const { type, body } = written(error.toOutcome(), reply.request);
      void reply.status(error.status).type(type).send(body);
      return;
    }
    const problem = problemOf(error);
    const foreseen = error instanceof Problem || error instanceof ViewBeingBuilt;
    if (problem.status >= 500 && !foreseen)
      this.logger.error({ ...errorFields(error), status: problem.status }, 'FHIR request failed');
    const { type, body } = written(outcomeOf(problem), reply.request);
    void reply
      .status(problem.status)
      .headers(problem.options.headers ?? {})
      .type(type)
      .send(body);
  }
}
