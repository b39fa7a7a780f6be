import type { RecordedEvent } from '#event-store/event-store.js';
import type { CreateProjection } from '../../src/view-host.js';
import type { Projection } from '../../src/projection.js';
import { DatabaseUnavailable } from '../../src/postgres/faults.js';

/** SQLITE_FULL */
const sqliteFull = 13;

export interface Settings {
  readonly name?: string;
  readonly version?: number;
  /** Milliseconds each event takes. */
  readonly busyMs?: number;
  readonly schemaSuffix?: string;
  /** File whose absence makes {@link refuse}d visits inapplicable. */
  readonly mendedBy?: string;
  readonly readableFrom?: number;
  readonly buildsApart?: true;
  /** What a visit counts; so that versions can be told apart. */
  readonly weight?: number;
  /** While the file is there, the storage fails at events up to the position. */
  readonly failsWhile?: { readonly file: string; readonly upTo: number };
}

/** Counts visits by facility, and keeps the order in which they came. Visits marked `refuse` cannot be applied. */
export const createProjection: CreateProjection<Settings> = async (settings) => {
  const { existsSync } = await import('node:fs');
  const { name = 'visits-by-facility', version = 1, busyMs = 0, schemaSuffix = '', mendedBy, weight = 1 } = settings;
  const { readableFrom, buildsApart, failsWhile } = settings;
  const apply: Projection['apply'] = async (events, view) => {
    for (const event of events) {
      spend(busyMs);
      if (failsWhile !== undefined && event.position <= failsWhile.upTo && existsSync(failsWhile.file)) {
        throw Object.assign(new DatabaseUnavailable('53100'), { errcode: sqliteFull });
      }
      const { facility = 'none' } = event.metadata;
      await view.execute(
        `insert into visits (facility, count) values (?, ?)
         on conflict (facility) do update set count = visits.count + excluded.count`,
        [facility, weight],
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
    ...(readableFrom !== undefined && { readableFrom }),
    ...(buildsApart && { buildsApart }),
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
