import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import type { DomainEvent } from '#domain/domain-events.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { readConfiguration } from '#platform/configuration.js';
import { createHttpApplication } from '#platform/http/http-application.js';
import { createLogger } from '#platform/logging.js';
import { PlatformModule } from '#platform/platform.module.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import type { ViewHost } from '#projections/view-host.js';
import { SecurityModule } from '#security/security.module.js';
import type { CallerKind } from '#security/caller.js';
import { openSecrets, type Secrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { ProvinceModule } from '../../src/province.module.js';
import { facilities, register } from './province.js';
import { streamOf } from './streams.js';
import { memoryAudit } from '../../../../libs/security/test/memory-audit.js';

@Module({})
class TestApplication {}

/** The province's service with its real guard, event store and view host, listening on a free port. */
export class Service {
  readonly folder: string;
  readonly log: EventStore;
  readonly views: ViewHost;
  readonly #register = new FacilityRegister();
  readonly #stopping = new AbortController();
  readonly #secrets: Secrets;
  #application: NestFastifyApplication | undefined;
  #token = '';
  origin = '';

  private constructor(parts: Pick<Service, 'folder' | 'log' | 'views'>) {
    this.folder = parts.folder;
    this.log = parts.log;
    this.views = parts.views;
    this.#secrets = openSecrets(join(parts.folder, 'secrets.json'));
  }

  static async start(): Promise<Service> {
    const folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-province-'));
    const eventStoreFile = join(folder, 'events.sqlite');
    const log = await openEmbeddedEventStore({ file: eventStoreFile });
    const views = await createEmbeddedViewHost({ eventStoreFile, folder: join(folder, 'views') });
    const service = new Service({ folder, log, views });
    const configuration = readConfiguration(
      { LOG_LEVEL: 'silent', SECRETS_FILE: join(tmpdir(), 'never-written.json') },
      '',
      tmpdir(),
    );
    const logger = createLogger(configuration);
    const metrics = new Registry();
    const platform = PlatformModule.forRoot({
      configuration,
      secrets: service.#secrets,
      logger,
      metrics,
      events: log,
      views,
      facilities: service.#register,
      places: register,
      stopping: service.#stopping.signal,
    });
    const module = {
      module: TestApplication,
      imports: [platform, SecurityModule.forRoot(memoryAudit().trail), ProvinceModule],
    };
    const application = await createHttpApplication(module, { configuration, logger, metrics });
    service.#application = application;
    service.#token = await service.token('province');
    await application.listen(0, '127.0.0.1');
    service.origin = await application.getUrl();
    await service.tell(facilities);
    return service;
  }

  /** Appends, and waits until the figures have it. */
  async tell(events: readonly DomainEvent[]): Promise<void> {
    for (const event of events) await this.append(event);
    const head = await this.log.head();
    while ((await this.views.statuses()).some(({ position }) => position < head)) await setTimeout(5);
  }

  async append(event: DomainEvent): Promise<void> {
    if (event.type === 'FacilityRegistered') this.#register.apply(event);
    const { category, key } = streamOf(event);
    const occurredAt = new Date().toISOString();
    await this.log.append(streamName(category, key), 'any', [
      { id: randomUUID(), type: event.type, data: event.data, metadata: { occurredAt } },
    ]);
  }

  token(kind: CallerKind): Promise<string> {
    return new TokenIssuer(this.#secrets).issue({ kind, hours: 1 });
  }

  get sessionToken(): string {
    return this.#token;
  }

  async get(path: string, token = this.#token): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${this.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.json() };
  }

  /** The events of the live stream as they come. */
  async *live(
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<StreamEvent> {
    const response = await fetch(`${this.origin}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, ...headers },
      signal,
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
        const event = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(text.slice(0, end));
        if (event) yield { event: event[1] ?? '', id: event[2] ?? '', data: JSON.parse(event[3] ?? 'null') as unknown };
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#application?.close();
    await this.views.close();
    await this.log.close();
    await rm(this.folder, { recursive: true });
  }
}

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}
