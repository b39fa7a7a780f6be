import type { FastifyRequest } from 'fastify';
import { isObject, type SentResource } from '#fhir/reading/json.js';
import { fromXml, NotFhirXml } from '#fhir/xml/read-xml.js';
import { SenderLimits } from '#platform/http/sender-limits.js';
import { patience, streamedBody } from '#platform/http/streamed-body.js';
import type { Caller } from '#security/caller.js';
import { FhirFault } from '../http/fhir-fault.js';
import { type FhirFormat, formatOfType } from '../http/negotiation.js';

/** A resource as it was sent: read, and byte for byte. */
export interface SentBody {
  readonly resource: SentResource;
  readonly bytes: Buffer;
  readonly format: FhirFormat;
}

/** Intake reads no larger FHIR message either. */
const mostBytes = 16 * 1024 * 1024;

/** Of bodies that are held at once, read and answered; intake keeps to its own limits besides. */
const mostUnderWay = {
  perSender: 64,
  largePerSender: 0,
  bytesPerSender: 2 * mostBytes,
  bytesInFlight: 4 * mostBytes,
};

/** Bodies of the routes with `StreamedBody`, no more of them at once than there is room for. */
export class SentBodies {
  readonly #room = new SenderLimits(mostUnderWay);

  /** @param limit of the whole service, in bytes */
  constructor(private readonly limit: number) {}

  /**
   * @param work is given the body, `undefined` when there is none; the body counts as held until it is done
   * @throws FhirFault 400 for what is no FHIR resource, 415 for another format
   * @throws Problem 413, 408, 415 as `streamedBody`, 429 when there is no room
   */
  within<Result>(
    request: FastifyRequest,
    { actor }: Pick<Caller, 'actor'>,
    work: (sent: SentBody | undefined) => Promise<Result>,
  ): Promise<Result> {
    return this.#room.within(actor, 0, async ({ takes }) => {
      const chunks: Buffer[] = [];
      const limits = { ...patience, bytes: Math.min(this.limit, mostBytes) };
      for await (const chunk of streamedBody(request.raw, limits)) {
        takes(chunk.length);
        chunks.push(chunk);
      }
      return work(sentIn(Buffer.concat(chunks), request.givenContentType));
    });
  }
}

function sentIn(bytes: Buffer, contentType: string): SentBody | undefined {
  if (bytes.length === 0) return undefined;
  const format = formatOfType(contentType);
  if (!format)
    throw new FhirFault(415, 'not-supported', {
      vi: 'Nội dung phải là application/fhir+json hoặc application/fhir+xml.',
      en: 'The body must be application/fhir+json or application/fhir+xml.',
    });
  return { resource: resourceIn(bytes, format), bytes, format };
}

export const noBody = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Yêu cầu không có nội dung.', en: 'The request has no body.' });

function resourceIn(bytes: Buffer, format: FhirFormat): SentResource {
  const text = textIn(bytes);
  const read = format === 'json' ? jsonIn(text) : xmlIn(text);
  if (isDeeper(read, mostDepth)) throw tooDeep();
  if (isObject(read) && typeof read['resourceType'] === 'string') return read as SentResource;
  throw notFhir();
}

/** As deep as XML may be nested; no resource comes near, and what walks through one has no end of stack. */
const mostDepth = 100;

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function textIn(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FhirFault(400, 'structure', { vi: 'Nội dung không phải UTF-8.', en: 'The body is not UTF-8.' });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FhirFault(400, 'structure', { vi: 'Nội dung không phải JSON.', en: 'The body is not JSON.' });
  }
}

function xmlIn(text: string): unknown {
  try {
    return fromXml(text);
  } catch (error) {
    if (error instanceof NotFhirXml) throw new FhirFault(400, 'structure', error.text);
    throw error;
  }
}

const notFhir = (): FhirFault =>
  new FhirFault(400, 'structure', {
    vi: 'Nội dung không phải tài nguyên FHIR.',
    en: 'The body is not a FHIR resource.',
  });

const tooDeep = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Nội dung lồng quá sâu.', en: 'The body is nested too deeply.' });
