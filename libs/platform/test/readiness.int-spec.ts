import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '../src/configuration.js';
import { Readiness } from '../src/operations/readiness.js';
import { logAt, viewsWith } from './doubles.js';

describe('readiness of a process whose log is behind a server', () => {
  const configuration = readConfiguration({
    ENGINES: 'distributed',
    EVENTSTORE_URL: 'esdb://es1:2113',
    KAFKA_BROKERS: 'kafka1:9092',
    DATABASE_URL: 'postgres://db/x',
    DATA_DIR: '/not-there',
  });
  const lastFault = { kind: 'unavailable', at: '2026-11-22T06:30:00.000Z' };

  it.each<[string, () => Promise<number>, boolean, 'connected' | 'disconnected']>([
    ['answers', async () => 7, true, 'connected'],
    ['does not answer', () => Promise.reject(new Error('no server at es1:2113')), false, 'disconnected'],
  ])('shows the connection when it %s', async (_name, head, ok, state) => {
    const events = { ...logAt(head), connection: () => ({ state, serverVersion: '24.10.0', lastFault }) };
    const readiness = new Readiness(events, viewsWith([]), configuration, new AbortController().signal);
    const { status, checks } = await readiness.report();
    const { eventStore } = checks;
    expect(status).toBe(ok ? 'ready' : 'not-ready');
    expect(checks).not.toHaveProperty('disk');
    expect(eventStore).toMatchObject({ ok, connection: { state, serverVersion: '24.10.0', lastFault } });
    expect(JSON.stringify(eventStore)).not.toContain('es1');
  });
});
