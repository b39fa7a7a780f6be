import { type DynamicModule, Module } from '@nestjs/common';
import { PlatformModule, type PlatformParts } from '#platform/platform.module.js';
import { SecurityModule } from '#security/security.module.js';
import type { Service } from './service.js';

/** The services of one process, with what every process has. */
@Module({})
export class ServiceModule {
  static compose(parts: PlatformParts, services: readonly Pick<Service, 'module'>[]): DynamicModule {
    const modules = services.map(({ module }) => module);
    return { module: ServiceModule, imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(), ...modules] };
  }
}
