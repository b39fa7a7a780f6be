import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JestReport } from './jest-report.js';

/** Jest came to no report. */
export class NoReport extends Error {
  override readonly name = 'NoReport';
}

/**
 * Runs suites and gives what jest reports of them; what it says itself goes to standard error.
 * @param suites ends of their paths
 * @param root folder with a `jest.config.js`
 * @param output of jest: shown, or kept back where suites are run that are to fail
 * @throws NoReport
 */
export async function runSuites(
  suites: readonly string[],
  root: string,
  output: 'inherit' | 'ignore' = 'inherit',
): Promise<JestReport> {
  const folder = mkdtempSync(join(tmpdir(), 'contracts-'));
  const report = join(folder, 'report.json');
  const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin', 'jest.js');
  const exact = suites.map((suite) => `/${suite.replaceAll('.', '\\.')}$`);
  try {
    const running = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--no-warnings',
        jest,
        '--rootDir',
        root,
        '--maxWorkers=2',
        '--json',
        `--outputFile=${report}`,
        '--testPathPatterns',
        ...exact,
      ],
      // Standard output would hold the whole report once more.
      { cwd: root, stdio: ['ignore', 'ignore', output] },
    );
    const stop = (): void => void running.kill();
    process.once('exit', stop);
    const [code] = (await once(running, 'exit')) as [number | null];
    process.off('exit', stop);
    try {
      return JSON.parse(readFileSync(report, 'utf8')) as JestReport;
    } catch (cause) {
      throw new NoReport(`jest ended with ${code} and left no report`, { cause });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
