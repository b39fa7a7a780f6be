import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startServer, type OwnServer } from '../src/verify/own-server.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** The tour of the README: commands, and after some of them what they print. */
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```(bash|text) tour\n(.*?)^```$/gms)].map(
  ([, kind, text = '']) => ({ kind, text }),
);

let server: OwnServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-readme-'));
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'secrets', 'keys.json') });
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('the tour of the README does what it says', async () => {
  expect(blocks.filter((block) => block.kind === 'text').length).toBeGreaterThanOrEqual(5);
  const script = blocks.filter((block) => block.kind === 'bash').map((block) => block.text);
  const { stdout } = await promisify(execFile)('bash', ['-c', `set -euo pipefail\n${script.join('\n')}`], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: new URL(server.origin).port,
      DATA_DIR: join(folder, 'data'),
      SECRETS_FILE: join(folder, 'secrets', 'keys.json'),
    },
  });
  const printed = stdout.trimEnd().split('\n');
  const promised = blocks.filter((block) => block.kind === 'text').flatMap((block) => block.text.trimEnd().split('\n'));
  expect(printed).toHaveLength(promised.length);
  for (const [index, line] of promised.entries()) expect(printed[index]).toMatch(withGaps(line));
}, 120_000);

/** `…` in a promised line stands for anything. */
function withGaps(line: string): RegExp {
  return new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    'u',
  );
}
