import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import type { ExportJob } from '#apps/record/src/export/export-job.js';
import type { ExportThreadData, ThreadQuestion } from '#apps/record/src/export/export-messages.js';
import { FolderStore } from '#apps/record/src/export/store/folder-store.js';
import type { BenchRow } from '../bench-row.js';
import type { RecordFile } from './record-file.js';

/** `$export` of everything, in a thread of its own as the service makes it. */
export async function exportRows(record: RecordFile): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'export-bench-'));
  try {
    const store = new FolderStore(folder);
    const job: ExportJob = {
      id: randomUUID(),
      createdAt: Date.now(),
      request: 'http://localhost/fhir/$export',
      asked: { level: { kind: 'system' } },
      visibility: { kind: 'everybody' },
      by: { kind: 'hospital', actor: 'bench', holder: 'bench', purpose: 'TREAT', route: 'GET', request: 'bench' },
    };
    await store.create(job);
    const workplace = { engine: 'embedded', folder, viewFile: record.path } as const;
    const before = { use: process.cpuUsage(), at: performance.now(), memory: process.memoryUsage().rss };
    const thread = new Worker(new URL('../../../apps/record/src/export/export-thread.js', import.meta.url), {
      workerData: { id: job.id, workplace } satisfies ExportThreadData,
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 },
    });
    thread.on('message', (message: ThreadQuestion | { readonly ended: string }) => {
      if ('number' in message) thread.postMessage({ number: message.number, disclosed: true });
    });
    let largest = 0;
    const watching = setInterval(() => (largest = Math.max(largest, process.memoryUsage().rss)), 100);
    await once(thread, 'exit');
    clearInterval(watching);
    const { user, system } = process.cpuUsage(before.use);
    const seconds = (performance.now() - before.at) / 1_000;
    const state = (await store.find(job.id))?.state;
    if (state?.status !== 'complete') throw new Error('The export has not ended');
    const lines = state.files.reduce((sum, file) => sum + file.lines, 0);
    const bytes = state.files.reduce((sum, file) => sum + file.bytes, 0);
    return [
      { name: 'resources exported', value: lines, unit: 'resources' },
      { name: '$export of everything, wall clock', value: lines / seconds, unit: 'resources/s' },
      { name: '– by processor time', value: (lines / (user + system)) * 1_000_000, unit: 'resources/s' },
      { name: '– size of its files', value: bytes / lines, unit: 'bytes a resource' },
      { name: '– memory it needs', value: (largest - before.memory) / 1024 ** 2, unit: 'MiB' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
