/** `npm start`: every service in one process, on the engines the configuration names. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadConfiguration, summaryOf } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { liveUntilStopped } from '#platform/process-life.js';
import { parseStartArguments, usage } from './arguments.js';
import { runAsProgram } from './cli/output.js';
import { FirstStart } from './samples/first-start.js';
import { loadSamples } from './samples/load-samples.js';
import { addressesOf, readyMadeTokens } from './welcome.js';

const samples = fileURLToPath(new URL('../../../../samples/station-messages-1', import.meta.url));

runAsProgram(async () => {
  const wanted = parseStartArguments(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (wanted.help) {
    say(usage);
    return;
  }
  // Whatever is written from here on is for the owner of the process alone.
  process.umask(0o077);
  const configuration = loadConfiguration();
  const logger = createLogger(configuration);
  say(`Liên Tuyến\n\nCấu hình / configuration\n${summaryOf(configuration)}\n`);

  // Loaded only now: whoever asked for help, or set a wrong value, need not wait for all of it.
  const { openBackbone, viewsCaughtUp } = await import('./backbone.js');
  const opened = new AsyncDisposableStack();
  liveUntilStopped(() => opened.disposeAsync(), logger);
  // Samples are for those who look around on one machine.
  const firstStart = configuration.engines === 'embedded' ? new FirstStart(configuration.dataDir) : undefined;
  const tables = {
    ...(firstStart && { shipped: `${samples}/facilities.tsv` }),
    ...(wanted.facilities !== undefined && { given: wanted.facilities }),
  };
  try {
    const backbone = await openBackbone(configuration, tables, logger, opened, async (events) =>
      firstStart?.begin(events, !wanted.empty && existsSync(samples)),
    );
    if (firstStart?.state === 'loading') {
      // A line for each sample would tear the progress bar.
      const { level } = logger;
      logger.level = 'warn';
      await loadSamples(samples, backbone.application, backbone.issuer, process.stdout);
      logger.level = level;
      await viewsCaughtUp(backbone, 60_000);
      firstStart.finish();
    }
    say(`\nĐịa chỉ / addresses\n${addressesOf(backbone.origin)}\n`);
    // With an identity provider of their own, people get their tokens there.
    if (wanted.tokens && firstStart && configuration.oidcIssuer === undefined) {
      say(
        `Mã truy cập / tokens\n${await readyMadeTokens(backbone.issuer, backbone.origin, backbone.facilities, backbone.events)}\n`,
      );
    }
    say(`ready ${backbone.origin}`);
    logger.info({ origin: backbone.origin }, 'ready');
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
