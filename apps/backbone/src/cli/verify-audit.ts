/** `npm run -s verify-audit`: follows the chain of the audit trail and says whether anything was changed, taken out or put in. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '#platform/configuration.js';
import { runAsProgram } from '#platform/program.js';
import { SetupError } from '#platform/setup-error.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import type { AuditStore } from '#security/audit/audit-store.js';
import { openPostgresAuditStore } from '#security/audit/postgres-audit-store.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import { verifyAudit } from '#security/audit/verify-audit.js';
import { secretsOf } from '#service/secrets-of.js';

runAsProgram(async () => {
  const configuration = loadConfiguration();
  const key = sealKeyOf(secretsOf(configuration).sealingKey);
  const store = await openStore(configuration, key);
  try {
    const { entries, head, brokenAt } = await verifyAudit(store.database, key);
    process.stdout.write(
      brokenAt === undefined
        ? `Nhật ký truy cập nguyên vẹn / the audit trail is whole: ${entries} · ${head.digest}\n`
        : `NHẬT KÝ TRUY CẬP ĐÃ BỊ THAY ĐỔI từ mục / THE AUDIT TRAIL WAS CHANGED at entry ${brokenAt}\n`,
    );
    if (brokenAt !== undefined) process.exitCode = 1;
  } finally {
    await store.close();
  }
});

function openStore(configuration: ReturnType<typeof loadConfiguration>, key: Uint8Array): Promise<AuditStore> {
  if (configuration.engines === 'distributed') return openPostgresAuditStore({ url: configuration.databaseUrl, key });
  const file = join(configuration.dataDir, 'audit.sqlite');
  if (existsSync(file)) return openSqliteAuditStore(file, key);
  throw new SetupError({ vi: `Không có nhật ký truy cập ${file}.`, en: `There is no audit trail ${file}.` });
}
