import { Module } from '@nestjs/common';
import type { Service } from '#service/service.js';
import { fhirProblems } from './http/fhir-problems.js';
import { RecordModule } from './record.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';

@Module({ imports: [SubscriptionsModule, RecordModule] })
class RecordServiceModule {}

/** FHIR R4 over the health record. */
export const record: Service = {
  name: 'record',
  module: RecordServiceModule,
  problems: fhirProblems,
  topics: () => [],
};
