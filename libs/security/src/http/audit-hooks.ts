import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Bilingual } from '#domain/bilingual.js';
import { parseResidentId } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';
import { type AuditAction, type AuditEntry, longestQuery } from '../audit/audit-entry.js';
import { type AuditTrail, AuditUnavailable } from '../audit/audit-trail.js';
import { isPurposeOfUse, type PurposeOfUse, purposesOfUse, usualPurpose } from '../audit/purpose-of-use.js';
import { residentsIn } from '../audit/residents-in.js';
import type { Caller } from '../caller.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard on every route that may show personal data; what was asked and shown is written from it. */
    disclosure?: Disclosure;
  }
}

/** What one request asks for and shows. Residents named in a JSON answer are found in it; whatever else shows somebody says so. */
export class Disclosure {
  readonly residents = new Set<string>();
  /** Whose data the answer shows is among them already: it need not be looked through. */
  answerTold = false;
  interaction?: { readonly code: string; readonly action: AuditAction };
  what?: string;
  /** Of a form; the address's is known. */
  query?: string;
  emergency?: AuditEntry['emergency'];

  constructor(
    private readonly request: FastifyRequest,
    private readonly caller: Caller,
    public purpose: PurposeOfUse,
  ) {}

  /** Residents the request names, whether or not they are shown: they see who was refused, too. */
  asked(): readonly string[] {
    const what = this.#what() ?? '';
    const query = this.#query();
    const [, patient] = /^Patient\/([0-9a-f-]{36})(?:\/|$)/.exec(what) ?? [];
    const asked = query === '' ? [] : [...new URLSearchParams(query)];
    const named = asked.flatMap(([name, value]) =>
      /^(patient|subject|individual)\b/.test(name) || (name === '_id' && what === 'Patient') ? value.split(',') : [],
    );
    return [
      ...(patient === undefined ? [] : [patient]),
      ...named.map((value) => value.replace(/^.*Patient\//, '')),
    ].filter((id) => parseResidentId(id) !== undefined);
  }

  /** The entry of this request as it stands. */
  entry(status: number, residents: Iterable<string> = this.residents): AuditEntry {
    const { method, id } = this.request;
    const { kind, actor, holder, facility } = this.caller;
    const route = this.request.routeOptions.url ?? '';
    const query = this.#query();
    const { code, action } = this.interaction ?? usualInteraction(method, route, this.request.params);
    const what = this.#what();
    return {
      recorded: Date.now(),
      kind,
      actor,
      holder,
      ...(facility !== undefined && { facility }),
      purpose: this.purpose,
      action,
      interaction: code,
      route: `${method} ${route}`,
      ...(what !== undefined && { what: what.slice(0, 200) }),
      ...(query !== '' && { query: query.slice(0, longestQuery) }),
      residents: [...residents],
      status,
      request: id,
      ...(this.emergency && { emergency: this.emergency }),
    };
  }

  #what(): string | undefined {
    return this.what ?? whatOf(this.request.routeOptions.url ?? '', this.request.params);
  }

  /** Of the address, then of the form. */
  #query(): string {
    const { url = '' } = this.request.raw;
    const begin = url.indexOf('?');
    const address = begin < 0 ? '' : url.slice(begin + 1);
    return [address, this.query ?? ''].filter(Boolean).join('&');
  }
}

/** What this request discloses. @throws Error where the guard has not set it: such a route must not show anybody */
export function disclosureOf(request: FastifyRequest): Disclosure {
  if (!request.disclosure) throw new Error('A route that shows personal data must not be marked @NoPersonalData()');
  return request.disclosure;
}

/**
 * What the request says it is for (HL7 v3 ActReason), else what its kind of caller usually is.
 * @throws Problem 400 for a code that is not known
 */
export function purposeOf(request: FastifyRequest, caller: Caller): PurposeOfUse {
  const given = request.headers['purpose-of-use'];
  if (given === undefined) return usualPurpose[caller.kind];
  if (isPurposeOfUse(given)) return given;
  throw new Problem(
    400,
    'unknown-purpose',
    { vi: 'Không có mục đích sử dụng này', en: 'There is no such purpose of use' },
    { extensions: { allowed: purposesOfUse } },
  );
}

/** Most residents of one entry; an answer with more becomes several. */
const mostResidents = 1_000;

/** Writes what each answer shows, to whom, before the answer leaves. */
export function auditAnswers(server: FastifyInstance, trail: AuditTrail): void {
  server.addHook('preSerialization', async (request, _reply, payload) => {
    const { disclosure } = request;
    if (disclosure && !disclosure.answerTold)
      for (const resident of residentsIn(payload)) disclosure.residents.add(resident);
    return payload;
  });
  server.addHook('onSend', async (request, reply, payload) => {
    const { disclosure } = request;
    if (!disclosure) return payload;
    for (const resident of disclosure.asked()) disclosure.residents.add(resident);
    try {
      await writeDisclosure(trail, disclosure, reply.statusCode);
      return payload;
    } catch (error) {
      if (!(error instanceof AuditUnavailable)) throw error;
      if (payload instanceof Readable) payload.destroy();
      return refused(request, reply);
    }
  });
}

/**
 * Writes the disclosure as it stands, and empties it: for answers that go on (event streams, files in pieces), before each piece.
 * @throws AuditUnavailable
 */
export async function writeDisclosure(trail: AuditTrail, disclosure: Disclosure, status: number): Promise<void> {
  const residents = [...disclosure.residents];
  disclosure.residents.clear();
  const groups = [residents.splice(0, mostResidents)];
  while (residents.length > 0) groups.push(residents.splice(0, mostResidents));
  await Promise.all(groups.map((group) => trail.record(disclosure.entry(status, group))));
}

const unavailable: Bilingual = {
  vi: 'Không ghi được nhật ký truy cập nên không trả dữ liệu; hãy thử lại.',
  en: 'The access log cannot be written, so nothing is shown; try again.',
};

/** What cannot be written down is not shown. */
function refused(request: FastifyRequest, reply: FastifyReply): string {
  reply.code(503).header('retry-after', '5');
  for (const name of ['etag', 'last-modified', 'content-length', 'content-disposition', 'location'])
    reply.removeHeader(name);
  const { type, body } = request.server.writeProblem(new Problem(503, 'audit-unavailable', unavailable), request);
  reply.type(type);
  return body;
}

type Parameters = FastifyRequest['params'];

/** By FHIR's names (RESTful interactions) under /fhir; elsewhere the method tells. */
function usualInteraction(
  method: string,
  route: string,
  parameters: Parameters,
): NonNullable<Disclosure['interaction']> {
  const read = method === 'GET' || method === 'HEAD';
  if (!route.startsWith('/fhir')) return { code: `${method} ${route}`, action: read ? 'R' : 'U' };
  const path = filled(route, parameters).split('/').slice(2);
  if (path.some((part) => part.startsWith('$'))) return { code: 'operation', action: 'E' };
  if (path.includes('_history')) {
    if (path.length === 4) return { code: 'vread', action: 'R' };
    return {
      code: ['history-system', 'history-type', 'history-instance'][path.length - 1] ?? 'history-system',
      action: 'R',
    };
  }
  if (path.includes('_search')) return { code: 'search-type', action: 'E' };
  if (!read) return { code: path.length === 0 ? 'batch' : 'create', action: path.length === 0 ? 'E' : 'C' };
  if (path[0] === 'metadata') return { code: 'capabilities', action: 'R' };
  return path.length === 2 ? { code: 'read', action: 'R' } : { code: 'search-type', action: 'E' };
}

/** `Observation/1` of a FHIR address; elsewhere the id in it. */
function whatOf(route: string, parameters: Parameters): string | undefined {
  if (route.startsWith('/fhir')) return filled(route, parameters).split('/').slice(2).join('/') || undefined;
  const { id } = (parameters ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

function filled(route: string, parameters: Parameters): string {
  const given = (parameters ?? {}) as Readonly<Record<string, string>>;
  return route.replace(/:(\w+)|\*/g, (part, name: string | undefined) => given[name ?? '*'] ?? part);
}
