// What holds for the whole tree beside its tests. Each check prints what it finds and tells whether all is well.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { node, root } from './prepare.mjs';

const tool = (path, ...parameters) =>
  spawnSync(node, [join(root, 'node_modules', path), ...parameters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  }).status === 0;

/** Rules of .oxlintrc.json, with types; a warning counts as an error. */
export const lint = (...paths) => tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...paths);

export const format = () => tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');

/** Rules of .dependency-cruiser.mjs on the compiled tree. */
export const boundaries = (folder = 'dist') =>
  tool('dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.mjs', folder);
