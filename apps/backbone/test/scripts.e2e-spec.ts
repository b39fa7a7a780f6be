import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** The scripts are tried on a checkout of their own, with little in it but our packages. */
const root = fileURLToPath(new URL('../../../../', import.meta.url));
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
  for (const name of [
    'scripts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    '.oxlintrc.json',
    '.dependency-cruiser.mjs',
  ]) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function begin(
  parameters: readonly string[],
  environment: Record<string, string> = {},
): { process: ChildProcess; outcome: Promise<Outcome> } {
  const started = spawn(process.execPath, parameters, {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
  const outcome = Promise.all([text(started.stdout), text(started.stderr), once(started, 'exit')]).then(
    ([out, err, [code]]): Outcome => ({ out, err, code: code as number | null }),
  );
  return { process: started, outcome };
}

const run = (parameters: readonly string[], environment?: Record<string, string>): Promise<Outcome> =>
  begin(parameters, environment).outcome;

describe('start', () => {
  const program = (body: string): void => put('apps/backbone/src/main.ts', body);
  const start = (...parameters: string[]): Promise<Outcome> => run(['scripts/start.mjs', ...parameters]);

  it('builds what is new, then runs the program on our Node with its arguments, output and exit code', async () => {
    program(
      'console.log(JSON.stringify([process.version.split(".")[0], process.argv.slice(2)])); process.exitCode = 7;',
    );
    const first = await start('--empty', 'a b');
    expect([first.code, first.out]).toEqual([7, `${JSON.stringify(['v24', ['--empty', 'a b']])}\n`]);
    expect(first.err).toContain('building');
    const second = await start();
    expect([second.code, second.err]).toEqual([7, '']);
  });

  it('builds again when a source is changed, added or removed', async () => {
    program('console.log("one");');
    put('apps/backbone/src/extra.ts', 'export {};');
    await start();
    const later = new Date(Date.now() + 1000);
    program('console.log("two");');
    expect((await start()).out).toBe('two\n');
    rmSync(join(checkout, 'apps/backbone/src/extra.ts'));
    utimesSync(join(checkout, 'apps/backbone/src'), later, later);
    expect((await start()).err).toContain('building');
    expect(existsSync(join(checkout, 'dist/apps/backbone/src/extra.js'))).toBe(false);
  });

  it('does not run what does not compile, and says where it is wrong', async () => {
    program('const port: number = "3000"; console.log(port);');
    const { code, out, err } = await start();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/main\.ts.*TS2322/);
    expect(err).toContain('The build failed');
  });

  it('passes SIGTERM on and answers with the exit code of the program', async () => {
    program(
      'process.on("SIGTERM", () => { console.log("stopped in order"); process.exit(0); }); setTimeout(() => process.exit(9), 20_000); console.log("up");',
    );
    const { process: started, outcome } = begin(['scripts/start.mjs']);
    await once(started.stdout ?? started, 'data');
    started.kill('SIGTERM');
    expect(await outcome).toMatchObject({ code: 0, out: 'up\nstopped in order\n' });
  });

  it('does not leave the program behind when it is killed: the program sees its parent gone', async () => {
    const mark = join(checkout, 'parent-gone');
    program(`import { writeFileSync } from 'node:fs';
      process.on('disconnect', () => { writeFileSync(${JSON.stringify(mark)}, ''); process.exit(0); });
      setTimeout(() => process.exit(1), 20_000); console.log('up');`);
    const { process: started, outcome } = begin(['scripts/start.mjs']);
    await once(started.stdout ?? started, 'data');
    started.kill('SIGKILL');
    await outcome;
    for (let n = 0; n < 100 && !existsSync(mark); n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(mark)).toBe(true);
  });

  it('lets two that begin at once build one after the other', async () => {
    program('console.log("up");');
    const outcomes = await Promise.all([start(), start(), start()]);
    expect(outcomes.map(({ code, out }) => [code, out])).toEqual([
      [0, 'up\n'],
      [0, 'up\n'],
      [0, 'up\n'],
    ]);
    expect(outcomes.filter(({ err }) => err.includes('building'))).toHaveLength(1);
  });
});

describe('packages', () => {
  /** Does what `npm ci` would, without a registry. */
  const npm = (): string => {
    put('npm/package.json', '{"type":"commonjs"}');
    put(
      'npm/npm-cli.js',
      `const { mkdirSync, symlinkSync, copyFileSync, appendFileSync, readdirSync, rmSync } = require('node:fs');
       appendFileSync('npm.calls', process.argv.slice(2).join(' ') + '\\n');
       rmSync('node_modules', { recursive: true, force: true });
       mkdirSync('node_modules');
       for (const name of readdirSync(${JSON.stringify(join(root, 'node_modules'))})) symlinkSync(${JSON.stringify(join(root, 'node_modules'))} + '/' + name, 'node_modules/' + name);
       copyFileSync('package-lock.json', 'node_modules/.package-lock.json.new');
       rmSync('node_modules/.package-lock.json', { force: true });
       require('node:fs').renameSync('node_modules/.package-lock.json.new', 'node_modules/.package-lock.json');`,
    );
    return join(checkout, 'npm/npm-cli.js');
  };
  const calls = (): string[] =>
    existsSync(join(checkout, 'npm.calls')) ? readFileSync(join(checkout, 'npm.calls'), 'utf8').trim().split('\n') : [];

  beforeEach(() => put('apps/backbone/src/main.ts', 'console.log("up");'));

  it('are installed when there are none, and not again', async () => {
    rmSync(join(checkout, 'node_modules'));
    const environment = { npm_execpath: npm() };
    expect(await run(['scripts/start.mjs'], environment)).toMatchObject({
      code: 0,
      out: 'up\n',
      err: expect.stringContaining('installing'),
    });
    expect(await run(['scripts/start.mjs'], environment)).toMatchObject({ code: 0, out: 'up\n', err: '' });
    expect(calls()).toEqual([expect.stringMatching(/^ci --include=dev/)]);
  });

  it('are installed again when the lock asks for another version', async () => {
    rmSync(join(checkout, 'node_modules'));
    const environment = { npm_execpath: npm() };
    await run(['scripts/start.mjs'], environment);
    const lock = readFileSync(join(checkout, 'package-lock.json'), 'utf8');
    put('package-lock.json', lock.replace(/("node_modules\/pino": \{\s*"version": ")[^"]+/, '$10.0.1'));
    await run(['scripts/start.mjs'], environment);
    expect(calls()).toHaveLength(2);
  });

  it('are never installed through a link into another folder', async () => {
    const lock = readFileSync(join(checkout, 'package-lock.json'), 'utf8');
    put('package-lock.json', lock.replace(/("node_modules\/pino": \{\s*"version": ")[^"]+/, '$10.0.1'));
    const { code, err } = await run(['scripts/start.mjs'], { npm_execpath: npm() });
    expect([code, calls()]).toEqual([1, []]);
    expect(err).toContain('node_modules is a link');
    expect(readdirSync(join(root, 'node_modules')).length).toBeGreaterThan(10);
  });
});

describe('import boundaries', () => {
  const check = (name: 'lint' | 'boundaries'): Promise<Outcome> =>
    run(['-e', `import('./scripts/checks.mjs').then((checks) => process.exit(checks.${name}() ? 0 : 1))`]);
  const build = (): Promise<Outcome> => run(['scripts/build.mjs']);

  it('let an app use a library, and the backbone every app', async () => {
    put('libs/domain/src/a.ts', 'export const a = 1;');
    put('apps/commune/src/b.ts', "import { a } from '#domain/a.js';\nexport const b = a;");
    put('apps/backbone/src/main.ts', "import { b } from '#apps/commune/src/b.js';\nexport const c = b;");
    expect((await build()).code).toBe(0);
    expect([(await check('boundaries')).code, (await check('lint')).code]).toEqual([0, 0]);
  });

  it.each([
    [
      'an app that imports another',
      {
        'apps/record/src/a.ts': 'export const a = 1;',
        'apps/commune/src/b.ts': "import { a } from '#apps/record/src/a.js';\nexport const b = a;",
      },
      'app-imports-no-app',
    ],
    [
      'a library that imports an app',
      {
        'apps/record/src/a.ts': 'export const a = 1;',
        'libs/fhir/src/b.ts': "import { a } from '#apps/record/src/a.js';\nexport const b = a;",
      },
      'libs-import-no-app',
    ],
    [
      'a domain that imports a library of ours',
      {
        'libs/fhir/src/a.ts': 'export const a = 1;',
        'libs/domain/src/b.ts': "import { a } from '#fhir/a.js';\nexport const b = a;",
      },
      'domain-imports-nothing',
    ],
    [
      'a domain that reads files',
      { 'libs/domain/src/b.ts': "import { readFileSync } from 'node:fs';\nexport const b = readFileSync;" },
      'domain-imports-nothing',
    ],
    [
      'a way into another library past its alias',
      {
        'libs/fhir/src/a.ts': 'export const a = 1;',
        'libs/security/src/b.ts': "import { a } from '../../fhir/src/a.js';\nexport const b = a;",
      },
      'another-part-by-its-alias-only',
    ],
  ])('forbid %s, twice over', async (_, files, rule) => {
    for (const [path, content] of Object.entries(files)) put(path, content);
    expect((await build()).code).toBe(0);
    const boundaries = await check('boundaries');
    expect([boundaries.code, boundaries.out]).toEqual([1, expect.stringContaining(rule)]);
    const lint = await check('lint');
    expect([lint.code, lint.out]).toEqual([1, expect.stringContaining('no-restricted-imports')]);
  });

  it('forbid it of types alone too', async () => {
    put('apps/record/src/a.ts', 'export type A = 1;');
    put('libs/domain/src/b.ts', "import type { A } from '#apps/record/src/a.js';\nexport type B = A;");
    expect((await build()).code).toBe(0);
    const lint = await check('lint');
    expect([lint.code, lint.out]).toEqual([1, expect.stringContaining('no-restricted-imports')]);
  });

  it('forbid modules that import each other', async () => {
    put('libs/fhir/src/a.ts', "import { b } from './b.js';\nexport const a = (): number => b();");
    put('libs/fhir/src/b.ts', "import { a } from './a.js';\nexport const b = (): number => a();");
    expect((await build()).code).toBe(0);
    expect(await check('boundaries')).toMatchObject({ code: 1, out: expect.stringContaining('no-cycle') });
  });
});
