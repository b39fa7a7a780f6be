import { type Cell, type ContractTable, isEmpty, type TableSection } from './contract-table.js';

const width = 96;

/** For a terminal: Vietnamese first, English below, one column for each engine. */
export function tableText({ sections, failings, counts }: ContractTable): string {
  const parts = sections.map((section) => sectionText(section));
  const { passed, failed, skipped } = counts;
  const total = `${passed} đạt, ${failed} không đạt, ${skipped} bỏ qua / ${passed} passed, ${failed} failed, ${skipped} skipped`;
  return [...parts, ...failings.map((failing) => `✘ ${failing}`), total].join('\n');
}

function sectionText(section: TableSection): string {
  const { title, engines, rows } = section;
  const column = Math.max(6, ...rows.flatMap(({ cells }) => cells.map((cell) => cellText(cell).length + 2)));
  const heading = `${title.vi} / ${title.en}`;
  const legend = engines.map((engine, index) => `  ${index + 1}  ${engine}${whySkipped(section, index)}`);
  const numbers = `${' '.repeat(width)}${engines.map((_, index) => String(index + 1).padStart(column)).join('')}`;
  const lines = rows.flatMap(({ guarantee, cells }) => {
    const [first = '', ...rest] = [...wrapped(guarantee.vi, 2), ...wrapped(guarantee.en, guarantee.vi ? 4 : 2)];
    const results = cells.map((cell) => cellText(cell).padStart(column)).join('');
    return [`${first.padEnd(width)}${results}`, ...rest];
  });
  return [heading, ...legend, numbers, ...lines, ''].join('\n');
}

/** For a document or the summary of a build. */
export function tableMarkdown({ sections, failings, counts }: ContractTable): string {
  const { passed, failed, skipped } = counts;
  const parts = sections.flatMap((section) => {
    const { title, engines, rows } = section;
    return [
      `## ${title.vi} / ${title.en}`,
      '',
      `| | ${engines.map((engine) => cellSafe(engine)).join(' | ')} |`,
      `|---|${engines.map(() => '---').join('|')}|`,
      ...rows.map(({ guarantee, cells }) => {
        const words = [guarantee.vi, guarantee.en].filter((text) => text !== '').map(cellSafe);
        return `| ${words.join('<br>')} | ${cells.map((cell) => cellText(cell)).join(' | ')} |`;
      }),
      '',
      ...engines.flatMap((engine, index) => {
        const why = whySkipped(section, index);
        return why === '' ? [] : [`- ${engine}${why}`];
      }),
      '',
    ];
  });
  const wrong = failings.map((failing) => `- ✘ ${failing}`);
  return [...parts, ...wrong, `${passed} passed, ${failed} failed, ${skipped} skipped`, ''].join('\n');
}

/** `✔ 8`, `✘ 1/8`, `– 3`, `✔ 5 – 1`; `∅` where there is no test. */
export function cellText(cell: Cell): string {
  const { passed, failed, skipped } = cell;
  if (isEmpty(cell)) return '∅';
  if (failed > 0) return `✘ ${failed}/${passed + failed + skipped}`;
  if (skipped === 0) return `✔ ${passed}`;
  return passed === 0 ? `– ${skipped}` : `✔ ${passed} – ${skipped}`;
}

function whySkipped({ rows }: TableSection, engine: number): string {
  const reasons = new Set(rows.flatMap(({ cells }) => cells[engine]?.reasons ?? []));
  return reasons.size === 0 ? '' : ` (–: bỏ qua / skipped: ${[...reasons].join('; ')})`;
}

function wrapped(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width - 2) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(indent)}${word}`);
  }
  return lines;
}

const cellSafe = (text: string): string => text.replaceAll('|', '\\|');
