import { STATUS_CODES } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { issue, outcome, type IssueType } from '../http/fhir-fault.js';
import { type SubAnswer, subAnswer, type SubRequest } from '../http/sub-requests.js';

export interface ReadLimits {
  /** Entries of one Bundle that are read at once. */
  readonly atOnce: number;
  /** What the answers of one Bundle may come to, in characters. */
  readonly mostText: number;
  /** For each entry. */
  readonly withinMs: number;
}

/** So many at once share a commit of the audit trail, which each waits for. */
const usual: ReadLimits = { atOnce: 32, mostText: 32 * 1024 * 1024, withinMs: 30_000 };

/** Reads each entry as its sender's own request; the answers stand in the order of the entries. */
export async function readEntries(
  outer: FastifyRequest,
  parts: readonly SubRequest[],
  { atOnce, mostText, withinMs }: ReadLimits = usual,
): Promise<readonly BundleEntry[]> {
  const answers: BundleEntry[] = [];
  let next = 0;
  let room = mostText;
  const readOn = async (): Promise<void> => {
    for (let index = next++; index < parts.length; index = next++) {
      const part = parts[index];
      if (!part) return;
      if (room <= 0) {
        answers[index] = faulty(413, 'too-costly', tooMuch);
        continue;
      }
      const answer = await subAnswer(outer, part, withinMs);
      room -= answer?.text.length ?? 0;
      answers[index] = answer ? entryOf(answer) : faulty(504, 'timeout', tooSlow);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, parts.length) }, readOn));
  return answers;
}

function entryOf({ status, headers, text }: SubAnswer): BundleEntry {
  const type = String(headers['content-type'] ?? '');
  if (text !== '' && !/^application\/fhir\+json\b/.test(type))
    return faulty(status >= 400 ? status : 406, 'not-supported', notFhir);
  const resource = text === '' ? undefined : (JSON.parse(text) as Resource | OperationOutcome);
  const { etag, location, 'last-modified': modified } = headers;
  const response = {
    status: statusLine(status),
    ...(location !== undefined && { location: String(location) }),
    ...(etag !== undefined && { etag: String(etag) }),
    ...(modified !== undefined && { lastModified: new Date(String(modified)).toISOString() }),
  };
  if (resource?.resourceType === 'OperationOutcome' && status >= 400)
    return { response: { ...response, outcome: resource } };
  return { ...(resource && { resource }), response };
}

const statusLine = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();

function faulty(status: number, code: IssueType, text: typeof tooMuch): BundleEntry {
  return failed(status, outcome([issue('error', code, text)]));
}

export const failed = (status: number, reasons: OperationOutcome): BundleEntry => ({
  response: { status: statusLine(status), outcome: reasons },
});

const tooMuch = {
  vi: 'Câu trả lời của Bundle này đã quá lớn; hãy hỏi riêng mục này.',
  en: 'The answer to this Bundle is too large already; ask for this entry alone.',
};
const tooSlow = {
  vi: 'Chưa có câu trả lời trong thời hạn; hãy hỏi riêng mục này.',
  en: 'Not answered in time; ask for this entry alone.',
};
const notFhir = {
  vi: 'Câu trả lời không phải tài nguyên FHIR; hãy hỏi riêng mục này.',
  en: 'The answer is no FHIR resource; ask for this entry alone.',
};
