/** The server's answer, read for people: the reason and the faults of a message. */
import type { Bilingual } from '#domain/bilingual.js';

export interface ToldFault {
  readonly path: string;
  readonly severity: 'error' | 'warning' | 'information';
  readonly text: Bilingual;
  /** Episode number (MA_LK) or other id of the part it is about. */
  readonly episode?: string;
}

export interface Result {
  /** Of a refusal. */
  readonly reason?: Bilingual;
  readonly faults: readonly ToldFault[];
  /** As the server gave it. */
  readonly receipt?: Document;
}

type Document = Readonly<Record<string, unknown>>;

/** @param answer a receipt or a problem document, as JSON; what it lacks is left out */
export function readResult(answer: string): Result {
  const document = objectOf(JSON.parse(answer)) ?? {};
  const receipt = 'digest' in document ? document : objectOf(document['receipt']);
  const reason = receipt === document ? undefined : reasonOf(document);
  return {
    ...(reason && { reason }),
    ...(receipt && { receipt }),
    faults: receipt
      ? [...faultsOf(receipt), ...listOf(receipt['records']).flatMap((part) => faultsOf(part, episodeOf(part)))]
      : [],
  };
}

function reasonOf(problem: Document): Bilingual {
  const { title, status } = problem;
  const en = objectOf(problem['en']);
  if (typeof title !== 'string') return unnamed(Number(status));
  const detail = typeof problem['detail'] === 'string' ? ` ${problem['detail']}` : '';
  const englishTitle = typeof en?.['title'] === 'string' ? en['title'] : title;
  const englishDetail = typeof en?.['detail'] === 'string' ? ` ${en['detail']}` : '';
  return { vi: sentence(title) + detail, en: sentence(englishTitle) + englishDetail };
}

const unnamed = (status: number): Bilingual =>
  status === 413
    ? {
        vi: 'Tệp quá lớn, máy chủ không nhận. Hãy xuất ít hồ sơ hơn trong mỗi tệp.',
        en: 'The file is too large for the server. Export fewer records into each file.',
      }
    : { vi: `Máy chủ không nhận tệp này (mã ${status}).`, en: `The server does not take this file (${status}).` };

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function faultsOf(part: Document, episode?: string): readonly ToldFault[] {
  return listOf(part['faults']).map(({ path, severity, text, code }): ToldFault => {
    const words = objectOf(text);
    const fallback = typeof code === 'string' ? code : '';
    return {
      path: typeof path === 'string' ? path : '',
      severity: severity === 'warning' || severity === 'information' ? severity : 'error',
      text: {
        vi: typeof words?.['vi'] === 'string' ? words['vi'] : fallback,
        en: typeof words?.['en'] === 'string' ? words['en'] : fallback,
      },
      ...(episode !== undefined && { episode }),
    };
  });
}

function episodeOf(part: Document): string | undefined {
  return typeof part['episode'] === 'string' ? part['episode'] : undefined;
}

const objectOf = (value: unknown): Document | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Document) : undefined;

const listOf = (value: unknown): readonly Document[] =>
  Array.isArray(value) ? value.map(objectOf).filter((item) => item !== undefined) : [];
