import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { openEmbeddedEventStore } from '../src/embedded/embedded-event-store.js';
import { describeEventStoreContract } from './event-store-contract.js';

const folder = mkdtempSync(join(tmpdir(), 'event-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeEventStoreContract('embedded SQLite', {
  open: (codec) => openEmbeddedEventStore({ file: join(folder, 'log', 'events.sqlite'), codec }),
  appendLimitBytes: 1024 * 1024,
});
