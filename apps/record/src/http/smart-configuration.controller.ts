import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '#security/http/access.js';
import { type SmartConfiguration, SmartConfigurations } from '#security/http/smart-configurations.js';

/** Where SMART clients look for it: below the address of the FHIR service. */
@Controller('fhir/.well-known')
@Public()
export class FhirSmartConfigurationController {
  constructor(private readonly configurations: SmartConfigurations) {}

  @Get('smart-configuration')
  @Header('cache-control', 'public, max-age=300')
  describe(): Promise<SmartConfiguration> {
    return this.configurations.describe();
  }
}
