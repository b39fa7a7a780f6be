/** The line to the server: leaders that change, encryption, credentials, and what health pages see of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { describeWhere } from '#deploy/local/src/describe-on.js';
import { EventStoreUnavailable } from '../src/errors.js';
import { openEventStoreDb } from '../src/eventstoredb/eventstoredb-event-store.js';
import { following, newStream, OpenStores, until, visit } from './eventstoredb-harness.js';
import { InProcessServer, startCluster } from '#deploy/local/src/log-double/in-process-server.js';

describe('event store behind a line: EventStoreDB engine, in-process server', () => {
  const stores = new OpenStores();
  afterEach(() => stores.close());

  it('follows the leader of a cluster, which a server that no longer leads names', async () => {
    const cluster = await startCluster(2);
    const [first, second] = cluster.members;
    if (first === undefined || second === undefined) throw new Error('no cluster');
    try {
      const seeds = cluster.members.map(({ port }) => `127.0.0.1:${port}`).join(',');
      const store = await stores.open(`esdb://${seeds}?tls=false`);
      const follower = following(store, { after: await store.head() });
      const stream = newStream();
      for (let i = 0; i < 5; i++) await store.append(stream, 'any', [visit({ i })]);
      expect(second.calls.appends).toBe(0);
      cluster.leader = { host: '127.0.0.1', port: second.port };
      for (let i = 5; i < 10; i++) await store.append(stream, 'any', [visit({ i })]);
      expect(second.calls.appends).toBeGreaterThan(0);
      expect(await store.readStream(stream)).toHaveLength(10);
      await first.stop();
      for (let i = 10; i < 15; i++) await store.append(stream, 'any', [visit({ i })]);
      await until(() => follower.events.length === 15);
      await follower.stop();
      expect(follower.events.map(({ data }) => data)).toEqual(Array.from({ length: 15 }, (_, i) => ({ i })));
    } finally {
      await stores.close();
      await second.stop();
    }
  });

  it('shows itself to health pages: state, version, kind of the last fault, and no more', async () => {
    const server = await InProcessServer.start({ version: '25.0.1' });
    const store = await stores.open(server.url, { waits: { patienceMs: 100 } });
    expect(store.connection()).toEqual({ state: 'connected', serverVersion: '25.0.1' });
    await server.stop();
    await expect(store.head()).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(store.connection()).toEqual({
      state: 'disconnected',
      serverVersion: '25.0.1',
      lastFault: { kind: 'unavailable', at: expect.stringMatching(/Z$/) },
    });
  });

  it('does not open where no server answers', async () => {
    const server = await InProcessServer.start();
    await server.stop();
    const opening = openEventStoreDb({ url: server.url, waits: { patienceMs: 200 } });
    await expect(opening).rejects.toThrow('The event store cannot be read: unavailable');
  });

  const openssl = spawnSync('openssl', ['version']).status === 0;
  describeWhere(openssl, 'no openssl here to make a certificate', () => {
    it('takes certificate, user and password from the connection string, and names none of them when refused', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'event-store-tls-'));
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost';
      const names = 'subjectAltName=DNS:localhost';
      const made = spawnSync('openssl', [...request.split(' '), '-addext', names, '-keyout', key, '-out', certificate]);
      expect(made.status).toBe(0);
      const server = await InProcessServer.start({
        tls: { certificate: readFileSync(certificate), key: readFileSync(key) },
        credentials: 'backbone:m@t-khẩu',
      });
      try {
        const at = `localhost:${server.port}?tls=true&tlsCAFile=${encodeURIComponent(certificate)}`;
        const store = await stores.open(`kurrentdb://backbone:${encodeURIComponent('m@t-khẩu')}@${at}`);
        expect(await store.append(newStream(), 'noStream', [visit()])).toMatchObject({ revision: 0 });
        const refused = await openEventStoreDb({ url: `esdb://backbone:wrong-word@${at}` }).catch(
          (error: unknown) => error,
        );
        expect(refused).toBeInstanceOf(EventStoreUnavailable);
        expect(String(refused)).toContain('access-denied');
        expect(String(refused)).not.toContain('wrong-word');
        await expect(
          openEventStoreDb({ url: `esdb://localhost:${server.port}?tls=true`, waits: { patienceMs: 100 } }),
        ).rejects.toBeInstanceOf(EventStoreUnavailable);
      } finally {
        await stores.close();
        await server.stop();
        rmSync(folder, { recursive: true });
      }
    });
  });
});
