import { Controller, Get, Header } from '@nestjs/common';
import { Public } from './access.js';
import { type SmartConfiguration, SmartConfigurations } from './smart-configurations.js';

@Controller('.well-known')
@Public()
export class SmartConfigurationController {
  constructor(private readonly configurations: SmartConfigurations) {}

  @Get('smart-configuration')
  @Header('cache-control', 'public, max-age=300')
  describe(): Promise<SmartConfiguration> {
    return this.configurations.describe();
  }
}
