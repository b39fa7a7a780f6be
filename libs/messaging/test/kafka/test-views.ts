import { randomUUID } from 'node:crypto';
import { testDatabase } from '#deploy/local/src/test-database.js';
import type { Row } from '#projections/projection.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import { PostgresTopicView } from '../../src/kafka/postgres-topic-view.js';
import { postgresRelayPlaces } from '../../src/kafka/relay-among-replicas.js';
import type { RelayPlace, RelayPlaces } from '../../src/kafka/relay.js';
import { topicReaderSchema } from '../../src/kafka/topic-places.js';
import type { TopicView } from '../../src/kafka/topic-reader.js';
import { SqliteTopicView } from './sqlite-topic-view.js';

/** A view whose rows a test can look at. */
export interface TestView extends TopicView {
  rows<T = Row>(sql: string): Promise<readonly T[]>;
}

/** Where the views and places of a suite are: in PostgreSQL, or in memory where there is none. */
export interface TestViews {
  /** A new view, without rows. */
  open(schema: readonly string[]): Promise<TestView>;
  readonly places: RelayPlaces;
  /** Absent in memory. */
  readonly database?: ViewDatabase;
  close(): Promise<void>;
}

export async function testViews(suite: string, partitions: number): Promise<TestViews> {
  const found = await testDatabase(suite);
  if (found === undefined) return inMemory();
  const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
  const database = await ViewDatabase.open({ url: found.url, schemaPrefix });
  return {
    database,
    places: postgresRelayPlaces(database),
    async open(schema) {
      const tables = { name: `v-${randomUUID()}`, version: 1, schema: [...topicReaderSchema, ...schema] };
      const { store, database: rows } = await database.openView(tables, undefined);
      const view = new PostgresTopicView(store, partitions);
      return {
        transaction: (work, changes) => view.transaction(work, changes),
        isUnavailable: (error) => view.isUnavailable(error),
        rows: (sql) => rows.query(sql),
      };
    },
    async close() {
      await database.close();
      await found.dropSchemas(schemaPrefix);
      await found.stop();
    },
  };
}

function inMemory(): TestViews {
  const places = new Map<string, RelayPlace>();
  return {
    open: async (schema) => new SqliteTopicView(schema),
    places: {
      load: async (topic) => places.get(topic),
      save: async (topic, place) => void places.set(topic, place),
    },
    close: () => Promise.resolve(),
  };
}
