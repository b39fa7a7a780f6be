import type { FastifyInstance } from 'fastify';

/** Pages load nothing from elsewhere and run no inline script; nobody may frame them. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Answers hold health data unless their route says otherwise: no cache may keep them. */
export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async (_, reply) => {
    reply.headers({ ...headers, 'cache-control': 'no-store' });
  });
}
