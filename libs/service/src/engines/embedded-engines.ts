import { join } from 'node:path';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { EventStoreUnavailable } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import type { CommonSettings } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { bindDataFolder } from '#security/data-binding.js';
import type { Engines, EnginesOptions } from './engines.js';

type Place = Pick<CommonSettings, 'dataDir'>;

/** One file for the log and one for each view, in the data folder. */
export async function openEmbeddedEngines(
  { dataDir }: Place,
  { secrets, logger }: Pick<EnginesOptions, 'secrets' | 'logger'>,
  opened: AsyncDisposableStack,
): Promise<Engines> {
  bindDataFolder(dataDir, secrets);
  const file = join(dataDir, 'events.sqlite');
  const events = await openLog(file, dataDir);
  opened.defer(() => events.close());
  const views = await createEmbeddedViewHost({
    eventStoreFile: file,
    folder: join(dataDir, 'views'),
    onFault: (fault) => logger.error(fault, 'a view has failed'),
  });
  opened.defer(() => views.close());
  return { events, views };
}

async function openLog(file: string, dataDir: string): Promise<EventStore> {
  try {
    return await openEmbeddedEventStore({ file });
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
