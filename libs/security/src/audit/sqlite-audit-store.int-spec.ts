import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe } from '@jest/globals';
import { auditStoreContract, key } from '../../test/audit-store-contract.js';
import { openSqliteAuditStore } from './sqlite-audit-store.js';

describe('the audit trail in SQLite', () => {
  auditStoreContract(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    const file = join(folder, 'audit.sqlite');
    return {
      open: () => openSqliteAuditStore(file, key),
      tamper: async (statement) => {
        const database = new DatabaseSync(file);
        const triggers = database.prepare("select name from sqlite_master where type = 'trigger'").all();
        for (const { name } of triggers) database.exec(`drop trigger ${String(name)}`);
        database.exec(statement);
        database.close();
      },
      remove: async () => rmSync(folder, { recursive: true }),
    };
  });
});
