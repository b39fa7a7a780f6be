import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseFacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { SeededRandom } from '#station-formats/synthetic/random.js';
import { syntheticWorld, type SyntheticFile } from '#station-formats/synthetic/synthetic-world.js';
import { Client } from '../../src/verify/client.js';
import { startServer, type OwnServer } from '../../src/verify/own-server.js';
import { waitForViews } from '../../src/verify/post-folder.js';
import { AgentProcess } from './agent-process.js';
import { BadLine } from './bad-line.js';

/** STATION_AGENT_CHAOS_SEED repeats a run, as far as the machine's own timing lets it. */
const seed = Number(process.env['STATION_AGENT_CHAOS_SEED'] ?? Date.now() % 1_000_000);
const chaosMs = 25_000;
const stationCount = 3;

const random = new SeededRandom(seed);
const world = syntheticWorld({ seed, residents: 130, from: '2026-09-01', to: '2026-10-31', era: '2026', untidy: true });

interface Station {
  readonly facility: string;
  readonly folder: string;
  /** What its software wrote, by name. */
  readonly dropped: Map<string, Buffer>;
  /** Names whose content no server takes. */
  readonly hopeless: Set<string>;
  readonly agent: AgentProcess;
}

let place: string;
let server: OwnServer;
let line: BadLine;
let client: Client;
let stations: readonly Station[];

beforeAll(async () => {
  process.stdout.write(`station agent chaos: seed ${seed}\n`);
  place = mkdtempSync(join(tmpdir(), 'lien-tuyen-agent-'));
  const facilities = join(place, 'facilities.tsv');
  writeFileSync(facilities, world.facilitiesTsv);
  const secretsFile = join(place, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(place, 'data'), SECRETS_FILE: secretsFile, OIDC_ISSUER: '' }, [
    '--empty',
    '--no-tokens',
    '--facilities',
    facilities,
  ]);
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  client = new Client(server.origin, issuer);
  line = await BadLine.to(server.origin, random);
  stations = await Promise.all(busiest().map((facility) => openStation(facility, issuer)));
}, 60_000);

afterAll(async () => {
  await Promise.all(stations.map(({ agent }) => agent.stop('SIGKILL')));
  await line.close();
  await server.stop();
  rmSync(place, { recursive: true, force: true });
});

/** Stations with the most files; the centre answers referrals of all of them and is left out. */
function busiest(): readonly string[] {
  const counts = Map.groupBy(world.files, ({ sender }) => sender);
  return [...counts]
    .filter(([sender]) => sender !== '08Z01')
    .toSorted(([, one], [, other]) => other.length - one.length)
    .slice(0, stationCount)
    .map(([sender]) => sender);
}

async function openStation(facility: string, issuer: TokenIssuer): Promise<Station> {
  const folder = join(place, facility);
  mkdirSync(folder);
  const code = parseFacilityCode(facility);
  if (!code) throw new Error(`no facility code: ${facility}`);
  const tokenFile = join(place, `${facility}.token`);
  writeFileSync(tokenFile, await issuer.issue({ kind: 'station', facility: code, hours: 1 }));
  const patience = ['--still', '0.3', '--cut-off', '5', '--silence', '2'];
  const agent = new AgentProcess(['--folder', folder, '--server', line.origin, '--token-file', tokenFile, ...patience]);
  return { facility, folder, dropped: new Map(), hopeless: new Set(), agent };
}

/** What this station's software writes: its files of the world, and some that nobody can take. */
function filesOf({
  facility,
}: Station): readonly { readonly name: string; readonly bytes: Buffer; readonly hopeless: boolean }[] {
  const own = world.files.filter(({ sender }) => sender === facility);
  const foreign = world.files.filter(({ sender, kind }) => sender !== facility && kind === 'qd4750');
  const good = own.map(({ name, bytes }) => ({ name, bytes, hopeless: false }));
  const cutOff = (file: SyntheticFile, index: number) => ({
    name: `cut-${index}.xml`,
    bytes: file.bytes.subarray(0, Math.floor(file.bytes.byteLength * 0.6)),
    hopeless: true,
  });
  const ofOthers = (file: SyntheticFile, index: number) => ({
    name: `other-${index}.xml`,
    bytes: file.bytes,
    hopeless: true,
  });
  const bad = [...own.slice(0, 2).map(cutOff), ...foreign.slice(0, 2).map(ofOthers)];
  for (const file of bad) good.splice(random.int(0, good.length), 0, file);
  return good;
}

/** As software writes: at once, in pieces with rests, or under another name first. */
async function drop(
  { folder, dropped, hopeless }: Station,
  name: string,
  bytes: Buffer,
  isHopeless: boolean,
): Promise<void> {
  dropped.set(name, bytes);
  if (isHopeless) hopeless.add(name);
  const path = join(folder, name);
  const way = random.int(0, 2);
  if (way === 0) await writeFile(path, bytes);
  else if (way === 1) {
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
  } else {
    const middle = random.int(0, bytes.byteLength);
    await writeFile(path, bytes.subarray(0, middle));
    await sleep(random.int(0, 500));
    await appendFile(path, bytes.subarray(middle));
  }
}

async function work(station: Station, until: number): Promise<void> {
  const files = filesOf(station);
  for (const [index, { name, bytes, hopeless }] of files.entries()) {
    await drop(station, name, bytes, hopeless);
    await sleep(Math.max(0, ((until - Date.now()) / (files.length - index)) * random.next()));
  }
}

/** Kills agents and starts them again. */
async function harass(until: number): Promise<number> {
  let kills = 0;
  while (Date.now() < until) {
    await sleep(random.int(300, 1_800));
    const { agent } = random.pick(stations);
    await agent.stop('SIGKILL');
    kills += 1;
    agent.start();
  }
  return kills;
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const messagesIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.xml'));

interface WrittenReceipt {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
}

function receiptBeside(path: string): WrittenReceipt {
  return JSON.parse(readFileSync(`${path}.receipt.json`, 'utf8')) as WrittenReceipt;
}

it('every file is receipted once and none is doubled, whatever line and power do', async () => {
  const until = Date.now() + chaosMs;
  for (const { agent } of stations) agent.start();
  const [kills] = await Promise.all([harass(until), ...stations.map((station) => work(station, until - 3_000))]);
  const files = stations.reduce((sum, { dropped }) => sum + dropped.size, 0);
  process.stdout.write(`${files} files, ${kills} kills, cuts ${JSON.stringify(line.cuts)}\n`);
  const { beforeRequest, midRequest, answerSwallowed } = line.cuts;
  expect(Math.min(kills, beforeRequest, midRequest, answerSwallowed)).toBeGreaterThan(0);

  line.becomeGood();
  await Promise.all(stations.map(finish));
  for (const station of stations) thenEveryFileIsReceipted(station);
  for (const station of stations) await thenNamesAreNeverOverwritten(station);
  await thenServerCountsTheTruth();
}, 120_000);

async function finish({ agent }: Station): Promise<void> {
  await agent.stop('SIGKILL');
  agent.start('--once');
  await agent.ended();
}

function thenEveryFileIsReceipted({ folder, dropped, hopeless, agent }: Station): void {
  const [sent, refused] = [messagesIn(join(folder, 'sent')), messagesIn(join(folder, 'refused'))];
  // Nothing is left, neither in the folder nor on the way.
  expect([messagesIn(folder), readdirSync(join(folder, '.station-agent', 'leaving'))]).toEqual([[], []]);
  expect(sent.toSorted()).toEqual([...dropped.keys()].filter((name) => !hopeless.has(name)).toSorted());
  expect(refused.toSorted()).toEqual([...hopeless].toSorted());
  for (const [names, result] of [
    [sent, 'sent'],
    [refused, 'refused'],
  ] as const) {
    for (const name of names) {
      const path = join(folder, result, name);
      const bytes = readFileSync(path);
      expect(bytes.equals(dropped.get(name) ?? Buffer.alloc(0))).toBe(true);
      const receipt = receiptBeside(path);
      expect(receipt.digest).toBe(digest(bytes));
      expect(receipt.status === 'refused').toBe(result === 'refused');
      expect(existsSync(`${path}.reason.txt`)).toBe(result === 'refused');
    }
  }
  expect(agent.said).not.toMatch(/\.xml|Error|undefined/);
}

/** What is known comes once more under its old name. */
async function thenNamesAreNeverOverwritten({ folder, dropped, hopeless, agent }: Station): Promise<void> {
  const again = [...dropped].filter(([name]) => !hopeless.has(name)).slice(0, 3);
  for (const [name, bytes] of again) {
    writeFileSync(join(folder, `${name}.tmp`), bytes);
    renameSync(join(folder, `${name}.tmp`), join(folder, name));
  }
  agent.start('--once');
  expect(await agent.ended()).toBe(0);
  for (const [name] of again) {
    const path = join(folder, 'sent', name);
    const second = receiptBeside(path.replace('.xml', ' (2).xml'));
    expect(second).toMatchObject({ status: 'duplicate', id: receiptBeside(path).id });
  }
}

async function thenServerCountsTheTruth(): Promise<void> {
  await waitForViews(client, 20_000);
  const { points } = await client.get<{ points: { key: string; numerator: number }[] }>(
    '/statistics/series?indicator=visits&place=08&from=2000-01-01&to=2099-12-31&by=facility',
    { kind: 'province' },
  );
  const counted = Object.fromEntries(
    points.filter(({ numerator }) => numerator > 0).map(({ key, numerator }) => [key, numerator]),
  );
  const truth = Object.fromEntries(stations.map(({ facility }) => [facility, world.truth.byFacility[facility]]));
  expect(counted).toEqual(truth);
  for (const { facility, dropped } of stations) {
    const code = parseFacilityCode(facility);
    const { items } = await client.get<{ items: WrittenReceipt[] }>(
      `/intake/receipts?facility=${facility}&limit=1000`,
      {
        kind: 'station',
        ...(code && { facility: code }),
      },
    );
    const distinct = new Set([...dropped.values()].map(digest));
    expect(new Set(items.map((receipt) => receipt.digest))).toEqual(distinct);
    expect(items).toHaveLength(distinct.size);
  }
}
