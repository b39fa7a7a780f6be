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
  const zeroNearTheStart = buffer[0] === 0 || buffer[1] === 0 || buffer[2] === 0 || buffer[3] === 0;
  if (zeroNearTheStart || !isUtf8(buffer)) throw new XmlFault('wrong-encoding', 'encoding', 0);
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  return buffer.toString('utf8', marked ? 3 : 0);
}

/** The bytes of a base64 text with or without line breaks and padding; `undefined` when it is not base64. */
export function decodeBase64(text: string): Buffer | undefined {
  // The decoder skips what is not base64, line breaks too: such text comes out too short.
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === decodedLength(text)) return bytes;
  return bytes.length === decodedLength(text.replaceAll(/[ \t\r\n]+/g, '')) ? bytes : undefined;
}

/** How many bytes so many base64 characters stand for; -1 where no bytes are written with so many. */
function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  return digits % 4 === 1 ? -1 : Math.floor((digits * 3) / 4);
}
