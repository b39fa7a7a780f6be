import { join } from 'node:path';
import type { Configuration } from '#platform/configuration.js';
import type { View } from '#projections/view-host.js';
import type { ExportStore, WorkplaceSettings } from './store/export-store.js';
import { FolderStore } from './store/folder-store.js';
import { PostgresStore } from './store/postgres-store.js';

/** Schemas of views begin so; see `ViewDatabaseOptions`. */
const viewPrefix = 'view';

/** Where the configuration has exports kept and made: in the data folder, or in the database that the replicas share. */
export function exportPlaces(
  configuration: Configuration,
  view: Pick<View, 'file' | 'status'>,
): { readonly store: ExportStore; readonly workplace: () => Promise<WorkplaceSettings | undefined> } {
  if (configuration.engines === 'distributed') {
    const url = configuration.databaseUrl;
    return {
      store: new PostgresStore(url),
      workplace: async () =>
        (await view.status()).state === 'building' ? undefined : { engine: 'postgres', url, viewPrefix },
    };
  }
  const folder = join(configuration.dataDir, 'exports');
  return {
    store: new FolderStore(folder),
    workplace: async () => {
      const viewFile = view.file();
      return viewFile === undefined ? undefined : { engine: 'embedded', folder, viewFile };
    },
  };
}
