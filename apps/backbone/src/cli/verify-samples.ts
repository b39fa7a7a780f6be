/** Posts folders of sample messages and compares what comes out with their truth: `npm run -s verify:samples -- [FOLDER…] [--url URL]`. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfiguration } from '#platform/configuration.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client } from '../verify/client.js';
import { differs } from '../verify/truth.js';
import { type Verification, verifyFolder, verifyOnOwnServer } from '../verify/verify-folder.js';
import { waitUntilServing } from '../verify/wait-until-serving.js';
import { reasonOf, runAsProgram, WrongUse } from './output.js';

const usage = `npm run -s verify:samples -- [FOLDER…] [--url URL]

  FOLDER  thư mục có qd4750/, qd831/, facilities.tsv, truth.json; mặc định: mọi thư mục trong samples/
          folder with these; default: every folder in samples/. Each is posted to an empty server of its own.
  --url   máy chủ đang chạy, chưa có dữ liệu, dùng cùng SECRETS_FILE / a running server without data that uses the same SECRETS_FILE`;

const samples = fileURLToPath(new URL('../../../../../samples', import.meta.url));

const startTakesAtMostMs = 60_000;

runAsProgram(async () => {
  const { folders, url, help } = read(process.argv.slice(2));
  if (help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const running = url === undefined ? undefined : clientOf(url);
  if (running) await waitUntilServing(running, startTakesAtMostMs);
  let wrong = 0;
  for (const folder of folders) {
    const verification = running ? await verifyFolder(folder, running) : await verifyOnOwnServer(folder);
    print(verification);
    wrong += verification.comparisons.filter(differs).length;
  }
  process.stdout.write(
    wrong === 0 ? 'Khớp hoàn toàn. / Everything agrees.\n' : `${wrong} số liệu khác. / ${wrong} figures differ.\n`,
  );
  process.exitCode = wrong === 0 ? 0 : 1;
});

function read(parameters: readonly string[]) {
  let asked: { values: { url?: string | undefined; help?: boolean | undefined }; positionals: string[] };
  try {
    asked = parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: { url: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new WrongUse({
      vi: `Tham số không đúng: ${reasonOf(error)}`,
      en: `Wrong parameters: ${reasonOf(error)}\n\n${usage}`,
    });
  }
  const { values, positionals } = asked;
  const given = positionals.map((folder) => resolve(process.env['INIT_CWD'] ?? process.cwd(), folder));
  const folders =
    given.length > 0
      ? given
      : readdirSync(samples)
          .map((name) => join(samples, name))
          .filter(isSampleFolder);
  const none = given.find((folder) => !isSampleFolder(folder));
  if (none !== undefined || folders.length === 0) {
    const what = none ?? samples;
    throw new WrongUse({
      vi: `Không có truth.json trong ${what}`,
      en: `There is no truth.json in ${what}\n\n${usage}`,
    });
  }
  return { folders, url: values.url, help: values.help === true };
}

function isSampleFolder(folder: string): boolean {
  return existsSync(join(folder, 'truth.json'));
}

function clientOf(url: string): Client {
  return new Client(url, new TokenIssuer(openSecrets(loadConfiguration().secretsFile)));
}

function print({ folder, answers, comparisons }: Verification): void {
  const statuses = [...answers].map(([status, count]) => `${count} × ${status}`).join(', ');
  const lines = comparisons.map((comparison) => {
    const { place, figure, expected, got } = comparison;
    const cells = [place.padEnd(15), figure.padEnd(38), String(expected).padStart(8), String(got).padStart(8)];
    return `  ${cells.join(' ')}${differs(comparison) ? '  ✘' : ''}`;
  });
  const heading = `  ${'where'.padEnd(15)} ${'figure'.padEnd(38)} ${'expected'.padStart(8)} ${'got'.padStart(8)}`;
  process.stdout.write(`\n${folder}\n  ${statuses}\n${[heading, ...lines].join('\n')}\n\n`);
}
