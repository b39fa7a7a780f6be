import type { Service } from '#service/service.js';
import { RecordModule } from './record.module.js';

/** FHIR R4 over the health record. */
export const record: Service = { name: 'record', module: RecordModule, topics: () => [] };
