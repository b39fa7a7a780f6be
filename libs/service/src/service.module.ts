import { type DynamicModule, Module } from '@nestjs/common';
import { PlatformModule, type PlatformParts } from '#platform/platform.module.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { SecurityModule } from '#security/security.module.js';
import { IntakeModule } from './intake/intake.module.js';
import type { Service } from './service.js';

/** The services of one process, with what every process has. */
@Module({})
export class ServiceModule {
  static compose(
    parts: PlatformParts,
    audit: AuditTrail,
    services: readonly Pick<Service, 'module' | 'takesMessages'>[],
  ): DynamicModule {
    const modules = services.map(({ module }) => module);
    const intake = services.some(({ takesMessages }) => takesMessages) ? 'here' : parts.configuration.intakeUrl;
    return {
      module: ServiceModule,
      imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(audit), IntakeModule.at(intake), ...modules],
    };
  }
}
