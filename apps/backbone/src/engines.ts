import { join } from 'node:path';
import type { Logger } from 'pino';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { EventStoreUnavailable } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { errorFields } from '#platform/logging.js';
import { SetupError } from '#platform/setup-error.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import type { ViewHost } from '#projections/view-host.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openPostgresAuditStore } from '#security/audit/postgres-audit-store.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import type { Secrets } from '#security/secrets.js';

const eventStoreFile = ({ dataDir }: Configuration): string => join(dataDir, 'events.sqlite');

/**
 * The log, on the engine the configuration chooses.
 * @throws SetupError when another process has it open, or it cannot be opened or reached
 */
export async function openEventStore(configuration: Configuration): Promise<EventStore> {
  return configuration.engines === 'distributed' ? openDistributed(configuration) : openEmbedded(configuration);
}

async function openDistributed({ eventStoreUrl }: Configuration): Promise<EventStore> {
  if (eventStoreUrl === undefined) {
    throw new SetupError({
      vi: 'EVENTSTORE_URL: ENGINES=distributed cần địa chỉ của EventStoreDB, ví dụ esdb://es1:2113,es2:2113,es3:2113',
      en: 'EVENTSTORE_URL: ENGINES=distributed needs the address of EventStoreDB, for example esdb://es1:2113,es2:2113,es3:2113',
    });
  }
  try {
    return await openEventStoreDb({ url: eventStoreUrl });
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable)) throw error;
    // The address is not repeated: it may hold a password.
    throw new SetupError(
      {
        vi: `Không mở được kho sự kiện theo EVENTSTORE_URL: ${error.message}`,
        en: `Cannot open the event store of EVENTSTORE_URL: ${error.message}`,
      },
      { cause: error },
    );
  }
}

async function openEmbedded(configuration: Configuration): Promise<EventStore> {
  try {
    return await openEmbeddedEventStore({ file: eventStoreFile(configuration) });
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable)) throw error;
    const { dataDir } = configuration;
    throw new SetupError(
      {
        vi: `Không mở được kho sự kiện trong DATA_DIR ${dataDir}. Có thể một tiến trình khác đang dùng thư mục này, hoặc thư mục không ghi được.`,
        en: `Cannot open the event store in DATA_DIR ${dataDir}: ${error.message}. Another process may be using this folder, or it cannot be written.`,
      },
      { cause: error },
    );
  }
}

/** The host of the views of that log. */
export function openViewHost(configuration: Configuration, logger: Logger): Promise<ViewHost> {
  return createEmbeddedViewHost({
    eventStoreFile: eventStoreFile(configuration),
    folder: join(configuration.dataDir, 'views'),
    onFault: (fault) => logger.error(fault, 'a view has failed'),
  });
}

/**
 * Who read what: beside the log, or where the views are kept.
 * @throws SetupError
 */
export async function openAuditTrail(
  { engines, databaseUrl, dataDir }: Configuration,
  { sealingKey }: Pick<Secrets, 'sealingKey'>,
  logger: Logger,
): Promise<AuditTrail> {
  const key = sealKeyOf(sealingKey);
  const onFault = (error: unknown): void => logger.error(errorFields(error), 'the audit trail cannot be written');
  if (engines === 'distributed' && databaseUrl !== undefined)
    return new AuditTrail(await openPostgresAuditStore({ url: databaseUrl, key }), onFault);
  const file = join(dataDir, 'audit.sqlite');
  try {
    return new AuditTrail(await openSqliteAuditStore(file, key), onFault);
  } catch (error) {
    throw new SetupError(
      {
        vi: `Không mở được nhật ký truy cập ${file}.`,
        en: `Cannot open the audit trail ${file}.`,
      },
      { cause: error },
    );
  }
}
