import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { startEventStoreDbContainer } from '#deploy/local/src/containers.js';
import { EngineMissing } from '#deploy/local/src/engine-process.js';
import { startLogDouble } from '#deploy/local/src/log-double/log-double.js';
import { testBroker } from '#deploy/local/src/test-broker.js';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';

/** The settings by which processes find engines that hold nothing yet. */
export interface EmptyEngines {
  readonly settings: Readonly<Record<string, string>>;
  /** Removes what has come into them. */
  clear(): Promise<void>;
}

/** Real Kafka and PostgreSQL for a suite; for each installation a log, a database and topics of its own on them. */
export interface EngineServers {
  empty(): Promise<EmptyEngines>;
  stop(): Promise<void>;
}

/** What is used, or why there is nothing to use, is printed. */
export async function engineServers(suite: string): Promise<EngineServers | undefined> {
  const database = await testDatabase(suite);
  const broker = database && (await testBroker(suite));
  if (!broker) {
    await database?.stop();
    return undefined;
  }
  const { url } = database;
  return {
    empty: () => emptyEngines(suite, url, broker.brokers),
    stop: async () => {
      await broker.stop();
      await database.stop();
    },
  };
}

async function emptyEngines(suite: string, server: string, brokers: readonly string[]): Promise<EmptyEngines> {
  const name = `apart_${randomUUID().replaceAll('-', '')}`;
  await onDatabase(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const log = await emptyLog(suite);
  await onBroker(brokers, async (admin) => {
    const found = await ours(admin);
    // Somebody's installation: neither to be mixed with, nor to be removed.
    if (found.topics.length > 0)
      throw new Error(`The broker of the test has topics of ours: ${found.topics.join(', ')}`);
  });
  return {
    settings: {
      ENGINES: 'distributed',
      EVENTSTORE_URL: log.url,
      KAFKA_BROKERS: brokers.join(','),
      DATABASE_URL: url.href,
      KAFKA_PARTITIONS: '3',
    },
    clear: async () => {
      await log.stop();
      await onDatabase(server, `drop database ${name} with (force)`);
      await onBroker(brokers, async (admin) => {
        const { topics, groups } = await ours(admin);
        await admin.deleteGroups([...groups]);
        await admin.deleteTopics({ topics: [...topics] });
      });
    },
  };
}

/** The log of EVENTSTORE_URL when there is nothing in it, else what stands in for one. */
async function emptyLog(suite: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const say = (line: string): void => void process.stderr.write(`${suite}: ${line}\n`);
  const given = process.env['EVENTSTORE_URL'];
  if (given !== undefined && given !== '') {
    const log = await openEventStoreDb({ url: given });
    const head = await log.head();
    await log.close();
    if (head === 0) {
      say('EventStoreDB of EVENTSTORE_URL');
      return { url: given, stop: () => Promise.resolve() };
    }
    say('the log of EVENTSTORE_URL is not empty, which the counts rest on');
  }
  try {
    const container = await startEventStoreDbContainer();
    say('EventStoreDB in a container');
    return container;
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
  }
  say('NOT an EventStoreDB: a double that speaks its protocol, as a process of its own');
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-log-'));
  const double = await startLogDouble(folder);
  return {
    url: double.url,
    stop: async () => {
      await double.process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function onDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function onBroker(brokers: readonly string[], work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Kafka({ clientId: 'test', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function ours(admin: Admin): Promise<{ readonly topics: readonly string[]; readonly groups: readonly string[] }> {
  const topics = (await admin.listTopics()).filter((topic) => /^(referrals|health-facts)\.v\d/.test(topic));
  const { groups } = await admin.listGroups();
  return {
    topics,
    groups: groups.map(({ groupId }) => groupId).filter((group) => group.startsWith('province-figures-')),
  };
}
