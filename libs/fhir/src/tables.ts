import { readFileSync } from 'node:fs';

/** Rows of one of this library's tab-separated tables, by heading. */
export function readTable(file: string): readonly Readonly<Record<string, string>>[] {
  const [heading = '', ...lines] = readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const names = heading.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/** A code list as code → Vietnamese display. */
export function readCodes(
  file: string,
  codeColumn: string,
  displayColumn: string,
  list?: string,
): ReadonlyMap<string, string> {
  return new Map(
    readTable(file)
      .filter((row) => list === undefined || row['list'] === list)
      .map((row) => [row[codeColumn] ?? '', row[displayColumn] ?? '']),
  );
}
