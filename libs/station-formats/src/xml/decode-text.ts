import { isUtf8 } from 'node:buffer';
import { XmlFault } from './xml-fault.js';

/**
 * The text of a UTF-8 document, its byte-order mark removed.
 *
 * @throws XmlFault `wrong-encoding` for UTF-16, UTF-32 and every byte sequence that is not UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // UTF-16 text of mere ASCII is valid UTF-8 too, with a zero in every second byte.
  const zeroNearTheStart = buffer.subarray(0, 4).includes(0);
  if (zeroNearTheStart || !isUtf8(buffer)) throw new XmlFault('wrong-encoding', 'encoding', 0);
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  return buffer.toString('utf8', marked ? 3 : 0);
}

/** The bytes of a base64 text with or without line breaks and padding; `undefined` when it is not base64. */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = blanks.some((blank) => text.includes(blank)) ? text.replaceAll(/[ \t\r\n]+/g, '') : text;
  const digits = compact.endsWith('==')
    ? compact.length - 2
    : compact.endsWith('=')
      ? compact.length - 1
      : compact.length;
  if (digits % 4 === 1) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  // The decoder skips what is not base64: such text comes out too short.
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : undefined;
}

const blanks = ['\n', '\r', ' ', '\t'];
