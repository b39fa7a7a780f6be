import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { describeTopicContract } from './topic-contract.js';

describeTopicContract('embedded, straight from the log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'topic-views-'));
  return {
    open: ({ file }) => createEmbeddedViewHost({ eventStoreFile: file, folder }),
    clear: async () => rmSync(folder, { recursive: true, force: true }),
  };
});
