import type { FastifyReply } from 'fastify';

/** Aborted when the answer is over, which is early when the caller hangs up: nobody is counted or written for any longer. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
