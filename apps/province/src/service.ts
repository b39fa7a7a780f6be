import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import type { Service } from '#service/service.js';
import { ProvinceModule } from './province.module.js';

/** Indicators, their series and live stream, reconciliation, dashboard; it reads `health-facts.v1`. */
export const province: Service = {
  name: 'province',
  module: ProvinceModule,
  topics: ({ pseudonymKey }) => [healthFacts({ pseudonyms: pseudonymsBy(pseudonymKey) })],
};
