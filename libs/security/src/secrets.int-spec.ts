import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bindDataFolder } from './data-binding.js';
import { openSecrets } from './secrets.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  file = join(folder, 'deep', 'keys', 'lien-tuyen.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const faultOf = (attempt: () => unknown): { vi: string; en: string } => {
  try {
    attempt();
  } catch (error) {
    return (error as { text: { vi: string; en: string } }).text;
  }
  throw new Error('was not refused');
};

describe('secrets', () => {
  it('are made at the first opening, for the owner alone, and are the same ever after', () => {
    const first = openSecrets(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(file))).toEqual(['lien-tuyen.json']);
    const again = openSecrets(file);
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.signingKey.id).toBe(first.signingKey.id);
    expect(again.signingKey.private.equals(first.signingKey.private)).toBe(true);
    for (const key of ['identityKey', 'pseudonymKey', 'sealingKey'] as const) {
      expect(again[key]).toHaveLength(32);
      expect(Buffer.from(again[key]).equals(first[key])).toBe(true);
    }
    expect(
      new Set([first.identityKey, first.pseudonymKey, first.sealingKey].map((key) => Buffer.from(key).toString('hex')))
        .size,
    ).toBe(3);
  });

  it('are one set for processes that start at the same time', async () => {
    const program = `import { openSecrets } from ${JSON.stringify(new URL('./secrets.js', import.meta.url).href)};
      while (Date.now() < Number(process.argv[1])) {}
      process.stdout.write(openSecrets(process.argv[2]).fingerprint);`;
    const start = String(Date.now() + 700);
    const prints = await Promise.all(
      Array.from({ length: 6 }, async () =>
        text(
          spawn(process.execPath, ['--input-type=module', '-e', program, start, file], {
            stdio: ['ignore', 'pipe', 'inherit'],
          }).stdout,
        ),
      ),
    );
    expect(prints).toEqual(Array.from({ length: 6 }, () => openSecrets(file).fingerprint));
    expect(readdirSync(dirname(file))).toEqual(['lien-tuyen.json']);
  });

  it('that others may read are refused, with the way to mend it', () => {
    openSecrets(file);
    chmodSync(file, 0o644);
    const fault = faultOf(() => openSecrets(file));
    expect(fault.en).toContain(`chmod 600 ${file}`);
    expect(fault.vi).toContain(`chmod 600 ${file}`);
  });

  it.each([
    ['empty', () => ''],
    ['cut off', (whole: string) => whole.slice(0, whole.length / 2)],
    ['of another version', (whole: string) => whole.replace('"version": 1', '"version": 2')],
    ['with a short key', (whole: string) => whole.replace(/"sealingKey": "../, '"sealingKey": "')],
    ['with a broken signing key', (whole: string) => whole.replace('BEGIN PRIVATE KEY', 'BEGIN KEY')],
  ])('in a file that is %s are refused, never replaced, and never shown', (_, damage) => {
    openSecrets(file);
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, damage(whole));
    const fault = faultOf(() => openSecrets(file));
    expect(fault.en).toContain(file);
    expect(fault.vi).toContain('SECRETS_FILE');
    expect(readFileSync(file, 'utf8')).toBe(damage(whole));
    const sealing = (JSON.parse(whole) as { sealingKey: string }).sealingKey;
    expect(JSON.stringify(fault)).not.toContain(sealing.slice(0, 10));
  });

  it('that cannot be written are told so', () => {
    writeFileSync(join(folder, 'deep'), 'a file, not a folder');
    expect(faultOf(() => openSecrets(file)).en).toMatch(/Cannot (make|read) the key file/);
  });
});

describe('a data folder', () => {
  it('is bound to the keys it is first opened with', () => {
    const data = join(folder, 'data');
    const mine = openSecrets(file);
    const others = openSecrets(join(folder, 'others.json'));
    bindDataFolder(data, mine);
    bindDataFolder(data, mine);
    const fault = faultOf(() => bindDataFolder(data, others));
    expect(fault.en).toContain('SECRETS_FILE');
    expect(fault.vi).toContain('SECRETS_FILE');
    expect(() => bindDataFolder(data, mine)).not.toThrow();
  });

  it('that cannot be made is told so by its setting', () => {
    writeFileSync(join(folder, 'data'), 'a file');
    expect(faultOf(() => bindDataFolder(join(folder, 'data'), openSecrets(file))).en).toContain('DATA_DIR');
    expect(existsSync(join(folder, 'data', 'keys.fingerprint'))).toBe(false);
  });
});
