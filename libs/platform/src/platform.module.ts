import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { EventStore } from '#event-store/event-store.js';
import type { ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import type { Configuration } from './configuration.js';
import {
  CONFIGURATION,
  EVENT_STORE,
  FACILITY_REGISTER,
  LOGGER,
  METRICS,
  PLACE_REGISTER,
  SECRETS,
  STOPPING,
  VIEW_HOST,
} from './injection.js';
import { DOCS_FILES, DocsController } from './docs/docs.controller.js';
import { PageFiles } from './http/page-files.js';
import { OperationsController } from './operations/operations.controller.js';
import { Readiness } from './operations/readiness.js';
import { ViewsController } from './operations/views.controller.js';

/** What an application is composed of; made by it before its modules, closed by it after them. */
export interface PlatformParts {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly events: EventStore;
  readonly views: ViewHost;
  readonly facilities: FacilityRegister;
  readonly places: PlaceRegister;
  readonly stopping: AbortSignal;
}

/** Provides the parts under the tokens of `injection.ts` to every module, and the operators' routes. */
@Module({})
export class PlatformModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const provided = [
      { provide: CONFIGURATION, useValue: parts.configuration },
      { provide: SECRETS, useValue: parts.secrets },
      { provide: LOGGER, useValue: parts.logger },
      { provide: METRICS, useValue: parts.metrics },
      { provide: EVENT_STORE, useValue: parts.events },
      { provide: VIEW_HOST, useValue: parts.views },
      { provide: FACILITY_REGISTER, useValue: parts.facilities },
      { provide: PLACE_REGISTER, useValue: parts.places },
      { provide: STOPPING, useValue: parts.stopping },
    ];
    return {
      module: PlatformModule,
      global: true,
      controllers: [OperationsController, ViewsController, DocsController],
      providers: [
        ...provided,
        { provide: DOCS_FILES, useFactory: () => PageFiles.read(new URL('../public/', import.meta.url)) },
        Readiness,
      ],
      exports: provided.map(({ provide }) => provide),
    };
  }
}
