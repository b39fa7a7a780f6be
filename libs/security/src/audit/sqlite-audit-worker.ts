/** The thread that owns the file of the audit trail: one transaction, one fsync for each batch. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { TableColumns } from '#projections/projection.js';
import { auditTables, beforeFirst, entryTable, residentTable, type Seal, sealedRows, sealTable } from './audit-rows.js';

/** `null`: close. */
export type AuditWrite = readonly string[] | null;
export type AuditWritten = { readonly error?: string };

if (!parentPort) throw new Error('Runs as a worker thread only');
const port: MessagePort = parentPort;
const { file, key } = workerData as { readonly file: string; readonly key: Uint8Array };
const database = new DatabaseSync(file);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 5000;
  pragma wal_autocheckpoint = 4000;
  pragma journal_size_limit = 67108864;
`);
database.exec('begin immediate');
for (const statement of auditTables) database.exec(statement);
for (const { name } of [entryTable, residentTable, sealTable]) {
  for (const change of ['update', 'delete'])
    database.exec(
      `create trigger if not exists ${name}_no_${change} before ${change} on ${name} begin select raise(abort, 'append only'); end`,
    );
}
database.exec('commit');

const insert = ({ name, columns }: TableColumns) =>
  database.prepare(`insert into ${name} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
const [insertEntry, insertResident, insertSeal] = [insert(entryTable), insert(residentTable), insert(sealTable)];
const lastSeal = database.prepare('select last, digest from audit_seal order by last desc limit 1');

function append(bodies: readonly string[]): void {
  database.exec('begin immediate');
  try {
    const previous = (lastSeal.get() as unknown as Seal | undefined) ?? beforeFirst;
    const { entries, residents, seal } = sealedRows(bodies, previous, key);
    for (const row of entries) insertEntry.run(...row);
    for (const row of residents) insertResident.run(...row);
    insertSeal.run(seal.last, seal.digest);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

port.on('message', (bodies: AuditWrite) => {
  if (bodies === null) {
    database.close();
    port.close();
    return;
  }
  try {
    append(bodies);
    port.postMessage({} satisfies AuditWritten);
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies AuditWritten);
  }
});
port.postMessage({} satisfies AuditWritten);
