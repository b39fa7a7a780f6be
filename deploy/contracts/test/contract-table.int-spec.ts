/** The table says what the tests did, and nothing else: real runs of jest on small suites. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ContractTable, contractTable } from '../src/contract-table.js';
import { type GuaranteeSection, guaranteeSections } from '../src/guarantees.js';
import { NoReport, runSuites } from '../src/run-suites.js';
import { cellText, tableMarkdown, tableText } from '../src/table-text.js';

const guarantee = (en: string) => ({ vi: `“${en}”`, en });

const catalogue: readonly GuaranteeSection[] = [
  {
    title: { vi: 'cổng', en: 'port' },
    suites: ['port.test.js', 'broken.test.js', 'missing.test.js'],
    ofEveryEngine: true,
    guarantees: ['keeps', 'loses', 'is left out', 'is skipped by one', 'is not tried'].map(guarantee),
  },
];

const portSuite = `
const contract = (engine, well) => describe('port: ' + engine, () => {
  describe('keeps', () => {
    it('one', () => {});
    it('another', () => {});
  });
  it('loses', () => { if (!well) throw new Error('lost'); });
  (well ? it : it.skip)('is skipped by one', () => {});
  it('is new', () => {});
});
contract('good', true);
contract('bad', false);
describe.skip('skipped: no server here', () => contract('absent', true));
describe('port: bad', () => describe.skip('skipped: for its own reason', () => it('keeps', () => {})));
describe('another port: good', () => it('keeps', () => { throw new Error('not ours'); }));
`;

describe('the table of contracts', () => {
  let folder: string;
  let table: ContractTable;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contract-table-'));
    mkdirSync(join(folder, 'suites'));
    writeFileSync(join(folder, 'jest.config.js'), 'module.exports = { transform: {} };');
    writeFileSync(join(folder, 'suites', 'port.test.js'), portSuite);
    writeFileSync(join(folder, 'suites', 'broken.test.js'), "throw new Error('does not load');");
    const { suites } = catalogue[0] ?? { suites: [] };
    table = contractTable(await runSuites(suites, folder, 'ignore'), catalogue);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has one column for each engine and one row for each guarantee, and a row for a test that none names', () => {
    const [section] = table.sections;
    expect(section?.engines).toEqual(['good', 'bad', 'absent']);
    expect(section?.rows.map(({ guarantee: { en }, cells }) => [en, ...cells.map(cellText)])).toEqual([
      ['keeps', '✔ 2', '✔ 2 – 1', '– 2'],
      ['loses', '✔ 1', '✘ 1/1', '– 1'],
      ['is left out', '∅', '∅', '∅'],
      ['is skipped by one', '✔ 1', '– 1', '– 1'],
      ['is not tried', '∅', '∅', '∅'],
      ['is new', '✔ 1', '✔ 1', '– 1'],
    ]);
    expect(table.counts).toEqual({ passed: 8, failed: 1, skipped: 7 });
  });

  it('says what failed, which suites did not run, and which guarantees no test shows', () => {
    expect(table.failings).toEqual([
      expect.stringMatching(/^broken\.test\.js: did not run: .*(does not load|failed to run)/),
      'missing.test.js: did not run',
      'failed: port: loses: bad',
      'no test: port: is left out',
      'no test: port: is not tried',
    ]);
  });

  it('prints all of it, and why something was skipped', () => {
    for (const print of [tableText(table), tableMarkdown(table)]) {
      for (const part of [
        '✘ 1/1',
        '✔ 2 – 1',
        '∅',
        'no server here',
        'for its own reason',
        'no test: port: is left out',
      ])
        expect(print).toContain(part);
    }
  });

  it('asks a guarantee of every engine where the port promises it on every one', () => {
    const passed = (engine: string, title: string) => ({
      ancestorTitles: [`port: ${engine}`],
      title,
      status: 'passed',
    });
    const assertionResults = [passed('one', 'keeps'), passed('one', 'loses'), passed('other', 'keeps')];
    const report = { testResults: [{ name: '/port.test.js', status: 'passed', message: '', assertionResults }] };
    const asked = (ofEveryEngine: boolean): readonly string[] =>
      contractTable(report, [
        {
          title: { vi: 'cổng', en: 'port' },
          suites: ['port.test.js'],
          ofEveryEngine,
          guarantees: [guarantee('keeps'), guarantee('loses')],
        },
      ]).failings;
    expect(asked(true)).toEqual(['no test: port: loses: other']);
    expect(asked(false)).toEqual([]);
  });

  it('is not made of nothing', async () => {
    await expect(runSuites(['port.test.js'], join(folder, 'nowhere'), 'ignore')).rejects.toThrow();
    const wrong = join(folder, 'wrong');
    mkdirSync(wrong);
    writeFileSync(join(wrong, 'jest.config.js'), 'throw new Error("no settings");');
    await expect(runSuites(['port.test.js'], wrong, 'ignore')).rejects.toBeInstanceOf(NoReport);
  }, 30_000);
});

describe('the catalogue of guarantees', () => {
  it('names each guarantee once, in both languages', () => {
    for (const { title, guarantees } of guaranteeSections) {
      expect(new Set(guarantees.map(({ en }) => en)).size).toBe(guarantees.length);
      for (const { vi, en } of [title, ...guarantees]) expect([vi.trim(), en.trim()]).not.toContain('');
    }
  });
});
