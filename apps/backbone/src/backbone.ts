import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { commune } from '#apps/commune/src/service.js';
import { district } from '#apps/district/src/service.js';
import { province } from '#apps/province/src/service.js';
import { record } from '#apps/record/src/service.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Configuration } from '#platform/configuration.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { openServices, type OpenServices, type ServicesOptions } from '#service/open-services.js';
import { secretsOf } from '#service/secrets-of.js';
import { refuseHalfRestored } from './backup/half-restored.js';

export interface Backbone extends OpenServices {
  readonly issuer: TokenIssuer;
}

/**
 * Opens all services in this process. What is opened is put on the stack, to be closed in the opposite order.
 * @throws SetupError
 */
export async function openBackbone(
  configuration: Configuration,
  tables: NonNullable<ServicesOptions['tables']>,
  logger: Logger,
  opened: AsyncDisposableStack,
  beforeFirstEvent?: (events: EventStore) => Promise<void>,
): Promise<Backbone> {
  const secrets = secretsOf(configuration);
  if (configuration.engines === 'embedded') refuseHalfRestored(configuration.dataDir);
  const services = [commune, record, district, province];
  const options = { name: 'backbone', services, configuration, secrets, logger, tables };
  const open = await openServices({ ...options, ...(beforeFirstEvent && { beforeFirstEvent }) }, opened);
  return { ...open, issuer: new TokenIssuer(secrets) };
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
