/** Rows of a tab-separated file by their headings. Lines end in LF or CRLF; a byte-order mark is passed over. */
export function parseTabSeparated<Heading extends string>(
  text: string,
  headings: readonly Heading[],
): readonly Readonly<Record<Heading, string>>[] {
  const [first = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = first.split('\t');
  const places = headings.map((heading) => {
    const index = columns.indexOf(heading);
    if (index < 0) throw new Error(`Column "${heading}" is missing`);
    return [heading, index] as const;
  });
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split('\t');
      return Object.fromEntries(places.map(([heading, index]) => [heading, cells[index] ?? ''])) as Record<
        Heading,
        string
      >;
    });
}
