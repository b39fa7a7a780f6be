import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { ViewBeingBuilt } from '#projections/view-host.js';
import { errorFields } from '../logging.js';
import { engineAway } from './engine-away.js';
import { Problem } from './problem.js';
import { problemOfStatus } from './status-problems.js';
import { viewBeingBuilt } from './view-being-built.js';

/** Answers every error as an RFC 9457 document, or in the words of the path it was asked under. What we did not foresee becomes a 500 that tells its correlation id and nothing else. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500)
      this.logger.error({ ...errorFields(error), correlationId: request.id, status: problem.status }, 'request failed');
    if (reply.raw.headersSent) {
      // A stream that breaks in the middle cannot be told in words any more.
      reply.raw.destroy();
      return;
    }
    if (problem.status === 401 && wantsPage(request)) {
      void reply
        .status(302)
        .header('location', `/login?next=${encodeURIComponent(request.url)}`)
        .send();
      return;
    }
    const { type, body } = request.server.writeProblem(problem, request);
    void reply
      .status(problem.status)
      .headers(problem.options.headers ?? {})
      .type(type)
      .send(body);
  }
}

/** The problem an error is answered with. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ViewBeingBuilt) return viewBeingBuilt(error);
  if (error instanceof HttpException) return problemOfStatus(error.getStatus());
  return engineAway(error) ?? problemOfStatus(fastifyStatus(error) ?? 500);
}

/** Errors that the server raises before a route is reached: a body that is too large, of an unknown type, not JSON. */
function fastifyStatus(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function wantsPage(request: FastifyRequest): boolean {
  return (
    request.method === 'GET' &&
    request.headers.authorization === undefined &&
    (request.headers.accept ?? '').includes('text/html')
  );
}
