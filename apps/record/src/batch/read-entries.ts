import { STATUS_CODES } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { issue, outcome, type IssueType } from '../http/fhir-fault.js';
import { type SubAnswer, subAnswer, type SubRequest } from '../http/sub-requests.js';

/** Entries of one Bundle that are read at once: others want to be answered, too. */
const atOnce = 4;
/** What the answers of one Bundle may come to, in characters. */
const mostText = 32 * 1024 * 1024;
const patienceMs = 30_000;

/** Reads each entry as its sender's own request; the answers stand in the order of the entries. */
export async function readEntries(
  outer: FastifyRequest,
  parts: readonly SubRequest[],
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
      const answer = await subAnswer(outer, part, patienceMs).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'TimeoutError') return undefined;
        throw error;
      });
      room -= answer?.text.length ?? 0;
      answers[index] = answer ? entryOf(answer) : faulty(504, 'timeout', tooSlow);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, parts.length) }, readOn));
  return answers;
}

function entryOf({ status, headers, text }: SubAnswer): BundleEntry {
  const type = String(headers['content-type'] ?? '');
  if (text !== '' && !/^application\/fhir\+json\b/.test(type)) return faulty(406, 'not-supported', notFhir);
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

export const statusLine = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();

export function faulty(status: number, code: IssueType, text: typeof tooMuch): BundleEntry {
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
