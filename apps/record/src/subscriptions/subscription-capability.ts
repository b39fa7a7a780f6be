import type { CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { Caller } from '#security/caller.js';
import { mayUse } from '#security/smart-scopes.js';
import { operationsOn } from '../http/operations.js';
import { backport } from './backport.js';
import { subscriptionParameters } from './subscription-parameters.js';
import { subscriptionTopics } from './topics.js';

/** Subscriptions in the CapabilityStatement, with the topics there are; nothing for a caller whose token does not reach them. */
export function subscriptionCapability(caller: Caller): readonly CapabilityStatementRestResource[] {
  const interaction = (
    [
      ['c', 'create'],
      ['r', 'read'],
      ['u', 'update'],
      ['d', 'delete'],
      ['s', 'search-type'],
    ] as const
  ).flatMap(([right, code]) => (mayUse(caller, 'Subscription', right) ? [{ code }] : []));
  if (interaction.length === 0) return [];
  return [
    {
      extension: subscriptionTopics.map(({ url }) => ({ url: backport.topicCanonical, valueCanonical: url })),
      type: 'Subscription',
      supportedProfile: [backport.subscription],
      documentation: subscriptionTopics
        .map(({ url, title, filters }) => `${url}: ${title.vi} (${title.en}); filters: ${filters.join(', ')}.`)
        .join('\n'),
      interaction,
      versioning: 'versioned-update',
      updateCreate: false,
      searchParam: Object.entries(subscriptionParameters).map(([name, type]) => ({ name, type })),
      operation: [...operationsOn('Subscription', caller)],
    },
  ];
}
