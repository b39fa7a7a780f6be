/** Which files are sent, and as what. */

const kinds: Readonly<Record<string, string>> = { '.xml': 'application/xml', '.json': 'application/json' };

/** Whether a file of this name is one that station software leaves to be sent. Hidden ones are not, nor the receipts we write. */
export function isMessageName(name: string): boolean {
  return !/^[.~]/.test(name) && !name.endsWith('.receipt.json') && Object.hasOwn(kinds, extensionOf(name));
}

/**
 * The content type that a file is sent with: what it begins with decides, its name only where that says nothing.
 * @param start at least the first 256 bytes, where there are so many
 */
export function contentTypeOf(name: string, start: Buffer): string {
  const text = start.toString(start[0] === 0xff && start[1] === 0xfe ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
  const first = text.trimStart()[0];
  if (first === '<') return 'application/xml';
  if (first === '{') return /"resourceType"\s*:/.test(text) ? 'application/fhir+json' : 'application/json';
  return kinds[extensionOf(name)] ?? 'application/octet-stream';
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot).toLowerCase();
}
