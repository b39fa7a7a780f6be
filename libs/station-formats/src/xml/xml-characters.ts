/** Character classes of XML 1.0 (fifth edition), as small tables for ASCII and patterns for the rest. */

const asciiTable = (members: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) => (members.test(String.fromCharCode(code)) ? 1 : 0));

export const nameStartAscii = asciiTable(/[:A-Z_a-z]/);
export const namePartAscii = asciiTable(/[-.:A-Z_a-z0-9]/);
const start =
  ':A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}';
const anyName = new RegExp(`^[${start}][${start}\\-.0-9\u00B7\u0300-\u036F\u203F\u2040]*$`, 'u');

/** True for a valid Name. */
export function isXmlName(name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code >= 128) return anyName.test(name);
    if ((at === 0 ? nameStartAscii : namePartAscii)[code] === 0) return false;
  }
  return name.length > 0;
}

/** What a character of element content asks of the scanner. */
export const ordinary = 0;
export const lessThan = 1;
export const ampersand = 2;
export const carriageReturn = 3;
export const squareBracket = 4;
export const forbidden = 5;

export const contentKind = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 0x3c) return lessThan;
  if (code === 0x26) return ampersand;
  if (code === 0x0d) return carriageReturn;
  if (code === 0x5d) return squareBracket;
  return code < 0x20 && code !== 0x09 && code !== 0x0a ? forbidden : ordinary;
});

/** Anything but the Char production of XML 1.0. */
const forbiddenCharacter = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export const hasForbiddenCharacter = (text: string): boolean => forbiddenCharacter.test(text);

/** True for a code point that a numeric reference may name. */
export const isXmlCharacter = (code: number): boolean =>
  code === 0x09 ||
  code === 0x0a ||
  code === 0x0d ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff);

export const isXmlSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
