import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { asOneReading } from '#projections/one-reading.js';
import type { Configuration } from '../configuration.js';
import { frameworkLogger } from '../logging.js';
import { addBodyParsers, limitBodies, prepareStreamedBodies } from './body-parsers.js';
import { endEventStreamsOnClose } from './event-stream.js';
import { ProblemFilter } from './problem.filter.js';
import { type ProblemWriter, writeProblemsBy } from './problem-writers.js';
import { observeRequests } from './request-log.js';
import { listRoutes } from './routes.js';
import { addSecurityHeaders } from './security-headers.js';
import { problemOfStatus } from './status-problems.js';
import { requestValidation } from './validation.js';

export interface HttpApplicationParts {
  readonly configuration: Pick<Configuration, 'bodyLimit'>;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** RFC 9457 where there is none for a path. */
  readonly problemWriters?: readonly ProblemWriter[];
  /** Adds hooks of other libraries before the routes are made. */
  readonly prepare?: (server: FastifyInstance) => void;
}

/** A Nest application on Fastify with what every service of ours has: body parsers, problem documents, request log, metrics, security headers. */
export async function createHttpApplication(
  module: Type | DynamicModule,
  parts: HttpApplicationParts,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: parts.configuration.bodyLimit,
    // Identifiers in our addresses (referral ids) may be longer than the default of 100; FHIR clients post to `…/`.
    routerOptions: { maxParamLength: 400, ignoreTrailingSlash: true },
    // A large message over a village's line takes its time.
    requestTimeout: 600_000,
    // An address that cannot be read (`/%`) reaches no route, so no filter either.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const { type, body } = server.writeProblem(problemOfStatus(400), request);
      void reply.status(400).type(type).send(body);
    },
    genReqId: (request: IncomingMessage) => givenCorrelationId(request.headers['x-correlation-id']) ?? randomUUID(),
  });
  const server: FastifyInstance = adapter.getInstance();
  writeProblemsBy(server, parts.problemWriters ?? []);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id);
  });
  listRoutes(server);
  observeRequests(server, parts.logger, parts.metrics);
  addSecurityHeaders(server);
  limitBodies(server, parts.configuration.bodyLimit);
  prepareStreamedBodies(server);
  endEventStreamsOnClose(server);
  parts.prepare?.(server);
  // What one request reads of a view is all of one generation, though the view is exchanged meanwhile.
  server.addHook('preHandler', (_request, _reply, done) => asOneReading(done));
  const application = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: frameworkLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
  });
  addBodyParsers(server);
  application.useGlobalFilters(new ProblemFilter(parts.logger));
  application.useGlobalPipes(requestValidation());
  return application;
}

/** Only a UUID is taken over: anything else might tell something of a person. */
function givenCorrelationId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(header)
    ? header.toLowerCase()
    : undefined;
}
