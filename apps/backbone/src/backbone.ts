import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { finishRequests } from '#platform/http/finish-requests.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { observeViews } from '#platform/operations/view-metrics.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import type { ViewHost } from '#projections/view-host.js';
import { bindDataFolder } from '#security/data-binding.js';
import { refuseAnonymousBodies } from '#security/http/anonymous-bodies.js';
import { openSecrets } from '#security/secrets.js';
import { tokenVerifier } from '#security/security.module.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { BackboneModule } from './backbone.module.js';
import { openAuditTrail, openEventStore, openViewHost } from './engines.js';
import { describeFacilities } from './facilities/describe-facilities.js';
import { readFacilityTable } from './facilities/facility-table.js';
import { followFacilities } from './facilities/follow-facilities.js';
import { listen } from './listen.js';

/** Requests under way have this long to finish when the process is asked to stop. */
const patienceMs = 5_000;

export interface Backbone {
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
  readonly application: NestFastifyApplication;
  readonly events: EventStore;
  readonly views: ViewHost;
  readonly facilities: FacilityRegister;
  readonly issuer: TokenIssuer;
}

/**
 * Opens the engines, composes the services and listens. What is opened is put on the stack, to be closed in the opposite order.
 * @param tables files of {@link readFacilityTable}: `given` is followed whenever there is one, `shipped` only as long as the log knows no facility
 * @throws SetupError
 */
export async function openBackbone(
  configuration: Configuration,
  tables: { readonly given?: string; readonly shipped: string },
  logger: Logger,
  opened: AsyncDisposableStack,
  beforeFirstEvent: (events: EventStore) => Promise<void>,
): Promise<Backbone> {
  const given = tables.given === undefined ? undefined : readFacilityTable(tables.given);
  const secrets = openSecrets(configuration.secretsFile);
  bindDataFolder(configuration.dataDir, secrets);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });

  const events = await openEventStore(configuration);
  opened.defer(() => events.close());
  await beforeFirstEvent(events);
  const facilities = await followFacilities(events);
  opened.defer(() => facilities.stop());
  const table = given ?? (facilities.register.all().length === 0 ? readFacilityTable(tables.shipped) : []);
  await facilities.waitFor(await describeFacilities(events, table), 10_000);
  const views = await openViewHost(configuration, logger);
  opened.defer(() => views.close());
  observeViews(metrics, events, views);

  const stopping = new AbortController();
  const verifier = tokenVerifier(configuration, secrets);
  const audit = await openAuditTrail(configuration, secrets, logger);
  opened.defer(() => audit.close());
  const parts = {
    configuration,
    secrets,
    logger,
    metrics,
    events,
    views,
    facilities: facilities.register,
    places: loadPlaceRegister(),
    stopping: stopping.signal,
  };
  const module = BackboneModule.compose(parts, audit);
  const application = await createHttpApplication(module, {
    configuration,
    logger,
    metrics,
    prepare: (server) => refuseAnonymousBodies(server, verifier),
  });
  opened.defer(() => application.close());
  const origin = await listen(application, configuration);
  opened.defer(async () => {
    stopping.abort();
    await finishRequests(application.getHttpAdapter().getInstance(), patienceMs);
  });
  return { origin, application, events, views, facilities: facilities.register, issuer: new TokenIssuer(secrets) };
}

/** Waits until every view has applied what is in the log now; false when the time is over first. */
export async function viewsCaughtUp(
  { events, views }: Pick<Backbone, 'events' | 'views'>,
  withinMs: number,
): Promise<boolean> {
  const head = await events.head();
  for (const end = Date.now() + withinMs; ; await sleep(20)) {
    const statuses = await views.statuses();
    if (statuses.every(({ position }) => position >= head)) return true;
    if (Date.now() > end) return false;
  }
}
