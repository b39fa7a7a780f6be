import type { FastifyReply } from 'fastify';

/** Aborted when the answer is over, which is early when the caller hangs up: long counts for nobody are given up. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
