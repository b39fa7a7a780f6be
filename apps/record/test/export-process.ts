/** Makes one export in a process of its own, with many checkpoints, to be killed. Parameters: the job's id, the workplace as JSON. */
import { runExport } from '../src/export/export-run.js';
import type { WorkplaceSettings } from '../src/export/store/export-store.js';
import { openWorkplace } from '../src/export/store/open-workplace.js';

const [, , id = '', settings = ''] = process.argv;
const place = await openWorkplace(id, JSON.parse(settings) as WorkplaceSettings);
await runExport(
  place,
  { events: { readStream: async () => [] }, disclose: async () => undefined },
  { documentsAtOnce: 50, checkpointMs: 0 },
);
await place.close();
