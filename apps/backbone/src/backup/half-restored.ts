import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '#platform/setup-error.js';

/** Where a restore stands ready until all of it is verified; gone when it is in its place. */
export const restoring = '.restoring';

/** @throws SetupError for a data folder whose restore was cut off: a server would begin a new log beside half of the old one */
export function refuseHalfRestored(dataDir: string): void {
  if (!existsSync(join(dataDir, restoring))) return;
  throw new SetupError({
    vi: `Việc khôi phục vào DATA_DIR ${dataDir} bị ngắt giữa chừng. Hãy chạy lại: npm run -s restore -- --from …`,
    en: `A restore into DATA_DIR ${dataDir} was cut off. Run it again: npm run -s restore -- --from …`,
  });
}
