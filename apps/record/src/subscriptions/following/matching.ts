/** Which changes a subscription is about. Pure. */
import type { Resource } from '@medplum/fhirtypes';
import { FhirFault } from '../../http/fhir-fault.js';
import type { ResourceChange } from '../reading/event-changes.js';
import { type SubscriptionFilter, subscriptionFilter } from '../subscription-filter.js';
import type { SubscriptionDefinition } from '../subscription-events.js';
import { type SubscriptionTopic, topicOf } from '../topics.js';

export interface Interest {
  readonly topic: SubscriptionTopic;
  readonly filter: SubscriptionFilter;
}

/** `undefined` for a topic or filter that this release does not know any more: its owner must ask anew. */
export function interestOf({ topic: url, filters }: SubscriptionDefinition): Interest | undefined {
  const topic = topicOf(url);
  try {
    return topic && { topic, filter: subscriptionFilter(topic, filters) };
  } catch (error) {
    if (error instanceof FhirFault) return undefined;
    throw error;
  }
}

/** What was about it before and no longer is belongs to it once more: its leaving is told. */
export function concerns({ topic, filter }: Interest, { type, change, resource, former }: ResourceChange): boolean {
  if (topic.type !== undefined && topic.type !== type) return false;
  if (filter.types && !filter.types.has(type)) return false;
  if (!topic.changes.includes(change)) return false;
  const fits = (one: Resource | undefined): boolean =>
    one !== undefined && filter.matchers.every((matcher) => matcher(one));
  return filter.matchers.length === 0 || fits(resource) || fits(former);
}
