import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problemOfStatus } from './status-problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    rawBody?: boolean;
  }
}

/** The route gets the body of every content type as a `Buffer`, exactly as it was sent: it keeps the original before it reads it. */
export const RawBody = (): MethodDecorator => RouteConfig({ rawBody: true });

/**
 * `application/json` and every `+json` are parsed, forms become an object, XML is given as a `Buffer`; on routes with
 * {@link RawBody} all of them, and any other type, are given as a `Buffer`.
 */
export function addBodyParsers(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    /^application\/([\w.-]+\+)?json\b/i,
    { parseAs: 'buffer' },
    (request, body: Buffer, done) => {
      if (isRaw(request)) done(null, body);
      // The parser's own message would quote the body.
      else void parseJson(request, body.toString(), (error, value) => done(error && problemOfStatus(400), value));
    },
  );
  server.addContentTypeParser(
    /^application\/x-www-form-urlencoded\b/i,
    { parseAs: 'buffer' },
    (request, body: Buffer, done) => {
      done(null, isRaw(request) ? body : Object.fromEntries(new URLSearchParams(body.toString())));
    },
  );
  server.addContentTypeParser(/^(application|text)\/([\w.-]+\+)?xml\b/i, { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (isRaw(request)) done(null, body);
    else done(problemOfStatus(415));
  });
}

const isRaw = (request: FastifyRequest): boolean => request.routeOptions.config.rawBody === true;
