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
