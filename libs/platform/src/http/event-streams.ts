import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** An event stream never ends by itself: when the server closes, those that are open are ended, so that closing waits for requests only. */
export function endEventStreamsOnClose(server: FastifyInstance): void {
  const open = new Set<ServerResponse>();
  server.addHook('onSend', async (_, reply) => {
    if (!String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream')) return;
    open.add(reply.raw);
    reply.raw.once('close', () => open.delete(reply.raw));
  });
  server.addHook('preClose', async () => {
    for (const response of open) response.end();
  });
}
