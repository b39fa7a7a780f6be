import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import { type RelayOptions, type RelayPlace, type RelayPlaces, runRelay } from './relay.js';

const lookForLeadershipMs = 500;

/** Relays' places beside the views. A relay that was held up and replaced moves none back. */
export function postgresRelayPlaces(database: ViewDatabase): RelayPlaces {
  return {
    async load(topic) {
      const [row] = await database.ofHost<{ position: number; partitions: string }>(
        (host) => `select position, partitions from ${host}.relay_place where topic = $1`,
        [topic],
      );
      return row && { position: row.position, partitions: JSON.parse(row.partitions) as RelayPlace['partitions'] };
    },
    async save(topic, { position, partitions }) {
      await database.ofHost(
        (host) => `insert into ${host}.relay_place (topic, position, partitions) values ($1, $2, $3)
          on conflict (topic) do update set position = excluded.position, partitions = excluded.partitions
          where relay_place.position < excluded.position`,
        [topic, position, JSON.stringify(partitions)],
      );
    },
  };
}

/** {@link runRelay} in one replica at a time: another goes on when it ends, is killed or held up. */
export async function runRelayAmongReplicas<Payload>(
  database: ViewDatabase,
  options: Omit<RelayOptions<Payload>, 'places'>,
): Promise<void> {
  const { topic, signal } = options;
  const places = postgresRelayPlaces(database);
  const lock = `lien-tuyen relay ${database.hostSchema} ${topic.name}`;
  while (!signal.aborted) {
    await database.whileHolding(lock, signal, (held) => runRelay({ ...options, places, signal: held }));
    await sleep(lookForLeadershipMs, undefined, { signal }).catch(() => undefined);
  }
}
