import { existsSync } from 'node:fs';
import type { CreateProjection } from '#projections/view-host.js';
import { projectionOfTopic } from '../../../src/projection-of-topic.js';
import { countedVisits, listVisits } from '../counted-visits.js';

/** Visits as they are listed; number 5 cannot be until the file is there. */
export const createProjection: CreateProjection<{ readonly mendedBy: string }> = ({ mendedBy }) =>
  projectionOfTopic(countedVisits, {
    ...listVisits(() => (existsSync(mendedBy) ? undefined : 5)),
    name: 'listed-visits',
  });
