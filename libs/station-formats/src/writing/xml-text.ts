import { hasForbiddenCharacter } from '../xml/xml-characters.js';

/** How a value is written into an element. */
export type ValueStyle = 'escaped' | 'cdata';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/**
 * A text as element content.
 *
 * @throws RangeError for characters that no XML document can hold.
 */
export function writeText(value: string, style: ValueStyle): string {
  if (hasForbiddenCharacter(value)) throw new RangeError('the text holds a character that XML cannot hold');
  // A CDATA section cannot keep a carriage return, and its end mark has to be written in two.
  if (style === 'cdata' && !value.includes('\r')) return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return value.replaceAll(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

/** How element names are written: as the forms have them, in small letters, or with a namespace prefix. */
export type TagStyle = 'plain' | 'lower' | 'prefixed';

export const tagOf = (name: string, style: TagStyle): string =>
  style === 'plain' ? name : style === 'lower' ? name.toLowerCase() : `hs:${name}`;

/** What the root of a document needs for its names. */
export const namespaceOf = (style: TagStyle): string => (style === 'prefixed' ? ' xmlns:hs="urn:hoso"' : '');

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** A document as bytes. UTF-16 always has its byte-order mark: nobody could read it otherwise. */
export function encodeText(text: string, encoding: TextEncoding, byteOrderMark: boolean): Buffer {
  if (encoding === 'utf-8') return Buffer.from(byteOrderMark ? `\uFEFF${text}` : text, 'utf8');
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16le' ? bytes : bytes.swap16();
}

export type EmptyStyle = 'pair' | 'self-closed' | 'self-closed-spaced' | 'omitted';

/** An element without content; nothing at all when empty elements are left out. */
export function writeEmpty(name: string, style: EmptyStyle): string {
  switch (style) {
    case 'pair':
      return `<${name}></${name}>`;
    case 'self-closed':
      return `<${name}/>`;
    case 'self-closed-spaced':
      return `<${name} />`;
    case 'omitted':
      return '';
    default:
      return style satisfies never;
  }
}

export const declarationLine = '<?xml version="1.0" encoding="utf-8"?>';
