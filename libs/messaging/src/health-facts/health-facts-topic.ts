import { defineTopic, type Topic } from '../topic.js';
import type { HealthFact } from './health-fact.js';
import { healthFactSchema } from './health-fact-schema.js';
import { type HealthFactContext, toHealthFact } from './to-health-fact.js';

/**
 * `health-facts.v1`: de-identified facts for the province, keyed by the commune of residence as written (a fact about a person
 * without one, by the facility; a fact about a person that names neither, by the pseudonym). A person who moves changes key:
 * readers go by `revision` and days, not by order across keys.
 */
export function healthFacts(context: HealthFactContext): Topic<HealthFact> {
  return defineTopic<HealthFact>({
    name: 'health-facts.v1',
    schema: healthFactSchema,
    reads: { categories: ['facility', 'resident', 'visit', 'screening', 'referral'] },
    content(event) {
      const data = toHealthFact(event, context);
      return data && { key: keyOf(data), data };
    },
  });
}

function keyOf(fact: HealthFact): string {
  switch (fact.kind) {
    case 'facility':
      return fact.facility;
    case 'resident-registered':
    case 'encounter':
      return fact.residence?.communeCode ?? fact.facility;
    case 'resident-moved':
    case 'resident-corrected':
      return fact.residence?.communeCode ?? fact.resident;
    case 'referral':
      return fact.issue?.residence?.communeCode ?? fact.issue?.from ?? fact.resident;
    case 'history':
    case 'residents-merged':
    case 'residents-unmerged':
    case 'encounter-retracted':
      return fact.resident;
    default:
      return fact satisfies never;
  }
}
