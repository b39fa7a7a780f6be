import type { Verdict } from '../outbox/entry.js';
import type { ShownAnswer, Snapshot } from './snapshot.js';

/** Rows of each list on a terminal. */
export const terminalRows = 5;

/** The state as lines of text, none longer than the terminal is wide. */
export function terminalPage(snapshot: Snapshot, width: number, pageAddress: string | null): readonly string[] {
  const { counts, paused, trouble, sending, waiting, refused, sent, now } = snapshot;
  const lines = [
    'LIÊN TUYẾN · gửi dữ liệu trạm / station agent',
    `Thư mục / folder   ${snapshot.folder}`,
    `Máy chủ / server   ${snapshot.server}`,
    ...(pageAddress === null ? [] : [`Trang web / page   ${pageAddress}`]),
    '',
    `Chờ gửi / waiting ${counts.waiting}   ·   Hôm nay / today ${counts.answered}   ·   Bị từ chối / refused ${counts.refused}`,
    ...lineWords(snapshot),
    ...(paused ? ['ĐANG TẠM DỪNG / PAUSED'] : []),
    ...(trouble ? [`! ${trouble.text.vi}`, `! ${trouble.text.en}`] : []),
    '',
    ...(sending ? [`→ ${sending.name}  ${sizeOf(sending.size)}  ${Math.round((now - sending.since) / 1000)} s`] : []),
    ...waiting.filter(({ id }) => id !== sending?.id).map(({ name, size }) => `· ${name}  ${sizeOf(size)}`),
    ...(counts.waiting > waiting.length ? [`  … ${counts.waiting - waiting.length}`] : []),
    ...listed('Bị từ chối, xem refused/ / refused, see refused/', refused),
    ...listed('Gửi gần đây / last sent', sent),
    '',
    'Ctrl-C: dừng (tệp chưa gửi được giữ lại) / stop (what is not sent is kept)',
  ];
  return lines.flatMap((line) => (line.startsWith('! ') ? wrapped(line, width) : [cut(line, width)]));
}

function lineWords({ line, now }: Snapshot): readonly string[] {
  switch (line.status) {
    case 'open':
      return line.since === undefined
        ? ['Chưa liên lạc với máy chủ / server not asked yet']
        : [`Đường truyền tốt từ ${clock(line.since)} / line good since then`];
    case 'resting': {
      const seconds = Math.max(0, Math.ceil((line.until - now) / 1000));
      return [
        `! ${line.trouble.text.vi}`,
        `! ${line.trouble.text.en}`,
        `  Thử lại sau / next try in ${seconds} s (${line.failures})`,
      ];
    }
    case 'held':
      return [`! ${line.trouble.text.vi}`, `! ${line.trouble.text.en}`];
    default:
      return line satisfies never;
  }
}

const marks: Readonly<Record<Verdict, string>> = {
  accepted: '✓',
  'accepted-with-faults': '✓!',
  duplicate: '✓=',
  refused: '✗',
};

function listed(title: string, answers: readonly ShownAnswer[]): readonly string[] {
  if (answers.length === 0) return [];
  return [
    '',
    title,
    ...answers.map(
      ({ name, verdict, answeredAt, filedAs }) =>
        `${marks[verdict].padEnd(2)} ${clock(answeredAt)}  ${filedAs ?? name}`,
    ),
  ];
}

/** `dd/mm HH:MM` of this machine's clock. */
export function clock(time: number): string {
  const moment = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(moment.getDate())}/${two(moment.getMonth() + 1)} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export function sizeOf(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Control characters of a file's name would steer the terminal. */
function cut(line: string, width: number): string {
  const signs = signsOf(line.replaceAll(/\p{Cc}/gu, '?'));
  return signs.length <= width ? signs.join('') : `${signs.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Words of trouble are read to their end. */
function wrapped(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (signsOf(longer).length <= width || last === '') lines[lines.length - 1] = longer;
    else lines.push(`  ${word}`);
  }
  return lines.map((line) => cut(line, width));
}

const segmenter = new Intl.Segmenter('vi');

/** As people count them: a letter and its tone are one. */
const signsOf = (text: string): readonly string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);
