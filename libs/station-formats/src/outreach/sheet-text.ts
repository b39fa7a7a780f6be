import { isUtf8 } from 'node:buffer';
import { unreadableSheet } from './sheet-fault.js';

/** What a spreadsheet saves as text: UTF-8 with or without byte-order mark, and UTF-16 with one (Excel's "Unicode Text"). */
export function sheetText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(buffer, 0x50, 0x4b, 0x03, 0x04) || startsWith(buffer, 0xd0, 0xcf, 0x11, 0xe0)) throw workbook();
  const text = decoded(buffer);
  if (text === undefined) throw wrongEncoding();
  if (text.includes('\u0000')) throw notText();
  return text;
}

function decoded(buffer: Buffer): string | undefined {
  if (startsWith(buffer, 0xff, 0xfe)) return decodedAs('utf-16le', buffer.subarray(2));
  if (startsWith(buffer, 0xfe, 0xff)) return decodedAs('utf-16be', buffer.subarray(2));
  if (!isUtf8(buffer)) return undefined;
  return buffer.toString('utf8', startsWith(buffer, 0xef, 0xbb, 0xbf) ? 3 : 0);
}

function decodedAs(encoding: 'utf-16le' | 'utf-16be', bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const startsWith = (buffer: Buffer, ...start: readonly number[]): boolean =>
  start.every((byte, index) => buffer[index] === byte);

const workbook = () =>
  unreadableSheet('is-a-workbook', {
    vi: 'Đây là tệp Excel (.xlsx, .xls). Trong Excel hãy chọn “Lưu thành” và loại tệp “CSV UTF-8”, rồi gửi tệp đó.',
    en: 'This is an Excel workbook (.xlsx, .xls). In Excel choose “Save as”, type “CSV UTF-8”, and send that file.',
  });

const wrongEncoding = () =>
  unreadableSheet('wrong-encoding', {
    vi: 'Tệp không phải bảng mã UTF-8. Trong Excel hãy chọn loại tệp “CSV UTF-8” khi lưu.',
    en: 'The file is not UTF-8. In Excel choose the type “CSV UTF-8” when saving.',
  });

const notText = () =>
  unreadableSheet('not-text', {
    vi: 'Tệp có ký tự NUL nên không phải tệp CSV. Hãy lưu lại bảng tính với loại tệp “CSV UTF-8”.',
    en: 'The file holds NUL characters and is not CSV. Save the spreadsheet again as “CSV UTF-8”.',
  });
