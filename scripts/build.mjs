// Type-checks and compiles the whole tree into dist/, and copies the data and page files beside the code that reads them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const started = new Date();
const assetFolders = ['data', 'public'];

/** Compiled files whose source is gone would still be found by the test runner. */
function removeOrphans(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!assetFolders.includes(entry.name)) removeOrphans(path);
    } else if (/\.js(\.map)?$/.test(entry.name)) {
      const source = join(root, relative(join(root, 'dist'), path)).replace(/\.js(\.map)?$/, '.ts');
      if (!existsSync(source)) rmSync(path);
    }
  }
}

function copyAssets() {
  for (const group of ['apps', 'libs', 'deploy']) {
    if (!existsSync(join(root, group))) continue;
    for (const part of readdirSync(join(root, group))) {
      for (const folder of assetFolders) {
        const from = join(root, group, part, folder);
        if (!existsSync(from) || !statSync(from).isDirectory()) continue;
        const to = join(root, 'dist', group, part, folder);
        rmSync(to, { recursive: true, force: true });
        cpSync(from, to, { recursive: true });
      }
    }
  }
}

/** Modules that pages share stand beside each page's own: a page imports nothing from outside its folder. */
function copySharedPageFiles() {
  const shared = join(root, 'libs/platform/public/shared');
  if (!existsSync(shared)) return;
  for (const app of readdirSync(join(root, 'apps'))) {
    const pages = join(root, 'dist/apps', app, 'public');
    if (!existsSync(pages)) continue;
    for (const folder of [pages, ...readdirSync(pages).map((name) => join(pages, name))]) {
      if (!statSync(folder).isDirectory() || !readdirSync(folder).some((name) => name.endsWith('.html'))) continue;
      cpSync(shared, folder, { recursive: true, force: false, errorOnExist: true });
    }
  }
}

for (const group of ['apps', 'libs', 'bench', 'deploy']) removeOrphans(join(root, 'dist', group));
copyAssets();
copySharedPageFiles();
const compiled = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  cwd: root,
  stdio: ['ignore', process.stderr, 'inherit'],
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

// What is changed while we build counts as newer than this build: see scripts/prepare.mjs.
const stamp = join(root, 'dist', '.built');
writeFileSync(stamp, `${started.toISOString()}\n`);
utimesSync(stamp, started, started);
