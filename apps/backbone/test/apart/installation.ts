import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGateway } from '#deploy/local/src/gateway/gateway.js';
import { serviceNames, type ServiceName } from '#deploy/local/src/gateway/public-paths.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client } from '../../src/verify/client.js';
import { type OwnServer, startServer } from '../../src/verify/own-server.js';
import type { EngineServers } from './engine-servers.js';

export interface InstallationOptions {
  /** Table for the replicas of commune. */
  readonly facilities: string;
  /** Of each service. */
  readonly replicas: number;
  /** Beside those of the engines. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The four services, each replica a process of its own, behind one origin, on engines that were empty. */
export interface Installation {
  readonly origin: string;
  readonly client: Client;
  /** Of tokens for other clients. */
  readonly issuer: TokenIssuer;
  /** Address of the log. */
  readonly eventStoreUrl: string;
  /** Asks each replica itself. */
  clients(): readonly Client[];
  /** What all processes have said on standard error, those that are gone too. */
  errors(): string;
  /** Ends a replica and starts another in its place, which the gateway knows once it serves. */
  replace(service: ServiceName, replica: number, signal: NodeJS.Signals): Promise<void>;
  /** Ends all replicas of a service. */
  stopAll(service: ServiceName): Promise<void>;
  /** Ends everything in order; the exit codes of the replicas. */
  stop(): Promise<readonly (number | null)[]>;
}

const programOf = (service: ServiceName): string =>
  fileURLToPath(new URL(`../../../${service}/src/main.js`, import.meta.url));

export async function startInstallation(
  servers: EngineServers,
  { facilities, replicas, settings = {} }: InstallationOptions,
): Promise<Installation> {
  const opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-apart-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const secretsFile = join(folder, 'keys.json');
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  const engines = await servers.empty();
  opened.defer(() => engines.clear());
  const gone: OwnServer[] = [];
  const running = new Map<ServiceName, (OwnServer | undefined)[]>();

  const replicasOf = (service: ServiceName): readonly OwnServer[] =>
    (running.get(service) ?? []).filter((server) => server !== undefined);
  // Asked who serves at each request: it can stand before they do, and the record is told of intake by it.
  const gateway = await startGateway({
    replicas: (service) => replicasOf(service).map(({ origin }) => origin),
    port: 0,
  });
  opened.defer(() => gateway.stop());
  const start = (service: ServiceName): Promise<OwnServer> =>
    startServer(
      {
        ...engines.settings,
        ...settings,
        SECRETS_FILE: secretsFile,
        OIDC_ISSUER: '',
        ...(service === 'record' && { INTAKE_URL: gateway.origin }),
      },
      service === 'commune' ? ['--facilities', facilities] : [],
      programOf(service),
    );
  const stopReplicas = (): Promise<readonly (number | null)[]> =>
    Promise.all(
      serviceNames.flatMap((service) => {
        const servers = replicasOf(service);
        running.set(service, []);
        gone.push(...servers);
        return servers.map((server) => server.stop());
      }),
    );
  opened.defer(async () => void (await stopReplicas()));

  try {
    await Promise.all(
      serviceNames.map(async (service) => {
        const started: OwnServer[] = [];
        running.set(service, started);
        await Promise.all(Array.from({ length: replicas }, async () => void started.push(await start(service))));
      }),
    );
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
  return {
    origin: gateway.origin,
    client: new Client(gateway.origin, issuer),
    issuer,
    eventStoreUrl: engines.settings['EVENTSTORE_URL'] ?? '',
    clients: () => serviceNames.flatMap(replicasOf).map(({ origin }) => new Client(origin, issuer)),
    errors: () => [...gone, ...serviceNames.flatMap(replicasOf)].map((server) => server.errors()).join(''),
    replace: async (service, replica, signal) => {
      const servers = running.get(service);
      const ending = servers?.[replica];
      if (!servers || !ending) throw new Error(`${service} has no replica ${replica}`);
      await ending.stop(signal);
      gone.push(ending);
      servers[replica] = undefined;
      servers[replica] = await start(service);
    },
    stopAll: async (service) => {
      const ending = replicasOf(service);
      running.set(service, []);
      gone.push(...ending);
      await Promise.all(ending.map((server) => server.stop()));
    },
    stop: async () => {
      const codes = await stopReplicas();
      await opened.disposeAsync();
      return codes;
    },
  };
}
