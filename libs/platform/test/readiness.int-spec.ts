import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../src/configuration.js';
import { Readiness } from '../src/operations/readiness.js';
import { logAt, viewsWith } from './doubles.js';

describe('readiness of a process whose log is behind a server', () => {
  const configuration = { ...readConfiguration({}), dataDir: tmpdir() };
  const lastFault = { kind: 'unavailable', at: '2026-11-22T06:30:00.000Z' };

  it.each<[string, () => Promise<number>, boolean, 'connected' | 'disconnected']>([
    ['answers', async () => 7, true, 'connected'],
    ['does not answer', () => Promise.reject(new Error('no server at es1:2113')), false, 'disconnected'],
  ])('shows the connection when it %s', async (_name, head, ok, state) => {
    const events = { ...logAt(head), connection: () => ({ state, serverVersion: '24.10.0', lastFault }) };
    const readiness = new Readiness(events, viewsWith([]), configuration, new AbortController().signal);
    const { eventStore } = (await readiness.report()).checks;
    expect(eventStore).toMatchObject({ ok, connection: { state, serverVersion: '24.10.0', lastFault } });
    expect(JSON.stringify(eventStore)).not.toContain('es1');
  });
});
