import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client } from '../../src/verify/client.js';
import { startServer } from '../../src/verify/own-server.js';
import { differs } from '../../src/verify/truth.js';
import { verifyFolder } from '../../src/verify/verify-folder.js';
import { engineServers } from './engine-servers.js';
import { startInstallation } from './installation.js';

const samples = fileURLToPath(new URL('../../../../../samples', import.meta.url));
const folders = readdirSync(samples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const servers = await engineServers('services apart');
afterAll(() => servers?.stop(), 60_000);

(servers ? describe : describe.skip)('the four services, each a process of its own, on Kafka and PostgreSQL', () => {
  it.each(folders)(
    'give the truth of %s in the record, the worklists, the figures and the reconciliation',
    async (name) => {
      if (!servers) throw new Error('there are servers');
      const folder = join(samples, name);
      const installation = await startInstallation(servers, {
        facilities: join(folder, 'facilities.tsv'),
        replicas: 1,
      });
      try {
        const { answers, comparisons } = await verifyFolder(folder, installation.client);
        expect(comparisons.filter(differs)).toEqual([]);
        expect(new Set(comparisons.map(({ place }) => place))).toEqual(
          new Set(['record', 'worklists', 'figures', 'reconciliation']),
        );
        expect([...answers.keys()].toSorted()).toEqual(['200', '201']);
      } finally {
        expect(await installation.stop()).toEqual([0, 0, 0, 0]);
      }
    },
    180_000,
  );

  it('give the same when the backbone runs them all in one process', async () => {
    if (!servers) throw new Error('there are servers');
    await using opened = new AsyncDisposableStack();
    const folder = join(samples, folders[0] ?? '');
    const place = mkdtempSync(join(tmpdir(), 'lien-tuyen-together-'));
    opened.defer(() => rmSync(place, { recursive: true, force: true }));
    const engines = await servers.empty();
    opened.defer(() => engines.clear());
    const secretsFile = join(place, 'keys.json');
    const issuer = new TokenIssuer(openSecrets(secretsFile));
    const settings = { ...engines.settings, SECRETS_FILE: secretsFile, OIDC_ISSUER: '' };
    const server = await startServer(settings, ['--facilities', join(folder, 'facilities.tsv')]);
    opened.defer(async () => void (await server.stop()));
    const { comparisons } = await verifyFolder(folder, new Client(server.origin, issuer));
    expect(comparisons.filter(differs)).toEqual([]);
    expect(server.output()).not.toContain('eyJ');
  }, 180_000);
});
