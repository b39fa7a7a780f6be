/** Parts of a Vietnamese name, which is written family name first: `Chẩu Văn Bình` → family `Chẩu`, given `Văn`, `Bình`. */
export interface PersonName {
  readonly text: string;
  readonly family?: string;
  readonly given: readonly string[];
}

/** A name of one word is a given name. */
export function personName(written: string): PersonName {
  const words = written
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const [family, ...given] = words;
  if (family === undefined) return { text: '', given: [] };
  return given.length === 0 ? { text: family, given: [family] } : { text: words.join(' '), family, given };
}
