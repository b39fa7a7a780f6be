import { join } from 'node:path';
import type { Workplace, WorkplaceSettings } from './export-store.js';
import { openFolderWorkplace } from './folder-workplace.js';
import { openPostgresWorkplace } from './postgres-workplace.js';

/** @throws NotToBeWorkedOn when there is no such job, or another worker has it */
export async function openWorkplace(id: string, settings: WorkplaceSettings): Promise<Workplace> {
  return settings.engine === 'embedded'
    ? openFolderWorkplace(join(settings.folder, id), settings.viewFile)
    : openPostgresWorkplace(id, settings);
}
