import { EventStoreUnavailable } from '#event-store/errors.js';
import { DatabaseUnavailable } from '#projections/postgres/faults.js';
import { Problem } from './problem.js';

/** The answer when a server behind us does not do its work: nothing is wrong with the request, which may be sent again. */
export function engineAway(error: unknown): Problem | undefined {
  if (!(error instanceof EventStoreUnavailable || error instanceof DatabaseUnavailable)) return undefined;
  const title = { vi: 'Tạm thời không phục vụ', en: 'Not available at the moment' };
  return new Problem(503, 'unavailable', title, { headers: { 'Retry-After': '5' } });
}
