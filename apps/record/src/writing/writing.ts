import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { residentsIn } from '#security/audit/residents-in.js';
import type { Caller } from '#security/caller.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { tokenOf } from '#security/http/authentication.js';
import type { IntakeMessage } from '#service/intake/intake-port.js';
import { visibilityOf } from '../access/visibility.js';
import { baseOf } from '../http/fhir-http.js';
import { issue, outcome } from '../http/fhir-fault.js';
import type { FhirFormat } from '../http/negotiation.js';
import type { MessageTaking, RefusedMessage } from './message-taking.js';
import type { EntryResponse, WrittenEntries, WrittenEntry } from './written-entries.js';

/** `Writing` of this service. */
export const WRITING = Symbol('Writing');

/** A message that intake has taken, entry by entry. */
export interface WrittenMessage {
  readonly outcome: 'written';
  readonly receipt: string;
  readonly duplicate: boolean;
  readonly entries: readonly WrittenEntry[];
  /** Intake's answer with these entries in it. */
  readonly frame: (entries: readonly BundleEntry[]) => Bundle;
}

/** Taken, and not shown by the record yet: nothing more can be told of it. */
export interface UnshownMessage {
  readonly outcome: 'not-shown';
  readonly receipt: string;
}

/** Writing of a request: through intake, answered from the record. */
export class Writing {
  constructor(
    private readonly taking: MessageTaking,
    private readonly written: WrittenEntries,
  ) {}

  /** @throws Problem 503 when intake does not answer */
  async write(
    request: FastifyRequest,
    caller: Caller,
    body: { readonly bytes: Uint8Array; readonly format: FhirFormat },
  ): Promise<WrittenMessage | UnshownMessage | RefusedMessage> {
    const taken = await this.taking.take(messageOf(request, body));
    if (taken.outcome === 'refused') return taken;
    const { receipt, duplicate } = taken;
    if (!taken.shown) return { outcome: 'not-shown', receipt };
    const { entries, frame } = framed(taken.answer);
    const written = await this.written.shown(entries, visibilityOf(caller), baseOf(request));
    const { residents } = disclosureOf(request);
    for (const { resource } of written) for (const resident of residentsIn(resource)) residents.add(resident);
    return {
      outcome: 'written',
      receipt,
      duplicate,
      entries: written,
      frame: (shown) => withReceiptLink(frame(shown), receiptUrl(request, receipt)),
    };
  }
}

export const receiptUrl = (request: FastifyRequest, receipt: string): string =>
  `${baseOf(request).replace(/\/fhir$/, '')}/intake/receipts/${receipt}`;

/** 202: what was taken is safe, and what came of it cannot be said yet. To send it again asks for the answer again. */
export function asNotShown(
  { receipt }: UnshownMessage,
  request: FastifyRequest,
  reply: FastifyReply,
): OperationOutcome {
  reply.status(202).header('Retry-After', '5');
  linkReceipt(receipt, request, reply);
  return outcome([
    issue('information', 'informational', {
      vi: `Đã nhận (biên nhận ${receipt}); hồ sơ chưa hiển thị. Gửi lại y nguyên sau vài giây sẽ có câu trả lời, không gì bị ghi hai lần.`,
      en: `Taken (receipt ${receipt}); the record does not show it yet. The same sent again in some seconds is answered, and nothing is recorded twice.`,
    }),
  ]);
}

export function asRefused(
  { status, reasons, receipt, retryAfter }: RefusedMessage,
  request: FastifyRequest,
  reply: FastifyReply,
): OperationOutcome {
  reply.status(status);
  if (retryAfter !== undefined) reply.header('Retry-After', retryAfter);
  if (receipt !== undefined) linkReceipt(receipt, request, reply);
  return reasons;
}

/** The receipt says more than FHIR has words for. */
export function linkReceipt(receipt: string, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('Link', `<${receiptUrl(request, receipt)}>; rel="describedby"`);
}

function messageOf(
  request: FastifyRequest,
  { bytes, format }: { readonly bytes: Uint8Array; readonly format: FhirFormat },
): IntakeMessage {
  const key = request.headers['idempotency-key'];
  return {
    body: bytes,
    contentType: `application/fhir+${format}`,
    token: tokenOf(request) ?? '',
    ...(typeof key === 'string' && { idempotencyKey: key }),
    correlationId: request.id,
  };
}

/** The responses in intake's answer, and the answer with others in their place. */
function framed(answer: Bundle): {
  readonly entries: readonly EntryResponse[];
  readonly frame: (entries: readonly BundleEntry[]) => Bundle;
} {
  const [header, inner] = answer.entry ?? [];
  if (answer.type === 'message' && inner?.resource?.resourceType === 'Bundle') {
    const { entries, frame } = framed(inner.resource);
    const wrap = (resource: Resource): BundleEntry => ({ ...inner, resource });
    return { entries, frame: (shown) => ({ ...answer, entry: [...(header ? [header] : []), wrap(frame(shown))] }) };
  }
  return {
    entries: (answer.entry ?? []).map(({ response }) => response ?? { status: '200 OK' }),
    frame: (shown) => ({ ...answer, ...(shown.length > 0 && { entry: [...shown] }) }),
  };
}

/** Intake may be another process, which does not know how we were addressed. */
function withReceiptLink(bundle: Bundle, url: string): Bundle {
  const link = bundle.link?.map((one) => (one.relation === 'receipt' ? { ...one, url } : one));
  return { ...bundle, ...(link && { link }) };
}
