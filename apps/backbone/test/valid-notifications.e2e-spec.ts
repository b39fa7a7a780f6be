/** What subscribers get is valid FHIR R4, by two validators that know nothing of each other, and of the shape that the backport gives. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Parameters, ParametersParameter, Resource } from '@medplum/fhirtypes';
import { EventLog, facility, visitContent } from '#apps/record/test/recorded-events.js';
import { Receiver } from '#apps/record/test/subscriptions/receiver.js';
import { openRecordService, type RecordService, until } from '#apps/record/test/subscriptions/record-service.js';
import { SubscriberOf } from '#apps/record/test/subscriptions/subscriber.js';
import { subscription } from '#apps/record/test/subscriptions/subscription-builder.js';
import { testValidator } from '#deploy/local/src/fhir-validator.js';
import { faultsOf } from '#fhir/validation.js';

const station = '08Z11';
const validator = await testValidator("HL7's validator (notifications)");

let service: RecordService;
let receiver: Receiver;
/** By what they are. */
const shown = new Map<string, Resource>();

beforeAll(async () => {
  service = await openRecordService();
  receiver = await Receiver.start();
  const own = new SubscriberOf(service, { kind: 'station', facility: facility(station) });
  const log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm' });
  const resident = log.resident('Nông Thị Thử Nghiệm', station);
  await service.record(log);
  const made = new Map<string, string>();
  for (const content of ['empty', 'id-only', 'full-resource']) {
    const asked = subscription('encounter-recorded', receiver.url, {
      content,
      filters: [`Encounter?patient=Patient/${resident}`],
      header: ['X-Key: s3cret'],
      maxCount: 10,
      timeout: 5,
      heartbeatPeriod: 60,
      end: '2099-01-01T00:00:00Z',
    });
    made.set(content, (await own.create(asked)).id ?? '');
  }
  for (const id of made.values()) await own.reaches(id, 'active');
  log.visit(resident, visitContent(station, 'V1', '2026-10-01T08:00:00+07:00'));
  await service.record(log);
  await until('a notification of each content', () => receiver.ofKind('event-notification').length === 3);
  for (const [content, id] of made) {
    const { bundle } =
      receiver.ofKind('event-notification').find((one) => JSON.stringify(one.bundle).includes(id)) ?? {};
    if (bundle) shown.set(`notification ${content}`, bundle);
  }
  service.passTime(61_000);
  await until('a heartbeat', () => receiver.ofKind('heartbeat').length > 0);
  for (const kind of ['handshake', 'heartbeat']) shown.set(kind, receiver.ofKind(kind)[0]?.bundle as Bundle);
  const id = made.get('full-resource') ?? '';
  shown.set('subscription', (await own.get(`Subscription/${id}`)).body);
  shown.set('query-status', (await own.get(`Subscription/${id}/$status`)).body);
  shown.set('query-event', (await own.get(`Subscription/${id}/$events`)).body);
}, 120_000);
afterAll(async () => {
  await validator?.stop();
  await service.close();
  await receiver.stop();
});

const kinds = [
  'subscription',
  'handshake',
  'heartbeat',
  'notification empty',
  'notification id-only',
  'notification full-resource',
  'query-event',
  'query-status',
];

describe.each(kinds)('%s', (kind) => {
  it('is valid by @medplum/core and the table of elements', () => {
    const resource = shown.get(kind) as Resource;
    expect(resource).toBeDefined();
    // Notifications name resources by their whole addresses; within the record references are relative.
    const text = JSON.stringify(resource).replaceAll(`"reference":"${service.base}/`, '"reference":"');
    expect(faultsOf({ ...(JSON.parse(text) as Resource), id: resource.id ?? 'x' })).toEqual([]);
  });
});

(validator ? describe : describe.skip)("HL7's own validator", () => {
  const errorsIn = async (text: string): Promise<readonly string[]> =>
    ((await validator?.validate(JSON.parse(text) as Resource)) ?? [])
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map((message) => `${message.path}: ${message.text}`);

  it.each(kinds)(
    'finds nothing wrong in %s',
    async (kind) => expect(await errorsIn(JSON.stringify(shown.get(kind)))).toEqual([]),
    120_000,
  );

  it('holds them to the profiles of the backport', async () => {
    const text = JSON.stringify(shown.get('notification id-only'));
    const errorsOf = async (changed: string): Promise<string> => (await errorsIn(changed)).join('\n');
    expect(await errorsOf(text.replace('"name":"event-number"', '"name":"eventNumber"'))).toContain('eventNumber');
    expect(await errorsOf(text.replace('"valueCode":"event-notification"', '"valueCode":"told"'))).toContain('told');
    const { entry = [], ...bundle } = JSON.parse(text) as Bundle;
    const turned = JSON.stringify({ ...bundle, entry: entry.toReversed() });
    expect(await errorsOf(turned)).toContain('backport-notification-bundle-r4-1');
    const subscribed = JSON.stringify(shown.get('subscription'));
    expect(await errorsOf(subscribed.replace('"full-resource"', '"some"'))).toContain('some');
  }, 120_000);
});

/** Of each slice of backport-subscription-status-r4, what it must have as value. */
const slices: Readonly<Record<string, keyof ParametersParameter>> = {
  subscription: 'valueReference',
  topic: 'valueCanonical',
  status: 'valueCode',
  type: 'valueCode',
  'events-since-subscription-start': 'valueString',
  'notification-event': 'part',
  error: 'valueCodeableConcept',
};
const parts: Readonly<Record<string, keyof ParametersParameter>> = {
  'event-number': 'valueString',
  timestamp: 'valueInstant',
  focus: 'valueReference',
};

describe.each(kinds.slice(1))('%s', (kind) => {
  it('has the status of the backport first, each part with its kind of value', () => {
    const bundle = shown.get(kind) as Bundle;
    expect(bundle.type).toBe(kind === 'query-status' ? 'searchset' : 'history');
    const [first] = bundle.entry ?? [];
    const status = first?.resource as Parameters;
    expect(status.resourceType).toBe('Parameters');
    const names = status.parameter?.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['subscription', 'status', 'type']));
    const wrong = [
      ...(status.parameter ?? []).filter((one) => one[slices[one.name ?? ''] ?? 'id'] === undefined),
      ...(status.parameter ?? [])
        .flatMap(({ part = [] }) => part)
        .filter((one) => one[parts[one.name ?? ''] ?? 'id'] === undefined),
    ];
    expect(wrong).toEqual([]);
    expect(names.includes('topic')).toBe(kind !== 'notification empty');
  });
});
