import { isUtf8 } from 'node:buffer';
import { XmlFault } from './xml-fault.js';

export interface DecodedText {
  readonly text: string;
  /** The bytes were UTF-16, which no form allows but old software writes. */
  readonly utf16: boolean;
}

/**
 * The text of a document, its byte-order mark removed: UTF-8, or UTF-16 where a mark says so.
 *
 * @throws XmlFault `wrong-encoding` for everything else: TCVN3, VNI, Windows-1258, UTF-32, UTF-16 without a mark.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const little = bytes[0] === 0xff && bytes[1] === 0xfe && !(bytes[2] === 0 && bytes[3] === 0);
  if (!little && !(bytes[0] === 0xfe && bytes[1] === 0xff)) return { text: decodeUtf8(bytes), utf16: false };
  try {
    return { text: new TextDecoder(little ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(bytes), utf16: true };
  } catch {
    throw new XmlFault('wrong-encoding', 'encoding', 0);
  }
}

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
