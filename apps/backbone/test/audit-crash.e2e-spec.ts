import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { FacilityCode } from '#domain/ids.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import type { AuditEntry } from '#security/audit/audit-entry.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import { verifyAudit } from '#security/audit/verify-audit.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { startServer } from '../src/verify/own-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-crash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const readers = 32;
const rounds = 3;

it('a server killed under reads has written down every read it answered, and the chain is whole', async () => {
  const dataDir = join(folder, 'data');
  const secretsFile = join(folder, 'keys', 'k.json');
  const environment = { DATA_DIR: dataDir, SECRETS_FILE: secretsFile, OIDC_ISSUER: '' };
  const answered = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const server = await startServer(environment, ['--empty']);
    const token = await new TokenIssuer(openSecrets(secretsFile)).issue({
      kind: 'station',
      facility: '08Z11' as FacilityCode,
      hours: 1,
    });
    const read = async (): Promise<void> => {
      for (;;) {
        const id = randomUUID();
        const headers = { authorization: `Bearer ${token}`, 'x-correlation-id': id };
        try {
          const answer = await fetch(`${server.origin}/fhir/Patient?name=${round}`, { headers });
          await answer.arrayBuffer();
          if (answer.status === 200) answered.add(id);
        } catch {
          return;
        }
      }
    };
    const before = answered.size;
    const reading = Array.from({ length: readers }, read);
    for (let waited = 0; answered.size < before + 300 && waited < 600; waited += 1) await sleep(20);
    await server.stop('SIGKILL');
    await Promise.all(reading);
    expect(answered.size).toBeGreaterThanOrEqual(before + 300);
  }
  const key = sealKeyOf(openSecrets(secretsFile).sealingKey);
  const store = await openSqliteAuditStore(join(dataDir, 'audit.sqlite'), key);
  try {
    const rows = await store.database.query<{ readonly body: string }>('select body from audit_entry');
    const written = new Set(rows.map(({ body }) => (JSON.parse(body) as AuditEntry).request));
    expect([...answered].filter((id) => !written.has(id))).toEqual([]);
    expect(await verifyAudit(store.database, key)).toEqual({ entries: rows.length, head: expect.anything() });
  } finally {
    await store.close();
  }
});
