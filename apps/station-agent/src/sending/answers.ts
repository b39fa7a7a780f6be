/** What an answer of the server means for the file that was sent (the receipt contract of intake). */
import type { Verdict } from '../outbox/entry.js';
import { retryAfter } from './back-off.js';
import {
  busy,
  lineCut,
  notOurServer,
  notPermitted,
  serverFailed,
  tokenRefused,
  tooSlow,
  type Trouble,
} from './troubles.js';

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

export type AttemptResult =
  /** The server's last word on this file. */
  | { readonly kind: 'answered'; readonly verdict: Verdict; readonly answer: string }
  /** Nothing is known of the file, or the server asked to come back: the same bytes again. */
  | { readonly kind: 'try-again'; readonly trouble: Trouble; readonly afterMs?: number }
  /** It is not about the file: no file can go out with this token. */
  | { readonly kind: 'held'; readonly trouble: Trouble };

/** Statuses that say something about a message, when our server says them. */
const refusals = new Set([400, 403, 409, 413, 415, 422]);

/**
 * Only a receipt for these very bytes counts as taken: a login page of a network answers 200 as well.
 * @param digest SHA-256 of what was sent, hex
 */
export function readAnswer(answer: HttpAnswer, digest: string, now: number): AttemptResult {
  const { status, body } = answer;
  const document = jsonObject(body);
  if (status === 200 || status === 201) {
    const verdict = verdictOf(document, digest);
    return verdict ? { kind: 'answered', verdict, answer: body } : later(notOurServer(status));
  }
  if (status === 408) return later(tooSlow);
  // What came to the server was half a file: the line's fault, not the file's.
  if (status === 400 && document?.['type'] === `${ourProblems}cut-off`) return later(lineCut);
  if (status === 429 || status === 503) return later(busy, retryAfter(answer.retryAfter, now));
  if (status >= 500) return later(serverFailed(status), retryAfter(answer.retryAfter, now));
  if (status === 401)
    return isProblem(document) ? { kind: 'held', trouble: tokenRefused } : later(notOurServer(status));
  if (status === 403 && isProblem(document) && !('receipt' in document)) return { kind: 'held', trouble: notPermitted };
  // A gateway that lets nothing of this size through will not do so tomorrow either.
  if (status === 413 || (refusals.has(status) && isProblem(document))) {
    return { kind: 'answered', verdict: 'refused', answer: isProblem(document) ? body : JSON.stringify({ status }) };
  }
  return later(notOurServer(status));
}

function later(trouble: Trouble, afterMs?: number): AttemptResult {
  return { kind: 'try-again', trouble, ...(afterMs !== undefined && { afterMs }) };
}

type Document = Readonly<Record<string, unknown>>;

function jsonObject(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document) : undefined;
  } catch {
    return undefined;
  }
}

const ourProblems = 'urn:lien-tuyen:problem:';

const isProblem = (document: Document | undefined): document is Document =>
  typeof document?.['type'] === 'string' && document['type'].startsWith(ourProblems);

const taken: readonly unknown[] = ['accepted', 'accepted-with-faults', 'duplicate'] satisfies Verdict[];

function verdictOf(receipt: Document | undefined, digest: string): Verdict | undefined {
  if (receipt?.['digest'] !== digest || typeof receipt['id'] !== 'string') return undefined;
  return taken.includes(receipt['status']) ? (receipt['status'] as Verdict) : undefined;
}

/** The receipt that is written beside a file whose content was taken before under another name, or earlier. */
export function asDuplicate(receipt: string): string {
  const first = JSON.parse(receipt) as Document;
  if (first['status'] === 'duplicate') return receipt;
  return JSON.stringify({ ...first, status: 'duplicate', firstStatus: first['status'] });
}
