import { join } from 'node:path';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { EventStoreUnavailable } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import type { CommonSettings } from '#platform/configuration.js';
import { errorFields } from '#platform/logging.js';
import { SetupError } from '#platform/setup-error.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
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
  const audit = await openAuditTrail(join(dataDir, 'audit.sqlite'), { secrets, logger });
  opened.defer(() => audit.close());
  return { events, views, audit };
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

async function openAuditTrail(
  file: string,
  { secrets, logger }: Pick<EnginesOptions, 'secrets' | 'logger'>,
): Promise<AuditTrail> {
  try {
    return new AuditTrail(await openSqliteAuditStore(file, sealKeyOf(secrets.sealingKey)), (error) =>
      logger.error(errorFields(error), 'the audit trail cannot be written'),
    );
  } catch (error) {
    throw new SetupError(
      { vi: `Không mở được nhật ký truy cập ${file}.`, en: `Cannot open the audit trail ${file}.` },
      { cause: error },
    );
  }
}
