import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what was fetched stays from one time to the next. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lien-tuyen');
}
