/** Views for operators: `npm run views -- rebuild health-record`. */
import { loadConfiguration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';
import type { ViewStatus } from '#projections/projection.js';
import { findServer } from '../views/find-server.js';
import { followBuilds } from '../views/follow-builds.js';
import { linesOf } from '../views/status-lines.js';
import { isRefused, type ViewsClient } from '../views/views-client.js';
import { runAsProgram } from './output.js';
import { parseViewsRequest, type ViewsRequest, viewsUsage } from './views-request.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

runAsProgram(async () => {
  const request = parseViewsRequest(process.argv.slice(2));
  if (request === 'help') return say(viewsUsage);
  await using found = await findServer(loadConfiguration(), request.server);
  const { client, own } = found;
  const names = await namesOf(client, request);
  switch (request.command) {
    case 'list':
    case 'status':
      for (const status of await client.list()) if (names.has(status.name)) say(linesOf(status).join('\n'));
      return;
    case 'rebuild':
      // Nobody goes on with it when the server of this command is gone.
      await rebuild(client, names, request.wait || own);
      return;
    case 'cancel':
      for (const name of names) await cancel(client, name);
      return;
    case 'retry':
      for (const name of names) await retry(client, name);
      return;
    default:
      request.command satisfies never;
  }
});

/** @throws SetupError when there is no such view */
async function namesOf(client: ViewsClient, { views }: ViewsRequest): Promise<ReadonlySet<string>> {
  const known = (await client.list()).map(({ name }) => name);
  const unknown = views.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(views.length > 0 ? views : known);
  throw new SetupError({
    vi: `Không có khung nhìn ${unknown}. Có: ${known.join(', ')}`,
    en: `There is no view ${unknown}. There are: ${known.join(', ')}`,
  });
}

async function rebuild(client: ViewsClient, names: ReadonlySet<string>, wait: boolean): Promise<void> {
  const before = new Map((await client.list()).map((status) => [status.name, status]));
  const begun: ViewStatus[] = [];
  for (const name of names) {
    const answer = await client.rebuild(name);
    if (isRefused(answer) && answer.refused !== 'build-under-way') throw new SetupError(answer.text);
    const status = before.get(name);
    if (status) begun.push(status);
  }
  if (!wait) return say(`Đã bắt đầu / begun: ${[...names].join(', ')}`);
  for (const { name, outcome, status } of await followBuilds(begun, () => client.list(), process.stdout)) {
    if (outcome === 'given-up') {
      process.exitCode = 1;
      say(`${name}: đã bị bỏ / was given up`);
    } else say(`${name}: đã chuyển sang bản mới / switched\n${linesOf(status).join('\n')}`);
  }
}

async function cancel(client: ViewsClient, name: string): Promise<void> {
  const answer = await client.cancel(name);
  if (isRefused(answer)) throw new SetupError(answer.text);
  say(`${name}: đã bỏ / given up`);
}

async function retry(client: ViewsClient, name: string): Promise<void> {
  const answer = await client.retrySetAside(name);
  if (isRefused(answer)) throw new SetupError(answer.text);
  const { applied, remaining } = answer;
  say(`${name}: đã áp dụng / applied ${applied}, còn lại / remaining ${remaining}`);
  if (remaining > 0) process.exitCode = 1;
}
