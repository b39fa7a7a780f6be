import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import { projectionOfTopic } from '#messaging/projection-of-topic.js';
import { loadPlaceRegister } from '#platform/place-register-file.js';
import type { Projection } from '#projections/projection.js';
import { provinceFigures } from './province-figures.handler.js';

export interface ProvinceFiguresSettings {
  /** Key of the pseudonyms, hexadecimal, at least 32 bytes. */
  readonly pseudonymKey: string;
}

export function createProjection({ pseudonymKey }: ProvinceFiguresSettings): Projection {
  const pseudonyms = pseudonymsBy(Buffer.from(pseudonymKey, 'hex'));
  return projectionOfTopic(healthFacts({ pseudonyms }), provinceFigures(loadPlaceRegister()));
}
