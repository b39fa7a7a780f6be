/** `npm run -s station-agent`: sends what a station's software leaves in a folder, and never loses it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createLogger } from '#platform/logging.js';
import { liveUntilStopped } from '#platform/process-life.js';
import { runAsProgram } from '#platform/program.js';
import { SetupError } from '#platform/setup-error.js';
import { StationAgent } from './agent.js';
import { type AgentNews, newsLine } from './news.js';
import { showOnTerminal } from './pages/terminal.js';
import { WebPage } from './pages/web-page.js';
import { bringBackRefused } from './retry.js';
import { storageTrouble } from './sending/troubles.js';
import {
  type AgentRequest,
  type AgentSettings,
  readRequest,
  savedSettingsFile,
  type SavedSettings,
} from './settings/agent-settings.js';
import { usage } from './settings/usage.js';

runAsProgram(async () => {
  const request = readRequest(process.argv.slice(2), {
    environment: process.env,
    workingFolder: process.env['INIT_CWD'] ?? process.cwd(),
  });
  // Whatever is written from here on is for the owner of the process alone.
  process.umask(0o077);
  if (request.command === 'help') say(usage);
  else if (request.command === 'retry') {
    const count = await bringBackRefused(request.folder, request.names);
    say(`${count} tệp được gửi lại / files to be sent again`);
  } else await run(request);
});

async function run({ settings, once, save }: AgentRequest & { command: 'run' }): Promise<void> {
  const logger = createLogger({ logLevel: 'error' });
  const live = process.stdout.isTTY && !once;
  const opened = new AsyncDisposableStack();
  liveUntilStopped(() => opened.disposeAsync(), logger);
  const agent = await open(settings, live ? () => undefined : logNews);
  opened.defer(() => agent.stop());
  if (save) keepSettings(settings.folder, save);
  const page = settings.pagePort === null || once ? null : await WebPage.open(agent, settings.pagePort);
  if (page) opened.defer(() => page.close());
  if (!live) {
    log(`thư mục / folder ${settings.folder}`);
    log(`máy chủ / server ${settings.server.href}`);
    if (page) log(`trang web / page ${page.address}`);
  }
  agent.start();
  if (live) opened.defer(showOnTerminal(agent, process.stdout, page?.address ?? null));
  if (!once) return;
  const outcome = await agent.drained();
  const { waiting } = agent.outbox.counts(0);
  const { refusals } = agent.dispatcher;
  await opened.disposeAsync();
  log(`còn chờ / still waiting ${waiting}, bị từ chối / refused ${refusals}`);
  process.exit(outcome === 'drained' && refusals === 0 ? 0 : 1);
}

/** @throws SetupError */
async function open(settings: AgentSettings, report: (news: AgentNews) => void): Promise<StationAgent> {
  try {
    return await StationAgent.open(settings, report);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const { vi, en } = storageTrouble(error).text;
    throw new SetupError(
      {
        vi: `Không dùng được thư mục ${settings.folder}. ${vi}`,
        en: `The folder ${settings.folder} cannot be used. ${en}`,
      },
      { cause: error },
    );
  }
}

function keepSettings(folder: string, saved: SavedSettings): void {
  const file = savedSettingsFile(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`);
}

function logNews(news: AgentNews): void {
  log(newsLine(news));
}

function log(text: string): void {
  say(`${new Date().toISOString()} ${text}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
