/** Which changes a subscription is about. Pure. */
import type { Resource } from '@medplum/fhirtypes';
import type { ResourceChange } from '../reading/event-changes.js';
import { type SubscriptionFilter, subscriptionFilter } from '../subscription-filter.js';
import type { SubscriptionDefinition } from '../subscription-events.js';
import { type SubscriptionTopic, topicOf } from '../topics.js';

export interface Interest {
  readonly topic: SubscriptionTopic;
  readonly filter: SubscriptionFilter;
}

/** `undefined` for a topic that is not told of any more. */
export function interestOf({ topic: url, filters }: SubscriptionDefinition): Interest | undefined {
  const topic = topicOf(url);
  return topic && { topic, filter: subscriptionFilter(topic, filters) };
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
