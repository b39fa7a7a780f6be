import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The route that takes bodies byte for byte: what a station wrote is kept as it wrote it, broken JSON too. */
const rawRoute = '/intake/messages';

/** Lets the intake route have its bodies unparsed, whatever their media type; other routes keep JSON alone. */
export function keepRawBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  if (fastify.hasContentTypeParser('application/json')) fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isRaw(request)) done(null, body);
    else parseJson(request, body.toString('utf8'), done);
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isRaw(request)) done(null, body);
    else done(Object.assign(new Error('Unsupported media type'), { statusCode: 415 }));
  });
}

function isRaw(request: FastifyRequest): boolean {
  return request.routeOptions.url === rawRoute;
}
