/** The record as a service on the embedded engines, in this process, with a log that tests append to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Type } from '@nestjs/common';
import { Client } from 'fhir-kit-client';
import type { EventStore } from '#event-store/event-store.js';
import { type Configuration, readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import type { ViewHost } from '#projections/view-host.js';
import type { AuditEntry } from '#security/audit/audit-entry.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { openServices } from '#service/open-services.js';
import { secretsOf } from '#service/secrets-of.js';
import { record } from '../../src/service.js';
import { Clock } from '../../src/subscriptions/clock.js';
import type { Identity } from '../fhir-server.js';
import { EventLog } from '../recorded-events.js';

export interface RecordService {
  readonly origin: string;
  readonly base: string;
  readonly events: EventStore;
  readonly views: ViewHost;
  /** A part of the service. */
  part<Part>(type: Type<Part>): Part;
  readonly logged: readonly string[];
  /** Appends what builders have made since the last time. */
  record(log: EventLog): Promise<void>;
  token(identity: Identity): Promise<string>;
  client(identity: Identity): Promise<Client>;
  /** Sets the clock that deliveries go by on. */
  passTime(ms: number): void;
  /** Newest first. */
  audited(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface RecordServiceOptions {
  /** Kept when the service closes, and used again when it is opened once more; otherwise a new one. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

export const openEndpoints = { SUBSCRIPTION_HTTP: 'on', SUBSCRIPTION_NETWORKS: '127.0.0.0/8' } as const;

export async function openRecordService({
  folder,
  settings = openEndpoints,
}: RecordServiceOptions = {}): Promise<RecordService> {
  const place = folder ?? mkdtempSync(join(tmpdir(), 'record-service-'));
  const configuration: Configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: join(place, 'data'),
    SECRETS_FILE: join(place, 'keys/keys.json'),
    ...settings,
  });
  const logged: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: (line) => void logged.push(line) });
  const secrets = secretsOf(configuration);
  const issuer = new TokenIssuer(secrets);
  const opened = new AsyncDisposableStack();
  const service = await openServices({ name: 'record', services: [record], configuration, secrets, logger }, opened);
  const { origin, events, views, application } = service;
  const base = `${origin}/fhir`;
  const reader = new AuditReader(application.get<AuditTrail>(AUDIT_TRAIL, { strict: false }).store.database);
  const token = (identity: Identity): Promise<string> => issuer.issue({ ...identity, hours: 1 });
  const recorded = new Set<string>();
  let passed = 0;
  application.get(Clock, { strict: false }).now = () => Date.now() + passed;
  return {
    origin,
    base,
    events,
    views,
    part: (type) => application.get(type, { strict: false }),
    logged,
    record: async (log) => {
      for (const event of log.events) {
        if (recorded.has(event.id)) continue;
        recorded.add(event.id);
        const { id, type, data, metadata } = event;
        await events.append(event.stream, 'any', [{ id, type, data, metadata }]);
      }
    },
    token,
    client: async (identity) => new Client({ baseUrl: base, bearerToken: await token(identity) }),
    passTime: (ms) => {
      passed += ms;
    },
    audited: async () => (await reader.page({}, 200)).found.map(({ entry }) => entry),
    close: async () => {
      await opened.disposeAsync();
      if (folder === undefined) rmSync(place, { recursive: true, force: true });
    },
  };
}

/** As soon as it holds; what is waited for is said where it never comes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
}
