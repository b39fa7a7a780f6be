import { hash } from 'node:crypto';

/** UUID (version 8, RFC 9562) that depends on its parts alone: what is done again gets the same id. */
export function derivedUuid(...parts: readonly (string | number)[]): string {
  const hex = hash('sha256', parts.join('\u0000'));
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
