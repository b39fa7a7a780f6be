import type { FastifyRequest } from 'fastify';
import { tokenOf } from '#security/http/authentication.js';
import { publicOrigin } from '#platform/http/public-origin.js';

export interface SubRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Path and query from the root of the server, `/fhir/Patient/1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** FHIR JSON. */
  readonly body?: string;
}

export interface SubAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>;
  readonly text: string;
}

/** Headers of the whole request that each of its parts is to be read with. */
const handedOn = ['purpose-of-use', 'break-glass'] as const;

/**
 * Asks this server what a part of a request asks, as if its sender had asked alone: the same guards, the same rights, and an entry
 * of its own in the audit trail.
 * @returns `undefined` when there is no answer in time
 */
export async function subAnswer(
  outer: FastifyRequest,
  part: SubRequest,
  withinMs: number,
): Promise<SubAnswer | undefined> {
  const { protocol, host } = new URL(publicOrigin(outer));
  const given = handedOn.flatMap((name) => {
    const value = outer.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const signal = AbortSignal.timeout(withinMs);
  try {
    const answer = await outer.server.inject({
      method: part.method,
      url: part.path,
      headers: {
        ...Object.fromEntries(given),
        accept: 'application/fhir+json',
        ...part.headers,
        ...(part.body !== undefined && { 'content-type': 'application/fhir+json' }),
        authorization: `Bearer ${tokenOf(outer) ?? ''}`,
        host,
        'x-forwarded-proto': protocol.slice(0, -1),
        'x-correlation-id': outer.id,
      },
      ...(part.body !== undefined && { payload: part.body }),
      signal,
    });
    return { status: answer.statusCode, headers: answer.headers, text: answer.payload };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
