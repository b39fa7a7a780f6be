/** What is written beside a file for the people of the station: Vietnamese first, English beside it. */
import type { Result, ToldFault } from './result.js';

/** Of faults beyond this many only the number is told; all of them are in the receipt. */
const mostFaults = 1_000;

/** Why a file was not taken, and what to do. */
export function reasonText(name: string, result: Result): string {
  return textFile([
    `KHÔNG ĐƯỢC NHẬN / NOT TAKEN: ${name}`,
    '',
    ...(result.reason ? [`Lý do: ${result.reason.vi}`, `Reason: ${result.reason.en}`, ''] : []),
    ...faultLines(result.faults),
    'Cần làm gì: sửa trong phần mềm của trạm, xuất lại rồi đặt tệp mới vào thư mục gửi. Nếu lỗi không nằm ở tệp, bấm “Gửi lại”',
    'trên trang của chương trình gửi, hoặc chuyển tệp này về thư mục gửi.',
    'What to do: correct it in the station software, export it again and drop the new file into the folder. If the fault was not in',
    'the file, press “Send again” on the page of the station agent, or move this file back into the folder.',
    ...receiptLines(result),
  ]);
}

/** What should be looked at in a file that was taken. */
export function faultsText(name: string, result: Result): string {
  return textFile([
    `ĐÃ NHẬN, CÓ LỖI CẦN XEM / TAKEN, WITH FAULTS: ${name}`,
    '',
    ...faultLines(result.faults),
    'Phần ghi “lỗi” chưa được nhận: hãy sửa và gửi lại. Phần ghi “cảnh báo” đã được nhận nhưng cần kiểm tra.',
    'Parts with an “error” were not taken: correct and send them again. Parts with a “warning” were taken, but should be checked.',
    ...receiptLines(result),
  ]);
}

const severities: Readonly<Record<ToldFault['severity'], string>> = {
  error: 'lỗi / error',
  warning: 'cảnh báo / warning',
  information: 'thông tin / information',
};

function faultLines(faults: readonly ToldFault[]): readonly string[] {
  if (faults.length === 0) return [];
  const lines = faults
    .slice(0, mostFaults)
    .flatMap(({ path, severity, text, episode }, index) => [
      `${index + 1}. [${severities[severity]}] ${[path, episode && `(đợt điều trị / episode ${episode})`].filter(Boolean).join(' ')}`.trimEnd(),
      `   ${text.vi}`,
      `   ${text.en}`,
    ]);
  const more = faults.length - mostFaults;
  return [
    `Danh sách lỗi / faults: ${faults.length}`,
    ...lines,
    ...(more > 0 ? [`… và ${more} lỗi nữa, xem biên nhận / and ${more} more, see the receipt`] : []),
    '',
  ];
}

function receiptLines({ receipt }: Result): readonly string[] {
  return typeof receipt?.['id'] === 'string' ? ['', `Biên nhận / receipt: ${receipt['id']}`] : [];
}

/** With a byte order mark and CRLF: the editor of an old Windows shows it right. Control characters of a file's name do nothing. */
function textFile(lines: readonly string[]): string {
  return `\uFEFF${lines.map((line) => line.replaceAll(/\p{Cc}/gu, ' ')).join('\r\n')}\r\n`;
}
