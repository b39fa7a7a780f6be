import type { CreateProjection } from '#projections/view-host.js';
import { RecordBatch } from './record-batch.js';
import { schema } from './schema.js';

/** The health record: documents as of their latest event, their search index, who touched them and whom they concern. */
export const createProjection: CreateProjection = () => ({
  name: 'health-record',
  version: 3,
  filter: { categories: ['resident', 'visit', 'screening', 'immunization', 'referral', 'facility', 'resource'] },
  schema,
  apply: (events, view) => new RecordBatch(view).apply(events),
});
