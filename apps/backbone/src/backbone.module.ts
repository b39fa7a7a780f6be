import { type DynamicModule, Module } from '@nestjs/common';
import { CommuneModule } from '#apps/commune/src/commune.module.js';
import { DistrictModule } from '#apps/district/src/district.module.js';
import { ProvinceModule } from '#apps/province/src/province.module.js';
import { RecordModule } from '#apps/record/src/record.module.js';
import { PlatformModule, type PlatformParts } from '#platform/platform.module.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import { SecurityModule } from '#security/security.module.js';

const services = [CommuneModule, RecordModule, DistrictModule, ProvinceModule];

/** All services in one process. */
@Module({})
export class BackboneModule {
  static compose(parts: PlatformParts, audit: AuditTrail): DynamicModule {
    return {
      module: BackboneModule,
      imports: [PlatformModule.forRoot(parts), SecurityModule.forRoot(audit), ...services],
    };
  }
}
