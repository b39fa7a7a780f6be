/** The service of the record over a file that was built before, as a process of its own. Writes `{ origin, token }`, then serves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { RecordModule } from '#apps/record/src/record.module.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import type { EventStore } from '#event-store/event-store.js';
import { readConfiguration } from '#platform/configuration.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { createLogger } from '#platform/logging.js';
import { PlatformModule } from '#platform/platform.module.js';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import type { View, ViewHost } from '#projections/view-host.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import { openSecrets } from '#security/secrets.js';
import { SecurityModule } from '#security/security.module.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { IntakeModule } from '#service/intake/intake.module.js';

@Module({})
class RecordAlone {}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('The file of the view is not named');
const folder = mkdtempSync(join(tmpdir(), 'record-server-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit());

const configuration = readConfiguration({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'keys.json') });
const secrets = openSecrets(configuration.secretsFile);
const logger = createLogger({ logLevel: 'info' }, { write: () => undefined });
const metrics = new Registry();
const audit = new AuditTrail(await openSqliteAuditStore(join(folder, 'audit.sqlite'), sealKeyOf(secrets.sealingKey)));

const notHere = (): never => {
  throw new Error('There is the file of the view alone');
};
const view: View = {
  database: new SqliteReadDatabase(file),
  file: () => file,
  status: notHere,
  onAdvanced: () => () => undefined,
  waitFor: async () => true,
  setAside: async () => [],
  retrySetAside: notHere,
  rebuild: notHere,
  cancelRebuild: notHere,
};
const views: ViewHost = {
  add: async () => view,
  find: () => view,
  statuses: async () => [],
  whileAlone: async () => false,
  close: async () => undefined,
};
const events: EventStore = {
  readStream: async () => [],
  append: notHere,
  readAll: notHere,
  subscribe: notHere,
  head: notHere,
  close: async () => undefined,
};
const parts = {
  configuration,
  secrets,
  logger,
  metrics,
  events,
  views,
  facilities: new FacilityRegister(),
  places: new PlaceRegister([]),
  stopping: new AbortController().signal,
};
const application = await createHttpApplication(
  {
    module: RecordAlone,
    imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(audit), IntakeModule.at(undefined), RecordModule],
  },
  { configuration, logger, metrics },
);
await application.listen(0, '127.0.0.1');
const token = await new TokenIssuer(secrets).issue({ kind: 'clinician', hours: 8 });
process.stdout.write(`${JSON.stringify({ origin: await application.getUrl(), token })}\n`);
