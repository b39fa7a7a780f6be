import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A program that lives until it is stopped, does something, and says what it closes. */
function begin(
  stop: string,
  work: string,
): {
  child: ChildProcess;
  up: Promise<unknown>;
  outcome: Promise<{ code: number | null; out: string; log: Record<string, unknown>[] }>;
} {
  const program = `import { liveUntilStopped } from ${url('../src/process-life.js')};
    import { createLogger } from ${url('../src/logging.js')};
    liveUntilStopped(async () => { ${stop} }, createLogger({ logLevel: 'info' }));
    setTimeout(() => process.exit(9), 20_000);
    ${work}
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const up = once(child.stdout, 'data');
  const outcome = Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]).then(([out, err, [code]]) => ({
    code,
    out,
    log: err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  }));
  return { child, up, outcome };
}

describe('a process', () => {
  it('closes everything at SIGTERM, waits for it, and ends well', async () => {
    const { child, up, outcome } = begin('await new Promise((go) => setTimeout(go, 200)); console.log("closed");', '');
    await up;
    child.kill('SIGTERM');
    // A terminal and whoever started us may both tell us.
    child.kill('SIGTERM');
    expect(await outcome).toMatchObject({ code: 0, out: 'up\nclosed\n' });
  });

  it('ends at once when it is told a second time', async () => {
    const { child, up, outcome } = begin('await new Promise(() => undefined);', '');
    await up;
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    child.kill('SIGINT');
    expect((await outcome).code).toBe(1);
  });

  it.each([
    [
      'an error that nobody caught',
      'setTimeout(() => { throw new RangeError("card \\"HT2080812345678\\" broke"); }, 50);',
      'RangeError',
    ],
    [
      'a promise that nobody waited for',
      'setTimeout(() => void Promise.reject(new TypeError("lost")), 50);',
      'TypeError',
    ],
  ])('is stopped loudly by %s', async (_, work, name) => {
    const { code, out, log } = await begin('console.log("closed");', work).outcome;
    expect([code, out]).toEqual([1, 'up\nclosed\n']);
    expect(log).toContainEqual(expect.objectContaining({ level: 'fatal', error: expect.objectContaining({ name }) }));
    expect(JSON.stringify(log)).not.toContain('HT20808');
  });

  it('ends badly, and says so, when something cannot be closed', async () => {
    const { child, up, outcome } = begin('throw new Error("stuck");', '');
    await up;
    child.kill('SIGTERM');
    const { code, log } = await outcome;
    expect(code).toBe(1);
    expect(log).toContainEqual(expect.objectContaining({ level: 'fatal', msg: 'could not stop in order' }));
  });
});
