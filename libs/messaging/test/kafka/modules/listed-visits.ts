import { existsSync } from 'node:fs';
import type { CreateProjection } from '#projections/view-host.js';
import { projectionOfTopic } from '../../../src/projection-of-topic.js';
import { countedVisits, listVisits } from '../counted-visits.js';

export interface ListedVisitsSettings {
  readonly topic: string;
  /** Name of the view: on a broker that several use, of its readers too. */
  readonly view: string;
  readonly mendedBy: string;
}

/** Visits as they are listed; number 5 cannot be until the file is there. */
export const createProjection: CreateProjection<ListedVisitsSettings> = ({ topic, view, mendedBy }) =>
  projectionOfTopic(countedVisits(topic), {
    ...listVisits(() => (existsSync(mendedBy) ? undefined : 5)),
    name: view,
  });
