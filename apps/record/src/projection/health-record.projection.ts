import type { CreateProjection } from '#projections/view-host.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { type MergeEvent, RecordMerges } from './record-merges.js';
import { RecordBatch } from './record-batch.js';
import { appliesBy, schema } from './schema.js';

/** The health record: documents as of their latest event, their search index, who touched them and whom they concern. */
export const createProjection: CreateProjection = () => ({
  name: 'health-record',
  version: 10,
  buildsApart: true,
  filter: { categories: ['resident', 'visit', 'screening', 'immunization', 'referral', 'facility', 'resource'] },
  schema,
  appliesBy,
  async apply(events, view) {
    // Merges move what others have written: they stand between batches. They are rare.
    let begun = 0;
    for (const [index, event] of events.entries()) {
      if (event.type !== 'ResidentsMerged' && event.type !== 'ResidentsUnmerged') continue;
      await new RecordBatch(view).apply(events.slice(begun, index + 1));
      await new RecordMerges(view).take(event as RecordedEvent & MergeEvent);
      begun = index + 1;
    }
    if (begun < events.length) await new RecordBatch(view).apply(events.slice(begun));
  },
});
