import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { eventFrame, News, pause, sendEventStream } from '#platform/http/event-stream.js';
import { PageFiles } from '#platform/http/page-files.js';
import { Problem } from '#platform/http/problem.js';
import { addSecurityHeaders } from '#platform/http/security-headers.js';
import { problemOfStatus } from '#platform/http/status-problems.js';
import type { StationAgent } from '../agent.js';
import { readResult } from '../words/result.js';
import { shownAnswer, snapshotOf } from './snapshot.js';

/** Rows of each list in a snapshot; the page asks for more by itself. */
const listLength = 50;
/** The page is told at most so often, and at least so often that it knows we live. */
const [soonestMs, latestMs] = [300, 10_000];
/** Faults told of one file; the receipt beside it has all. */
const mostFaults = 500;

/** The agent's page on this machine: never bound to another address than the loopback's. */
export class WebPage {
  private constructor(
    private readonly server: FastifyInstance,
    private readonly stopping: AbortController,
    readonly address: string,
  ) {}

  /** Where the port is taken by another program, any free one is used: the address tells. */
  static async open(agent: StationAgent, port: number): Promise<WebPage> {
    const files = await PageFiles.read(new URL('../../public/', import.meta.url));
    const stopping = new AbortController();
    for (const wanted of [port, 0]) {
      const server = fastify({ bodyLimit: 16 * 1024, forceCloseConnections: true });
      addGuards(server);
      addRoutes(server, agent, files, stopping.signal);
      try {
        return new WebPage(server, stopping, await server.listen({ host: '127.0.0.1', port: wanted }));
      } catch (error) {
        await server.close();
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || wanted === 0) throw error;
      }
    }
    throw new Error('no port');
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.server.close();
  }
}

/**
 * Pages of other sites run in the same browser. They cannot read our answers; these keep them from acting too, and a name that
 * somebody lets point to 127.0.0.1 from being taken for ours.
 */
function addGuards(server: FastifyInstance): void {
  addSecurityHeaders(server);
  server.addHook('onRequest', async (request) => {
    if (!isOurs(request)) throw problemOfStatus(403);
  });
  server.setErrorHandler(async (error, _request, reply) => {
    const problem =
      error instanceof Problem ? error : problemOfStatus((error as { statusCode?: number }).statusCode ?? 500);
    await reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem.toDocument()));
  });
  server.setNotFoundHandler(() => {
    throw problemOfStatus(404);
  });
}

function isOurs({ method, headers, socket }: FastifyRequest): boolean {
  const port = socket.localPort ?? 0;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(headers.host ?? '')) return false;
  if (method === 'GET' || method === 'HEAD') return true;
  const { origin } = headers;
  return (
    origin !== undefined && hosts.some((host) => origin === `http://${host}`) && headers['x-station-agent'] === 'page'
  );
}

function addRoutes(server: FastifyInstance, agent: StationAgent, files: PageFiles, stopping: AbortSignal): void {
  server.get('/', (request, reply) => files.send('agent.html', request, reply));
  server.get<{ Params: { name: string } }>('/page/:name', (request, reply) =>
    files.send(request.params.name, request, reply),
  );
  server.get('/state', () => snapshotOf(agent, listLength));
  server.get('/events', (_, reply) => sendEventStream(reply, stopping, (ended) => snapshots(agent, ended)));

  server.get<{ Querystring: { list?: string; below?: string } }>('/files', ({ query }) => {
    const below = Number(query.below ?? Number.MAX_SAFE_INTEGER);
    if (!Number.isSafeInteger(below)) throw problemOfStatus(400);
    const list =
      query.list === 'refused' ? agent.outbox.refusals(below, listLength) : agent.outbox.sent(below, listLength);
    return { files: list.map(shownAnswer) };
  });
  server.get<{ Params: { id: string } }>('/files/:id', ({ params }) => {
    const entry = agent.outbox.find(idOf(params.id));
    if (entry?.state !== 'answered' && entry?.state !== 'filed') throw problemOfStatus(404);
    const { reason, faults, receipt } = readResult(entry.answer);
    return {
      ...shownAnswer(entry),
      reason: reason ?? null,
      receipt: typeof receipt?.['id'] === 'string' ? receipt['id'] : null,
      faults: faults.slice(0, mostFaults),
      faultCount: faults.length,
    };
  });

  const actions: Readonly<Record<string, () => void>> = {
    'send-now': () => agent.sendNow(),
    pause: () => agent.pause(true),
    resume: () => agent.pause(false),
  };
  for (const [name, act] of Object.entries(actions)) {
    server.post(`/actions/${name}`, async (_, reply) => {
      act();
      return reply.status(204).send();
    });
  }
  server.post<{ Params: { id: string } }>('/files/:id/retry', async ({ params }, reply) => {
    if (!(await agent.retry(idOf(params.id)))) throw problemOfStatus(404);
    return reply.status(204).send();
  });
  server.post<{ Params: { id: string } }>('/files/:id/settle', async ({ params }, reply) => {
    agent.settle(idOf(params.id));
    return reply.status(204).send();
  });
}

function idOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw problemOfStatus(404);
  return Number(text);
}

async function* snapshots(agent: StationAgent, ended: AbortSignal): AsyncIterable<string> {
  const news = new News();
  const end = agent.changes.subscribe(() => news.bring());
  try {
    for (let number = 1; !ended.aborted; number += 1) {
      yield eventFrame('state', number, snapshotOf(agent, listLength));
      await pause(soonestMs, ended);
      await news.within(latestMs, ended);
    }
  } finally {
    end();
  }
}
