import { join } from 'node:path';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { EventStoreUnavailable } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';

/** The log, on the engine the configuration chooses. */
export async function openEventStore({ dataDir }: Configuration): Promise<EventStore> {
  try {
    return await openEmbeddedEventStore({ file: join(dataDir, 'events.sqlite') });
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable)) throw error;
    throw new SetupError(
      {
        vi: `Không mở được kho sự kiện trong DATA_DIR ${dataDir}. Có thể một tiến trình khác đang dùng thư mục này, hoặc thư mục không ghi được.`,
        en: `Cannot open the event store in DATA_DIR ${dataDir}: ${error.message}. Another process may be using this folder, or it cannot be written.`,
      },
      { cause: error },
    );
  }
}
