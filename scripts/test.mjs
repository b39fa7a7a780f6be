// npm test: installs, type-checks, lints, runs every suite, and ends with one line of counts.
// Arguments go to jest: npm test -- dist/libs/security
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as checks from './checks.mjs';
import { findChromium } from './chromium.mjs';
import { node, prepare, PreparationFailed, root, runBuild, say } from './prepare.mjs';

const counts = { passed: 0, failed: 0, skipped: 0 };

await step('cài gói / packages', () => prepare({ build: false }));
const compiles = await step('kiểm tra kiểu, biên dịch / types, build', () => runBuild());
await step('quy tắc mã / lint', () => checks.lint('.'));
await step('định dạng / format', () => checks.format());
if (compiles) {
  await step('ranh giới / import boundaries', () => checks.boundaries());
  await step('kiểm thử / tests', () => runSuites(process.argv.slice(2)));
}

const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exit(counts.failed === 0 ? 0 : 1);

/** One check; it has failed when it answers false or throws. */
async function step(name, work) {
  say(`\n── ${name}`);
  const started = Date.now();
  let well = false;
  try {
    well = (await work()) !== false;
  } catch (error) {
    say(error instanceof PreparationFailed ? error.message : String(error.stack ?? error));
  }
  if (!well) counts.failed += 1;
  say(`── ${well ? '✔' : '✘'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return well;
}

/**
 * Unit and integration suites side by side, then those that drive a whole server or a browser one after the other: two of them
 * at once would measure each other.
 */
function runSuites(parameters) {
  const browser = findChromium();
  const environment = { ...process.env, ...(browser && { CHROMIUM_PATH: browser }) };
  const workers = Math.max(1, Math.min(4, availableParallelism()));
  const ended = [
    runProjects(['unit', 'integration'], workers, parameters, environment),
    runProjects(['e2e'], 1, parameters, environment),
  ];
  return ended.every(Boolean);
}

/** Adds the counts of one run of jest; false when it did not come to an end. */
function runProjects(projects, workers, parameters, env) {
  const report = join(root, 'dist', `.test-report-${projects.join('-')}.json`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  rmSync(report, { force: true });
  spawnSync(
    node,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--selectProjects',
      ...projects,
      `--maxWorkers=${workers}`,
      '--passWithNoTests',
      '--json',
      `--outputFile=${report}`,
      ...(parameters.length > 0 ? ['--testPathPatterns', ...parameters] : []),
    ],
    // Standard output would hold the whole report once more.
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env },
  );
  const result = JSON.parse(readFileSync(report, 'utf8'));
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  // Its parts are counted already.
  return result.success || result.numFailedTests + result.numRuntimeErrorTestSuites > 0;
}
