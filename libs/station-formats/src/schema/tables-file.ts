import { readFileSync } from 'node:fs';

export type FileRow = Readonly<Record<string, string>>;

/** Rows of a tab-separated file of this library's `data` folder, by the names in its first line. */
export function rowsOf(file: string): readonly FileRow[] {
  const [head = '', ...lines] = readFileSync(new URL(`../../data/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const columns = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

const codeLists = Map.groupBy(rowsOf('code_lists.tsv'), (row) => row['list'] ?? '');

/** The codes of a list of `code_lists.tsv`. */
export const codesOf = (list: string): ReadonlySet<string> =>
  new Set(codeLists.get(list)?.map((row) => row['code'] ?? ''));
