import type { CreateProjection } from '../../src/view-host.js';

/** A megabyte for every visit, and an index that only readers need. */
export const createProjection: CreateProjection = () => ({
  name: 'large-rows',
  version: 1,
  filter: { types: ['VisitRecorded'] },
  schema: [
    'create table page (position bigint primary key, facility text not null, filler text not null)',
    'create index page_by_facility on page (facility)',
  ],
  appliesBy: [],
  async apply(events, view) {
    for (const { position, metadata } of events)
      await view.execute('insert into page (position, facility, filler) values (?, ?, ?)', [
        position,
        metadata.facility ?? '',
        'x'.repeat(1024 * 1024),
      ]);
  },
});
