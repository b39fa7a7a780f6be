/** A really listening server of the record, with the real guard and tokens, over events applied in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Client } from 'fhir-kit-client';
import { Registry } from 'prom-client';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityEvent } from '#domain/facilities/facility-events.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import type { EventStore, NewEvent, RecordedEvent } from '#event-store/event-store.js';
import { readConfiguration } from '#platform/configuration.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { createLogger } from '#platform/logging.js';
import { PlatformModule } from '#platform/platform.module.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openSqliteAuditStore } from '#security/audit/sqlite-audit-store.js';
import type { CallerKind } from '#security/caller.js';
import { openSecrets } from '#security/secrets.js';
import { SecurityModule } from '#security/security.module.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { IntakeModule } from '#service/intake/intake.module.js';
import { fhirProblems } from '../src/http/fhir-problems.js';
import { RecordModule } from '../src/record.module.js';
import { viewOfEvents } from './view-of-events.js';

@Module({})
class TestApplication {}

const notUsed = (): never => {
  throw new Error('the record asks the event store for streams alone');
};

/** Of the log, what the record asks of it. */
const storeOf = (log: readonly RecordedEvent[], appended: NewEvent[]): EventStore => ({
  append: async (_stream, _expected, events) => {
    appended.push(...events);
    return { revision: events.length - 1, position: appended.length } as Awaited<ReturnType<EventStore['append']>>;
  },
  readStream: async (stream) => log.filter((event) => event.stream === stream),
  readAll: notUsed,
  subscribe: notUsed,
  head: notUsed,
  close: async () => undefined,
});

export interface Identity {
  readonly kind: CallerKind;
  readonly facility?: FacilityCode;
  readonly resident?: ResidentId;
  readonly scope?: string;
}

export interface FhirServer {
  readonly base: string;
  readonly log: readonly string[];
  readonly audit: AuditTrail;
  readonly metrics: Registry;
  /** What the service itself has appended to the log. */
  readonly appended: readonly NewEvent[];
  apply(events: readonly RecordedEvent[]): Promise<void>;
  /** Events of streams that the view is not made of. */
  keep(events: readonly RecordedEvent[]): void;
  token(identity: Identity): Promise<string>;
  client(identity: Identity): Promise<Client>;
  close(): Promise<void>;
}

/** @param settings of the service, `INTAKE_URL` … */
export async function startFhirServer(
  events: readonly RecordedEvent[],
  settings: Readonly<Record<string, string>> = {},
): Promise<FhirServer> {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  const configuration = readConfiguration({
    DATA_DIR: join(folder, 'data'),
    SECRETS_FILE: join(folder, 'keys/keys.json'),
    ...settings,
  });
  const secrets = openSecrets(configuration.secretsFile);
  const issuer = new TokenIssuer(secrets);
  const log: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: (line) => void log.push(line) });
  const metrics = new Registry();
  const audit = new AuditTrail(await openSqliteAuditStore(join(folder, 'audit.sqlite'), sealKeyOf(secrets.sealingKey)));
  const view = await viewOfEvents();
  const facilities = new FacilityRegister();
  const applied: RecordedEvent[] = [];
  const appended: NewEvent[] = [];
  const apply = async (more: readonly RecordedEvent[]): Promise<void> => {
    applied.push(...more);
    for (const event of more)
      if (event.stream.startsWith('facility-')) facilities.apply(event as FacilityEvent & RecordedEvent);
    await view.apply(more);
  };
  await apply(events);
  const parts = {
    configuration,
    secrets,
    logger,
    metrics,
    events: storeOf(applied, appended),
    views: view.host,
    facilities,
    places: new PlaceRegister([]),
    stopping: new AbortController().signal,
  };
  const application = await createHttpApplication(
    {
      module: TestApplication,
      imports: [
        PlatformModule.forRoot(parts),
        SecurityModule.forRoot(audit),
        IntakeModule.at(configuration.intakeUrl),
        RecordModule,
      ],
    },
    { configuration, logger, metrics, problemWriters: [fhirProblems] },
  );
  await application.listen(0, '127.0.0.1');
  const base = `${await application.getUrl()}/fhir`;
  const token = (identity: Identity): Promise<string> => issuer.issue({ ...identity, hours: 1 });
  return {
    base,
    log,
    audit,
    metrics,
    appended,
    apply,
    keep: (events) => void applied.push(...events),
    token,
    client: async (identity) => new Client({ baseUrl: base, bearerToken: await token(identity) }),
    close: async () => {
      await application.close();
      await audit.close();
      await view.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
