import type { FastifyInstance } from 'fastify';

/** Takes no new connections, lets requests under way finish for a while, then ends what is left. */
export async function finishRequests(server: FastifyInstance, patienceMs: number): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), patienceMs);
  try {
    await server.close();
  } finally {
    clearTimeout(timer);
  }
}
