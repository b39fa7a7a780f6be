import type { FastifyInstance } from 'fastify';
import type { TokenVerifier } from '../token-verifier.js';
import { authenticate } from './authentication.js';

/** Large enough for any form of a public page. */
const smallBody = 64 * 1024;

/** Refuses a large body of an unknown sender before it is read: guards come only after the body is in memory. */
export function refuseAnonymousBodies(server: FastifyInstance, verifier: TokenVerifier): void {
  server.addHook('onRequest', async (request) => {
    const length = request.headers['content-length'];
    const large =
      length === undefined ? request.headers['transfer-encoding'] !== undefined : Number(length) > smallBody;
    if (large) await authenticate(request, verifier);
  });
}
