import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The documents of YAML text, merge keys resolved. @throws Error naming what is wrong with it */
export function documentsOf(text: string): readonly unknown[] {
  return parseAllDocuments(text, { merge: true, uniqueKeys: true }).map((document) => {
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) throw fault;
    return document.toJS({ maxAliasCount: -1 }) as unknown;
  });
}

/** Whether a program is on this machine; what is not there is said. */
export function isHere(program: string, wantedFor: string): boolean {
  const here = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!here) process.stderr.write(`${wantedFor}: skipped, there is no ${program} on this machine\n`);
  return here;
}

/** Runs a program to its end; `said` is both of its outputs. */
export function run(
  program: string,
  parameters: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 32 * 1024 ** 2,
    timeout: 60_000,
    ...options,
  });
  if (error) throw error;
  return { status, stdout, said: `${stdout}${stderr}` };
}
