// Brings a checkout to where its programs can run: installs what is missing, builds what has changed. Plain Node 20, no packages.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The Node that the product runs on, whatever the machine's own is: it comes with the packages. */
export const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Ends the program with a reason, without a stack trace. */
export class PreparationFailed extends Error {}

/**
 * Everything said goes to standard error: standard output belongs to the program that is run afterwards.
 * @param {{ build?: boolean }} options
 */
export async function prepare({ build = true } = {}) {
  if (isInstalled() && (!build || isBuilt())) return;
  await alone(() => {
    if (!isInstalled()) install();
    if (build && !isBuilt()) runBuild();
  });
}

/** @throws PreparationFailed when the code does not compile */
export function runBuild() {
  say('Đang biên dịch … / building …');
  const built = spawnSync(node, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (built.status !== 0) throw new PreparationFailed('Biên dịch không thành công. / The build failed.');
}

function install() {
  const packages = join(root, 'node_modules');
  if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new PreparationFailed(
      'node_modules là liên kết và không khớp package-lock.json. Hãy cài ở thư mục gốc của nó. / ' +
        'node_modules is a link and does not match package-lock.json. Install in the folder it leads to.',
    );
  }
  say('Đang cài các gói … / installing packages …');
  const npm = process.env.npm_execpath;
  const parameters = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const done = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...parameters], options)
    : spawnSync('npm', parameters, { ...options, shell: process.platform === 'win32' });
  if (done.status !== 0 || !isInstalled()) {
    throw new PreparationFailed(
      'Không cài được các gói (npm ci). Hãy kiểm tra mạng và cài đặt của npm. / ' +
        'The packages could not be installed (npm ci). Check the network and the settings of npm (ignore-scripts must be off).',
    );
  }
}

/** What is in node_modules is what package-lock.json asks for, and Node's own binary came with it. */
function isInstalled() {
  if (!existsSync(node)) return false;
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  const found = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '' || (optional && !found[path])) return true;
    return found[path]?.version === version;
  });
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

function isBuilt() {
  const stamp = join(root, 'dist', '.built');
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const sources = ['apps', 'libs', 'bench', 'deploy', 'tsconfig.json', 'package.json', 'scripts/build.mjs'];
  return !sources.some((path) => changedAfter(join(root, path), built));
}

/** A folder's own time tells of files that were added, removed or renamed. */
function changedAfter(path, time) {
  if (!existsSync(path)) return false;
  const found = statSync(path);
  if (found.mtimeMs > time) return true;
  return found.isDirectory() && readdirSync(path).some((name) => changedAfter(join(path, name), time));
}

/** Two programs started at once on a fresh checkout must not install or build at the same time. */
async function alone(work) {
  const lock = join(root, 'dist', '.preparing');
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(lock)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function isAbandoned(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Just made: its process id is about to be written.
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}
