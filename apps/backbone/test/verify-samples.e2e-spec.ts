import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { openSecrets } from '#security/secrets.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { differs } from '../src/verify/truth.js';
import { verifyOnOwnServer } from '../src/verify/verify-folder.js';
import { writeWorld } from './synthetic-folder.js';

const samples = fileURLToPath(new URL('../../../../samples', import.meta.url));
const folders = readdirSync(samples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the sample messages', () => {
  it('are of several worlds', () => {
    expect(folders.length).toBeGreaterThanOrEqual(3);
  });

  it.each(folders)(
    '%s give their truth in the record, the worklists, the figures and the reconciliation',
    async (folder) => {
      const { answers, comparisons } = await verifyOnOwnServer(join(samples, folder));
      expect(comparisons.filter(differs)).toEqual([]);
      expect(new Set(comparisons.map(({ place }) => place))).toEqual(
        new Set(['record', 'worklists', 'figures', 'reconciliation']),
      );
      expect([...answers.keys()].toSorted()).toEqual(['200', '201']);
    },
    120_000,
  );
});

/** Worlds nobody has looked at: what was made to come out is known from how they were made, not from reading them. */
const worlds = [
  { seed: 20_261, residents: 90, from: '2026-08-15', to: '2026-11-05', era: '2026', untidy: true },
  { seed: 20_251, residents: 50, from: '2025-04-01', to: '2025-06-20', era: '2025', untidy: true },
] as const;

describe('synthetic worlds, untidy and out of order', () => {
  it.each(worlds)(
    '$era, seed $seed, gives its truth everywhere',
    async (options) => {
      const folder = mkdtempSync(join(tmpdir(), 'world-'));
      try {
        writeWorld(folder, syntheticWorld(options));
        const { comparisons } = await verifyOnOwnServer(folder);
        expect(comparisons.filter(differs)).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    240_000,
  );
});

describe('verify:samples', () => {
  it('waits for a server that is still starting, and says in words that one is another installation’s', async () => {
    let asked = 0;
    const server = createServer((_, response) => response.writeHead(asked++ < 2 ? 502 : 401).end()).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), 'verify-url-'));
    try {
      const secretsFile = join(folder, 'secrets', 'keys.json');
      openSecrets(secretsFile);
      const program = fileURLToPath(new URL('../src/cli/verify-samples.js', import.meta.url));
      const parameters = [join(samples, folders[0] ?? ''), '--url', `http://127.0.0.1:${port}`];
      const child = spawn(process.execPath, ['--no-warnings', program, ...parameters], {
        env: { ...process.env, NODE_OPTIONS: '', SECRETS_FILE: secretsFile },
        stdio: ['ignore', 'inherit', 'pipe'],
      });
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
      expect({ said, code, asked }).toEqual({
        said: expect.stringContaining('does not take tokens of this SECRETS_FILE'),
        code: 1,
        asked: 3,
      });
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('finds a figure that is not what it should be, marks it and fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'untrue-'));
    try {
      cpSync(join(samples, folders[0] ?? ''), folder, { recursive: true });
      const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as { referralsUp: number };
      writeFileSync(join(folder, 'truth.json'), JSON.stringify({ ...truth, referralsUp: truth.referralsUp + 1 }));
      const program = fileURLToPath(new URL('../src/cli/verify-samples.js', import.meta.url));
      const child = spawn(process.execPath, ['--no-warnings', program, folder], {
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
      expect(code).toBe(1);
      expect(printed).toMatch(new RegExp(`record +referrals up +${truth.referralsUp + 1} +${truth.referralsUp} +✘`));
      expect(printed.match(/✘/g)).toHaveLength(5);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
