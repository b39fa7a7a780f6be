import type { FastifyRequest } from 'fastify';

/** What the answer to a write holds (FHIR R4, 3.1.0.1.9). */
export type ReturnPreference = 'minimal' | 'representation' | 'OperationOutcome';

/** `Prefer: return=…`; `undefined` where nothing that is known is asked for. */
export function returnPreference({ headers }: Pick<FastifyRequest, 'headers'>): ReturnPreference | undefined {
  const [, asked] =
    /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)\b/.exec(String(headers['prefer'] ?? '')) ?? [];
  return asked as ReturnPreference | undefined;
}
