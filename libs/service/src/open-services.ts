import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { finishRequests } from '#platform/http/finish-requests.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { observeEventStore } from '#platform/operations/event-store-metrics.js';
import { observeViews } from '#platform/operations/view-metrics.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import type { ViewHost } from '#projections/view-host.js';
import { refuseAnonymousBodies } from '#security/http/anonymous-bodies.js';
import type { Secrets } from '#security/secrets.js';
import { tokenVerifier } from '#security/security.module.js';
import { openEngines } from './engines/engines.js';
import { describeFacilities } from './facilities/describe-facilities.js';
import { readFacilityTable } from './facilities/facility-table.js';
import { followFacilities } from './facilities/follow-facilities.js';
import { listen } from './listen.js';
import type { Service } from './service.js';
import { ServiceModule } from './service.module.js';

/** Requests under way have this long to finish when the process is asked to stop. */
const patienceMs = 5_000;

export interface ServicesOptions {
  /** Of the process. */
  readonly name: string;
  readonly services: readonly Service[];
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /**
   * Files of {@link readFacilityTable}: `given` is followed whenever there is one, `shipped` only as long as the log knows no
   * facility.
   */
  readonly tables?: { readonly given?: string; readonly shipped?: string };
  /** Runs when the log is open and nothing has been appended by this process. */
  readonly beforeFirstEvent?: (events: EventStore) => Promise<void>;
}

/** Services that serve requests. */
export interface OpenServices {
  /** `http://127.0.0.1:3000` */
  readonly origin: string;
  readonly application: NestFastifyApplication;
  readonly events: EventStore;
  readonly views: ViewHost;
  readonly facilities: FacilityRegister;
}

/**
 * Opens the engines, composes the services and listens. What is opened is put on the stack, to be closed in the opposite order.
 * @throws SetupError
 */
export async function openServices(options: ServicesOptions, opened: AsyncDisposableStack): Promise<OpenServices> {
  const { name, services, configuration, secrets, logger, tables = {}, beforeFirstEvent } = options;
  const given = tables.given === undefined ? undefined : readFacilityTable(tables.given);
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });

  const topics = services.flatMap((service) => service.topics(secrets));
  const engines = await openEngines(configuration, { name, secrets, topics, logger, metrics }, opened);
  const { views, audit } = engines;
  const events = observeEventStore(metrics, engines.events);
  await beforeFirstEvent?.(events);
  const facilities = await followFacilities(events);
  opened.defer(() => facilities.stop());
  const shipped = facilities.register.all().length === 0 ? tables.shipped : undefined;
  const table = given ?? (shipped === undefined ? [] : readFacilityTable(shipped));
  await facilities.waitFor(await describeFacilities(events, table), 10_000);
  observeViews(metrics, events, views);

  const stopping = new AbortController();
  const verifier = tokenVerifier(configuration, secrets);
  const module = ServiceModule.compose(
    {
      configuration,
      secrets,
      logger,
      metrics,
      events,
      views,
      facilities: facilities.register,
      places: loadPlaceRegister(),
      stopping: stopping.signal,
    },
    audit,
    services,
  );
  const application = await createHttpApplication(module, {
    configuration,
    logger,
    metrics,
    problemWriters: services.flatMap(({ problems }) => problems ?? []),
    prepare: (server) => refuseAnonymousBodies(server, verifier),
  });
  opened.defer(() => application.close());
  const origin = await listen(application, configuration);
  opened.defer(async () => {
    stopping.abort();
    await finishRequests(application.getHttpAdapter().getInstance(), patienceMs);
  });
  return { origin, application, events, views, facilities: facilities.register };
}
