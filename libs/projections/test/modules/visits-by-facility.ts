import type { RecordedEvent } from '#event-store/event-store.js';
import type { CreateProjection } from '../../src/view-host.js';
import type { Projection } from '../../src/projection.js';

export interface Settings {
  readonly name?: string;
  readonly version?: number;
  /** Milliseconds each event takes. */
  readonly busyMs?: number;
  readonly schemaSuffix?: string;
  /** File whose absence makes {@link refuse}d visits inapplicable. */
  readonly mendedBy?: string;
}

/** Counts visits by facility, and keeps the order in which they came. Visits marked `refuse` cannot be applied. */
export const createProjection: CreateProjection<Settings> = async (settings) => {
  const { existsSync } = await import('node:fs');
  const { name = 'visits-by-facility', version = 1, busyMs = 0, schemaSuffix = '', mendedBy } = settings;
  const apply: Projection['apply'] = async (events, view) => {
    for (const event of events) {
      spend(busyMs);
      const { facility = 'none' } = event.metadata;
      await view.execute(
        `insert into visits (facility, count) values (?, 1)
         on conflict (facility) do update set count = visits.count + 1`,
        [facility],
      );
      const [order] = await view.query<{ next: number }>('select count(*) as next from arrivals');
      await view.execute('insert into arrivals (sequence, position) values (?, ?)', [order?.next ?? 0, event.position]);
      if (isRefused(event) && !(mendedBy !== undefined && existsSync(mendedBy))) {
        throw new RangeError('Nguyễn Văn A cannot be applied');
      }
    }
  };
  return {
    name,
    version,
    filter: { types: ['VisitRecorded'] },
    schema: [
      `create table visits (facility text primary key, count integer not null)${schemaSuffix}`,
      'create table arrivals (sequence bigint primary key, position bigint not null unique)',
    ],
    apply,
  };
};

const isRefused = (event: RecordedEvent): boolean => (event.data as { refuse?: boolean }).refuse === true;

function spend(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
