import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problemOfStatus } from './status-problems.js';
import { isUnfinished } from './unfinished-request.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    rawBody?: boolean;
    streamedBody?: boolean;
  }
  interface FastifyRequest {
    /** On routes with `StreamedBody`: the header as it was sent, whatever it says; empty when there was none. */
    givenContentType: string;
  }
}

/** The route gets the body of every content type as a `Buffer`, exactly as it was sent: it keeps the original before it reads it. */
export const RawBody = (): MethodDecorator => RouteConfig({ rawBody: true });

/**
 * The route reads the body itself, from the request, with `streamedBody`; `Content-Type` is its own matter, see
 * `givenContentType`.
 */
export const StreamedBody = (): MethodDecorator => RouteConfig({ streamedBody: true });

/** Under this name the body of such a route passes the parsers. */
const streamedType = 'application/vnd.lien-tuyen.streamed';

/** What is left of a body that was answered early may come for so long; then the line is cut. */
const leftoverMs = 5_000;

/** To be called before the routes are made. */
export function prepareStreamedBodies(server: FastifyInstance): void {
  server.decorateRequest('givenContentType', '');
  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.streamedBody !== true) return;
    request.givenContentType = request.headers['content-type'] ?? '';
    request.raw.headers['content-type'] = streamedType;
  });
  server.addHook('onResponse', async ({ raw, routeOptions }) => {
    if (routeOptions.config.streamedBody !== true || !isUnfinished(raw)) return;
    // Passed over unread, so that the sender comes to read the answer.
    const timer = setTimeout(() => raw.socket.destroy(), leftoverMs);
    raw
      .once('close', () => clearTimeout(timer))
      .on('error', () => undefined)
      .resume();
  });
}

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
  server.addContentTypeParser(streamedType, (request, _payload, done) => {
    done(request.routeOptions.config.streamedBody === true ? null : problemOfStatus(415), undefined);
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (isRaw(request)) done(null, body);
    else done(problemOfStatus(415));
  });
}

const isRaw = (request: FastifyRequest): boolean => request.routeOptions.config.rawBody === true;
