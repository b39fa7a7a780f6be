/** A subscription as a FHIR resource (backport-subscription), read and written. Pure. */
import type { Extension, Subscription, SubscriptionChannel } from '@medplum/fhirtypes';
import type { SentResource } from '#fhir/reading/json.js';
import { parseDateTime } from '#domain/dates.js';
import { faultsOf } from '#fhir/validation.js';
import { FhirFault } from '../http/fhir-fault.js';
import { backport } from './backport.js';
import { nameAndValue } from './delivery/post-notification.js';
import type { Channel } from './sealed-channel.js';
import { type ContentLevel, contentLevels, type SubscriptionDefinition } from './subscription-events.js';
import { subscriptionFilter } from './subscription-filter.js';
import type { SubscriptionState } from './subscription-state.js';
import { subscriptionTopics, topicOf } from './topics.js';

interface Extended {
  readonly extension?: Extension[];
}

/** With what the types leave out: extensions of primitives. */
export type TopicSubscription = Subscription & {
  readonly _criteria?: Extended;
  readonly channel: SubscriptionChannel & { readonly _payload?: Extended };
};

/** What is asked: to be told of something, or nothing any more. */
export interface AskedSubscription {
  readonly definition: SubscriptionDefinition;
  readonly channel: Channel;
  readonly off: boolean;
}

const jsonTypes = ['application/fhir+json', 'application/json'];
const mostHeaders = 10;
const longestHeader = 2_000;
/** A header is a token and printable text (RFC 9110 §5): nothing that could begin another line. */
const header = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[\x20-\x7e]*$/;
/** What this service or the line itself sets. */
const ownHeaders = /^(host|content-.*|transfer-encoding|connection|upgrade|te|trailer|expect|keep-alive|proxy-.*)$/i;
/** Stands for the value of a header, which is never shown. */
const hidden = '********';

/**
 * @param base address of this service as the caller asked it
 * @param known where there is one already: headers that come back as they are shown keep their values
 * @throws FhirFault 422 naming what cannot be done
 */
export function askedSubscription(resource: SentResource, base: string, known?: Channel): AskedSubscription {
  if (resource.resourceType !== 'Subscription') throw refused('phải là Subscription', 'must be a Subscription');
  const subscription = resource as unknown as TopicSubscription;
  const [fault] = faultsOf({ ...subscription, id: subscription.id ?? 'new' });
  if (fault !== undefined) throw refused(`không đúng FHIR R4: ${fault}`, `not FHIR R4: ${fault}`);
  const { channel, criteria, _criteria, end, reason, status } = subscription;
  const { type, endpoint, payload } = channel;
  if (type !== 'rest-hook') throw refused('channel.type: chỉ có rest-hook', 'channel.type: there is rest-hook alone');
  if (payload !== undefined && !jsonTypes.includes(payload.split(';')[0]?.trim() ?? ''))
    throw refused(
      'channel.payload: chỉ có application/fhir+json',
      'channel.payload: there is application/fhir+json alone',
    );
  if (end !== undefined && parseDateTime(end) === undefined) throw refused('end không hợp lệ', 'end is no instant');
  const topic = topicOf(criteria);
  if (!topic) {
    const urls = subscriptionTopics.map(({ url }) => url).join(', ');
    throw refused(`criteria phải là một chủ đề: ${urls}`, `criteria must be a topic: ${urls}`);
  }
  const filters = extensionsOf(_criteria, backport.filterCriteria).map(({ valueString = '' }) => valueString);
  // Read once here, so that what cannot be read is refused before it is kept.
  subscriptionFilter(topic, filters);
  const headers = headersOf(channel.header ?? [], known?.headers ?? []);
  const heartbeatPeriod = secondsOf(channel, backport.heartbeatPeriod, 10, 7 * 86_400);
  const timeout = secondsOf(channel, backport.timeout, 1, 60);
  const maxCount = countOf(channel);
  return {
    off: status === 'off',
    channel: { ...(endpoint !== undefined && { endpoint }), headers },
    definition: {
      topic: topic.url,
      filters,
      content: contentOf(channel),
      reason,
      base,
      hasEndpoint: endpoint !== undefined,
      headerNames: headers.map((one) => nameAndValue(one)[0]),
      ...(heartbeatPeriod !== undefined && { heartbeatPeriod }),
      ...(timeout !== undefined && { timeout }),
      ...(maxCount !== undefined && { maxCount }),
      ...(end !== undefined && { end }),
    },
  };
}

/** As its owner is shown it. */
export function subscriptionResource(state: SubscriptionState, { endpoint }: Channel): TopicSubscription {
  const { id, version, updated, definition, status, failing, offReason } = state;
  const { heartbeatPeriod, timeout, maxCount, filters, headerNames } = definition;
  const ofChannel: Extension[] = [
    ...(heartbeatPeriod === undefined ? [] : [{ url: backport.heartbeatPeriod, valueUnsignedInt: heartbeatPeriod }]),
    ...(timeout === undefined ? [] : [{ url: backport.timeout, valueUnsignedInt: timeout }]),
    ...(maxCount === undefined ? [] : [{ url: backport.maxCount, valuePositiveInt: maxCount }]),
  ];
  const error = status === 'off' ? offReason : failing?.fault;
  return {
    resourceType: 'Subscription',
    id,
    meta: { versionId: String(version), lastUpdated: updated, profile: [backport.subscription] },
    status,
    ...(definition.end !== undefined && { end: definition.end }),
    reason: definition.reason,
    criteria: definition.topic,
    ...(filters.length > 0 && {
      _criteria: { extension: filters.map((valueString) => ({ url: backport.filterCriteria, valueString })) },
    }),
    ...(error !== undefined && { error }),
    channel: {
      ...(ofChannel.length > 0 && { extension: ofChannel }),
      type: 'rest-hook',
      ...(endpoint !== undefined && { endpoint }),
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: backport.payloadContent, valueCode: definition.content }] },
      ...(headerNames.length > 0 && { header: headerNames.map((name) => `${name}: ${hidden}`) }),
    },
  };
}

function contentOf({ _payload }: TopicSubscription['channel']): ContentLevel {
  const [found] = extensionsOf(_payload, backport.payloadContent);
  if (!found) return 'empty';
  const content = contentLevels.find((one) => one === found.valueCode);
  if (content) return content;
  throw refused(`payload-content: ${contentLevels.join(', ')}`, `payload-content: ${contentLevels.join(', ')}`);
}

/** Headers are secret as a rule; one that comes back with its value hidden keeps it. */
function headersOf(given: readonly string[], known: readonly string[]): readonly string[] {
  if (given.length > mostHeaders) throw refused(`quá ${mostHeaders} header`, `more than ${mostHeaders} headers`);
  return given.map((one) => {
    const [name, value] = nameAndValue(one);
    if (!header.test(one) || one.length > longestHeader || ownHeaders.test(name))
      throw refused('channel.header không dùng được', 'a channel.header that cannot be used');
    if (value !== hidden) return one;
    const before = known.find((kept) => nameAndValue(kept)[0].toLowerCase() === name.toLowerCase());
    if (before === undefined) throw refused(`header ${name} thiếu giá trị`, `header ${name} has no value`);
    return before;
  });
}

function secondsOf(channel: SubscriptionChannel, url: string, least: number, most: number): number | undefined {
  const [found] = extensionsOf(channel, url);
  if (!found) return undefined;
  return within(found.valueUnsignedInt, url, least, most);
}

const mostEvents = 500;

function countOf(channel: SubscriptionChannel): number | undefined {
  const [found] = extensionsOf(channel, backport.maxCount);
  return found && within(found.valuePositiveInt, backport.maxCount, 1, mostEvents);
}

function within(value: number | undefined, url: string, least: number, most: number): number {
  const name = url.slice(url.lastIndexOf('/') + 1);
  if (value === undefined || value < least || value > most)
    throw refused(`${name}: từ ${least} đến ${most}`, `${name}: from ${least} to ${most}`);
  return value;
}

function extensionsOf(element: Extended | undefined, url: string): readonly Extension[] {
  return (element?.extension ?? []).filter((one) => one.url === url);
}

const refused = (vi: string, en: string): FhirFault =>
  new FhirFault(422, 'value', { vi: `Subscription: ${vi}.`, en: `Subscription: ${en}.` });
