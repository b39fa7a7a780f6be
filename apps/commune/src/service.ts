import type { Service } from '#service/service.js';
import { CommuneModule } from './commune.module.js';

/** Intake of station messages, receipts, records to compare. */
export const commune: Service = { name: 'commune', module: CommuneModule, takesMessages: true, topics: () => [] };
