/** The table engine × guarantee, made from what jest reports and from nothing else. */
import type { Bilingual } from '#domain/bilingual.js';
import type { GuaranteeSection } from './guarantees.js';
import type { JestReport, JestTest } from './jest-report.js';

/** What the tests of one guarantee did on one engine. All zero: there is no test. */
export interface Cell {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why some were skipped. */
  readonly reasons: readonly string[];
}

export interface TableRow {
  /** `vi` is empty for a test that no guarantee names yet: it is shown all the same. */
  readonly guarantee: Bilingual;
  /** One for each engine of the section. */
  readonly cells: readonly Cell[];
}

export interface TableSection {
  readonly title: Bilingual;
  readonly engines: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface ContractTable {
  readonly sections: readonly TableSection[];
  /** What keeps the guarantees from being shown: failures, suites that did not run, guarantees without a test. */
  readonly failings: readonly string[];
  readonly counts: Omit<Cell, 'reasons'>;
}

interface Outcome {
  readonly engine: string;
  readonly guarantee: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly reason: string | undefined;
}

const skippedPrefix = 'skipped: ';

/** @param expected suites that were to run: one that is not in the report is a failing */
export function contractTable(
  report: JestReport,
  catalogue: readonly GuaranteeSection[],
  expected: readonly string[] = catalogue.flatMap(({ suites }) => suites),
): ContractTable {
  const failings: string[] = [];
  for (const suite of new Set(expected)) {
    const result = report.testResults.find(({ name }) => name.endsWith(`/${suite}`));
    if (!result) failings.push(`${suite}: did not run`);
    else if (result.assertionResults.length === 0) failings.push(`${suite}: did not run: ${firstLine(result.message)}`);
    else if (result.status === 'failed' && result.assertionResults.every(({ status }) => status !== 'failed'))
      failings.push(`${suite}: ${firstLine(result.message)}`);
  }
  // Jest reports whatever ends first first; the table has the order of the catalogue.
  const place = (file: string): number => expected.findIndex((suite) => file.endsWith(`/${suite}`));
  const inOrder = report.testResults.toSorted((a, b) => place(a.name) - place(b.name));
  const tests = inOrder.flatMap(({ assertionResults }) => assertionResults);
  const sections = catalogue.map((section) => sectionOf(section, tests, failings));
  const cells = sections.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  const sum = (pick: (cell: Cell) => number): number => cells.reduce((total, cell) => total + pick(cell), 0);
  const counts = {
    passed: sum((cell) => cell.passed),
    failed: sum((cell) => cell.failed),
    skipped: sum((cell) => cell.skipped),
  };
  return { sections, failings, counts };
}

function sectionOf(section: GuaranteeSection, tests: readonly JestTest[], failings: string[]): TableSection {
  const outcomes = tests.flatMap((test) => outcomeOf(section.title.en, test) ?? []);
  const engines = [...new Set(outcomes.map(({ engine }) => engine))];
  const named = new Set(section.guarantees.map(({ en }) => en));
  const unnamed = [...new Set(outcomes.map(({ guarantee }) => guarantee))].filter((title) => !named.has(title));
  const guarantees = [...section.guarantees, ...unnamed.map((en) => ({ vi: '', en }))];
  const rows = guarantees.map((guarantee) => ({
    guarantee,
    cells: engines.map((engine) =>
      cellOf(outcomes.filter((one) => one.engine === engine && one.guarantee === guarantee.en)),
    ),
  }));
  for (const { guarantee, cells } of rows) {
    const title = `${section.title.en}: ${guarantee.en}`;
    if (cells.every((cell) => isEmpty(cell))) failings.push(`no test: ${title}`);
    else if (section.ofEveryEngine && guarantee.vi !== '')
      for (const [index, cell] of cells.entries())
        if (isEmpty(cell)) failings.push(`no test: ${title}: ${engines[index]}`);
    for (const [index, cell] of cells.entries())
      if (cell.failed > 0) failings.push(`failed: ${title}: ${engines[index]}`);
  }
  return { title: section.title, engines, rows };
}

/** Whether and how a test shows a guarantee of the section; its titles say so. */
function outcomeOf(section: string, { ancestorTitles, title, status }: JestTest): Outcome | undefined {
  const titles = [...ancestorTitles, title];
  const suite = titles.findIndex((one) => one.startsWith(`${section}: `));
  if (suite < 0) return undefined;
  const guarantee = titles.slice(suite + 1).find((one) => !one.startsWith(skippedPrefix));
  if (guarantee === undefined) return undefined;
  const engine = titles[suite]?.slice(section.length + 2) ?? '';
  const reason = ancestorTitles.find((one) => one.startsWith(skippedPrefix))?.slice(skippedPrefix.length);
  return { engine, guarantee, status: status === 'passed' || status === 'failed' ? status : 'skipped', reason };
}

function cellOf(outcomes: readonly Outcome[]): Cell {
  const count = (status: Outcome['status']): number => outcomes.filter((one) => one.status === status).length;
  const skipped = outcomes.filter(({ status }) => status === 'skipped');
  const reasons = [...new Set(skipped.map(({ reason }) => reason ?? 'no reason given'))];
  return { passed: count('passed'), failed: count('failed'), skipped: skipped.length, reasons };
}

export const isEmpty = ({ passed, failed, skipped }: Cell): boolean => passed + failed + skipped === 0;

const firstLine = (message: string): string =>
  message
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('●')) ?? 'no message';
