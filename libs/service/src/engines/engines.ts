import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import type { Topic } from '#messaging/topic.js';
import type { Configuration } from '#platform/configuration.js';
import type { ViewHost } from '#projections/view-host.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import type { Secrets } from '#security/secrets.js';
import { openDistributedEngines } from './distributed-engines.js';
import { openEmbeddedEngines } from './embedded-engines.js';

/** What the services of a process work on. */
export interface Engines {
  /** The log. */
  readonly events: EventStore;
  /** The views of that log. */
  readonly views: ViewHost;
  /** Who read what. */
  readonly audit: AuditTrail;
}

export interface EnginesOptions {
  /** Of the process, as brokers see it. */
  readonly name: string;
  /** Bind the data: it is refused with others. */
  readonly secrets: Secrets;
  /** To be kept filled from the log, where it is not read straight from there. */
  readonly topics: readonly Topic<unknown>[];
  readonly logger: Logger;
  readonly metrics: Registry;
}

/**
 * Opens the engines that the configuration chooses. What is opened is put on the stack, to be closed in the opposite order.
 * @throws SetupError when they cannot be opened or reached, or hold the data of other keys
 */
export function openEngines(
  configuration: Configuration,
  options: EnginesOptions,
  opened: AsyncDisposableStack,
): Promise<Engines> {
  return configuration.engines === 'distributed'
    ? openDistributedEngines(configuration, options, opened)
    : openEmbeddedEngines(configuration, options, opened);
}
