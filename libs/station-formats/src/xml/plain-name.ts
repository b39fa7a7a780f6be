const plain = /^[A-Z][A-Z0-9_]*$/;

/** The name of an element without a namespace prefix and in capitals, as the forms have it: software writes `hs:Ho_Ten` too. */
export const plainName = (name: string): string =>
  plain.test(name) ? name : name.slice(name.indexOf(':') + 1).toUpperCase();
