/** What answers of `text/event-stream` have in common (WHATWG HTML §9.2). */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** One event; `id` is what a reader names when it comes back, see {@link lastEventId}. */
export function eventFrame(event: string, id: number, data: unknown): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** After a broken line a reader names the last event it got; that counts for more than the address it first asked. */
export function lastEventId(request: FastifyRequest): number | undefined {
  const id = request.headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

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
