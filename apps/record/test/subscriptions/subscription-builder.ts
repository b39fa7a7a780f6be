import { backport } from '../../src/subscriptions/backport.js';
import type { TopicSubscription } from '../../src/subscriptions/subscription-resource.js';

export const topic = (name: string): string => `urn:lien-tuyen:subscription-topic:${name}`;

export function subscription(
  name: string,
  endpoint: string | undefined,
  more: {
    readonly filters?: readonly string[];
    readonly content?: string;
    readonly header?: string[];
    readonly maxCount?: number;
    readonly timeout?: number;
    readonly heartbeatPeriod?: number;
    readonly end?: string;
  } = {},
): TopicSubscription {
  const { filters = [], content = 'id-only', header, maxCount, timeout, heartbeatPeriod, end } = more;
  const extension = [
    ...(maxCount === undefined ? [] : [{ url: backport.maxCount, valuePositiveInt: maxCount }]),
    ...(timeout === undefined ? [] : [{ url: backport.timeout, valueUnsignedInt: timeout }]),
    ...(heartbeatPeriod === undefined ? [] : [{ url: backport.heartbeatPeriod, valueUnsignedInt: heartbeatPeriod }]),
  ];
  return {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Thử nghiệm (test)',
    ...(end !== undefined && { end }),
    criteria: topic(name),
    ...(filters.length > 0 && {
      _criteria: { extension: filters.map((valueString) => ({ url: backport.filterCriteria, valueString })) },
    }),
    channel: {
      ...(extension.length > 0 && { extension }),
      type: 'rest-hook',
      ...(endpoint !== undefined && { endpoint }),
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: backport.payloadContent, valueCode: content }] },
      ...(header && { header }),
    },
  };
}
