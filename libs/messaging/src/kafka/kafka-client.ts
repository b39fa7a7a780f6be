import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';

export interface KafkaSettings {
  /** `host:port` of some brokers of the cluster; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Name under which the brokers see this process. */
  readonly clientId: string;
  readonly tls?: boolean;
  readonly credentials?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** The client's own account of what goes wrong, without messages' content: only what is listed here is logged. */
const loggedFields = ['broker', 'clientId', 'groupId', 'topic', 'partition', 'error', 'retryCount', 'retryTime'];

/**
 * A client of the cluster. One producer per process is enough: an idle connected one costs a timer per millisecond.
 * @param logger told of warnings and errors of the client
 */
export function kafkaClient(settings: KafkaSettings, logger: Logger): Kafka {
  return new Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    ...(settings.tls && { ssl: true }),
    ...(settings.credentials && { sasl: settings.credentials as SASLOptions }),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log }) => {
        const fields: Record<string, unknown> = {};
        for (const name of loggedFields) if (log[name] !== undefined) fields[name] = log[name];
        if (level === logLevel.ERROR) logger.error(fields, `kafka: ${log.message}`);
        else if (level === logLevel.WARN) logger.warn(fields, `kafka: ${log.message}`);
      },
  });
}
