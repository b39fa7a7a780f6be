import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** In the words of whoever asked: see {@link ProblemWriter}. */
    writeProblem(problem: Problem, request: FastifyRequest): WrittenProblem;
  }
}

export interface WrittenProblem {
  /** Content type. */
  readonly type: string;
  readonly body: string;
}

/** For those who ask under a path in a language that has words of its own for what goes wrong. */
export interface ProblemWriter {
  /** Beginning of the paths, `/fhir`. */
  readonly under: string;
  write(problem: Problem, request: FastifyRequest): WrittenProblem;
}

/** Problems are written as RFC 9457 documents, but where a writer is named for the path. */
export function writeProblemsBy(server: FastifyInstance, writers: readonly ProblemWriter[]): void {
  server.decorate('writeProblem', (problem: Problem, request: FastifyRequest): WrittenProblem => {
    const [path = ''] = (request.raw.url ?? '').split('?', 1);
    const writer = writers.find(({ under }) => path === under || path.startsWith(`${under}/`));
    if (writer) return writer.write(problem, request);
    const correlationId = problem.status >= 500 ? request.id : undefined;
    return {
      type: 'application/problem+json; charset=utf-8',
      body: JSON.stringify({ ...problem.toDocument(), correlationId }),
    };
  });
}
