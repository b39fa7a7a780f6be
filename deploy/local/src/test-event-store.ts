import { startEventStoreDbContainer } from './containers.js';
import { everyServer, type ServerOffer, type ServerSource, settingOf } from './server-offers.js';

export interface TestEventStore {
  /** As EVENTSTORE_URL takes it. */
  readonly url: string;
  stop: () => Promise<void>;
}

const sources: readonly ServerSource<TestEventStore>[] = [
  {
    engine: 'EventStoreDB of EVENTSTORE_URL',
    start: async () => ({ url: settingOf('EVENTSTORE_URL'), stop: () => Promise.resolve() }),
  },
  { engine: 'EventStoreDB in a container', start: startEventStoreDbContainer },
];

/** A real EventStoreDB of each kind there may be. */
export const everyTestEventStore = (suite: string): Promise<readonly ServerOffer<TestEventStore>[]> =>
  everyServer(suite, sources);
