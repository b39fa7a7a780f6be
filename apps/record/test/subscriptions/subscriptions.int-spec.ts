import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, CapabilityStatement, OperationOutcome } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import { fromXml } from '#fhir/xml/read-xml.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { backport } from '../../src/subscriptions/backport.js';
import type { TopicSubscription } from '../../src/subscriptions/subscription-resource.js';
import { at, EventLog, facility, paper, visitContent } from '../recorded-events.js';
import { eventsOf, Receiver, statusIn, valueOf } from './receiver.js';
import { openRecordService, type RecordService, until } from './record-service.js';
import { subscription, topic } from './subscription-builder.js';
import { type Answer, SubscriberOf } from './subscriber.js';

const station = '08Z11';
const hospital = '08Z01';

let service: RecordService;
let receiver: Receiver;
let log: EventLog;
let resident: ResidentId;
let other: ResidentId;
let marker: ResidentId;
let own: SubscriberOf;
let episode = 0;

beforeAll(async () => {
  service = await openRecordService();
  receiver = await Receiver.start();
  own = new SubscriberOf(service, { kind: 'station', facility: facility(station) });
  log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm' });
  log.facility({ code: facility(hospital), name: 'Bệnh viện Thử Nghiệm' });
  resident = log.resident('Nông Thị Thử Nghiệm', station);
  other = log.resident('Lý Văn Thử Nghiệm', station);
  marker = log.resident('Vi Thị Thử Nghiệm', station);
  await service.record(log);
}, 60_000);
afterAll(async () => {
  await service.close();
  await receiver.stop();
});

const newEpisode = (): string => `SUB.${(episode += 1)}`;
const visit = (who = resident, more: Parameters<typeof visitContent>[3] = {}) =>
  log.visit(who, visitContent(station, newEpisode(), '2026-10-01T08:00:00+07:00', more));
const diagnosed = (code: string) => ({ diagnoses: [{ code, display: 'Bệnh thử nghiệm', role: 'main' as const }] });

describe('a subscription with an endpoint', () => {
  it('is greeted, then told of each event, numbered from 1', async () => {
    const made = await own.create(
      subscription('encounter-recorded', receiver.url, { header: ['Authorization: Bearer s3cret'] }),
    );
    expect(made).toMatchObject({ status: 'requested', criteria: topic('encounter-recorded') });
    expect(JSON.stringify(made)).not.toContain('s3cret');
    await until('the handshake', () => receiver.ofKind('handshake').length === 1);
    expect(receiver.taken[0]?.headers['authorization']).toBe('Bearer s3cret');
    await own.reaches(made.id ?? '', 'active');
    visit();
    visit();
    await service.record(log);
    await until('both events', () => receiver.numbers().length >= 2);
    expect(receiver.numbers()).toEqual([1, 2]);
    const [first] = receiver.ofKind('event-notification');
    const bundle = first?.bundle as Bundle;
    expect(valueOf(bundle, 'subscription')).toBe(`${service.base}/Subscription/${made.id}`);
    expect(eventsOf(bundle)[0]?.focus).toMatch(new RegExp(`^${service.base}/Encounter/`));
    expect(statusIn(bundle).meta?.profile).toEqual([backport.status]);
    expect(service.logged.join('')).not.toMatch(/s3cret|127\.0\.0\.1:\d+\/notify/);
    await own.delete(made.id ?? '');
    expect(await own.get(`Subscription/${made.id}`)).toMatchObject({ status: 410 });
  });

  it('hangs on to its secret headers when it is changed, and shows them to nobody', async () => {
    const made = await own.create(
      subscription('encounter-recorded', receiver.url, { header: ['X-Key: first', 'X-Other: second'] }),
    );
    const id = made.id ?? '';
    await own.reaches(id, 'active');
    const shown = (await own.get<TopicSubscription>(`Subscription/${id}`)).body;
    expect(shown.channel.header).toEqual(['X-Key: ********', 'X-Other: ********']);
    const before = receiver.taken.length;
    const changed = await own.put(id, { ...shown, status: 'requested', reason: 'Đổi (changed)' });
    expect(changed).toMatchObject({ status: 200, body: { reason: 'Đổi (changed)', status: 'requested' } });
    await until('another handshake', () => receiver.taken.length > before);
    expect(receiver.taken.at(-1)?.headers).toMatchObject({ 'x-key': 'first', 'x-other': 'second' });
    await own.delete(id);
  });

  it('is changed only in the version that was read', async () => {
    const id = (await own.create(subscription('encounter-recorded', receiver.url))).id ?? '';
    await own.reaches(id, 'active');
    const read = await own.get<TopicSubscription>(`Subscription/${id}`);
    const etag = read.headers.get('etag') ?? '';
    expect((await own.put(id, read.body, 'W/"1"')).status).toBe(412);
    expect((await own.put(id, { ...read.body, status: 'off' }, etag)).body).toMatchObject({
      status: 'off',
      error: 'owner',
    });
    await own.delete(id);
  });

  it('is asked for in XML', async () => {
    const xml = toXml(subscription('encounter-recorded', undefined, { content: 'full-resource', maxCount: 3 }));
    const answer = await fetch(`${service.base}/Subscription`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await service.token({ kind: 'station', facility: facility(station) })}`,
        'content-type': 'application/fhir+xml',
        accept: 'application/fhir+json',
      },
      body: xml,
    });
    const made = (await answer.json()) as TopicSubscription;
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `${service.base}/Subscription/${made.id}`]);
    expect(made.channel).toMatchObject({
      extension: [{ url: backport.maxCount, valuePositiveInt: 3 }],
      _payload: { extension: [{ valueCode: 'full-resource' }] },
    });
    await own.delete(made.id ?? '');
  });

  it('is told by its end that it is over', async () => {
    const end = new Date(Date.now() + 1_000).toISOString();
    const id = (await own.create(subscription('encounter-recorded', receiver.url, { end }))).id ?? '';
    await own.reaches(id, 'off');
    expect((await own.get(`Subscription/${id}`)).body).toMatchObject({ status: 'off', error: 'ended', end });
    await own.delete(id);
  });

  it.each([
    ['a private address', subscription('encounter-recorded', 'https://10.1.2.3/x'), /endpoint/],
    ['a name with a password', subscription('encounter-recorded', 'https://a:b@example.org/'), /endpoint/],
    ['another protocol', subscription('encounter-recorded', 'file:///etc/passwd'), /endpoint/],
    [
      'a topic that there is not',
      { ...subscription('x', undefined) },
      /urn:lien-tuyen:subscription-topic:encounter-recorded/,
    ],
    [
      'a filter that there is not',
      subscription('encounter-recorded', undefined, { filters: ['Encounter?name=x'] }),
      /service-provider/,
    ],
    [
      'a filter of another type',
      subscription('encounter-recorded', undefined, { filters: ['Patient?patient=x'] }),
      /Encounter\?/,
    ],
    ['a header of two lines', subscription('encounter-recorded', undefined, { header: ['X: a\r\nHost: b'] }), /header/],
    ['a header of the line', subscription('encounter-recorded', undefined, { header: ['Host: b'] }), /header/],
    ['too large a count', subscription('encounter-recorded', undefined, { maxCount: 100_000 }), /max-count/],
  ])('is refused with %s', async (_, body, why) => {
    const answer = await own.post<OperationOutcome>('Subscription', body);
    expect(answer.status).toBe(422);
    expect(answer.body.issue?.[0]?.diagnostics).toMatch(why);
  });
});

describe('events that are fetched', () => {
  const numbers = (bundle: Bundle): readonly number[] => eventsOf(bundle).map(({ number }) => number);
  const events = (id: string, query = ''): Promise<Answer<Bundle>> =>
    own.get<Bundle>(`Subscription/${id}/$events${query}`);
  let id: string;

  beforeAll(async () => {
    id = (await own.create(subscription('encounter-recorded', undefined, { content: 'full-resource' }))).id ?? '';
    for (let count = 0; count < 5; count += 1) visit();
    await service.record(log);
    await until('five events', async () => valueOf((await events(id)).body, 'events-since-subscription-start') === '5');
  });

  it('need no endpoint: the subscription is active at once', async () => {
    expect((await own.get(`Subscription/${id}`)).body).toMatchObject({ status: 'active' });
  });

  it('come in order, each with its number, with the resource as the event left it', async () => {
    const { body } = await events(id);
    expect(numbers(body)).toEqual([1, 2, 3, 4, 5]);
    expect(body.entry?.slice(1).map(({ resource }) => resource?.resourceType)).toEqual(Array(5).fill('Encounter'));
    expect(valueOf(body, 'type')).toBe('query-event');
  });

  it('are fetched again from any number to any other, and page by page', async () => {
    expect(numbers((await events(id, '?eventsSinceNumber=2&eventsUntilNumber=4')).body)).toEqual([2, 3, 4]);
    const first = (await events(id, '?_count=2')).body;
    expect(numbers(first)).toEqual([1, 2]);
    const next = first.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(numbers((await own.get<Bundle>(next.slice(`${service.base}/`.length))).body)).toEqual([3, 4]);
    expect((await events(id, '?eventsSinceNumber=6')).body.entry).toHaveLength(1);
    expect((await events(id, '?since=1')).status).toBe(400);
  });

  it('hold as much as is asked for', async () => {
    const empty = (await events(id, '?content=empty')).body;
    expect(eventsOf(empty).every(({ focus }) => focus === undefined)).toBe(true);
    expect(valueOf(empty, 'topic')).toBeUndefined();
    const named = (await events(id, '?content=id-only')).body;
    expect(named.entry?.slice(1).map(({ resource }) => resource)).toEqual(Array(5).fill(undefined));
    expect(eventsOf(named).every(({ focus }) => focus?.includes('/Encounter/'))).toBe(true);
  });

  it('are fetched by POST, and in XML', async () => {
    const posted = await own.post<Bundle>(`Subscription/${id}/$events`, {
      resourceType: 'Parameters',
      parameter: [{ name: 'eventsSinceNumber', valueString: '5' }],
    });
    expect([posted.status, numbers(posted.body)]).toEqual([200, [5]]);
    const xml = await own.text(`Subscription/${id}/$events?eventsSinceNumber=5`, 'application/fhir+xml');
    expect(numbers(fromXml(xml) as Bundle)).toEqual([5]);
    const read = fromXml(await own.text(`Subscription/${id}`, 'application/fhir+xml')) as TopicSubscription;
    expect(read.channel).toMatchObject({ _payload: { extension: [{ valueCode: 'full-resource' }] } });
  });

  it('are waited for', async () => {
    const waiting = events(id, '?eventsSinceNumber=6&wait=20');
    visit();
    await service.record(log);
    expect(numbers((await waiting).body)).toEqual([6]);
  });

  it('come as a stream, from where the reader has come to', async () => {
    const stream = own.stream(`Subscription/${id}/$events?eventsSinceNumber=2`, '4');
    const caught = await stream.next();
    expect([caught.id, numbers(caught.data as Bundle)]).toEqual(['6', [5, 6]]);
    visit();
    await service.record(log);
    const live = await stream.next();
    expect([live.id, numbers(live.data as Bundle)]).toEqual(['7', [7]]);
    await stream.close();
  });

  it('are written down with whose data they were', async () => {
    await events(id, '?eventsSinceNumber=1&eventsUntilNumber=1');
    const entry = (await service.audited()).find(({ route }) => route === 'GET /fhir/Subscription/:id/$events');
    expect(entry).toMatchObject({ status: 200, interaction: 'operation', facility: station, residents: [resident] });
  });
});

describe('the status of subscriptions', () => {
  it('is told of one, and of all of the caller’s', async () => {
    const one = (await own.create(subscription('referral-step', undefined))).id ?? '';
    const status = (await own.get<Bundle>(`Subscription/${one}/$status`)).body;
    expect([status.type, valueOf(status, 'type'), valueOf(status, 'status')]).toEqual([
      'searchset',
      'query-status',
      'active',
    ]);
    const all = (await own.get<Bundle>('Subscription/$status?status=active')).body;
    expect(all.entry?.length).toBeGreaterThanOrEqual(2);
    const named = await own.post<Bundle>('Subscription/$status', {
      resourceType: 'Parameters',
      parameter: [{ name: 'id', valueId: one }],
    });
    expect(named.body.entry).toHaveLength(1);
    const found = (await own.get<Bundle>(`Subscription?topic=${topic('referral-step')}`)).body;
    expect(found.entry?.map(({ resource }) => resource?.id)).toEqual([one]);
    expect((await own.get<Bundle>('Subscription?_count=1')).body).toMatchObject({ entry: [{}] });
  });

  it('is among what the server says it can, with its topics', async () => {
    const { body } = await own.get<CapabilityStatement>('metadata');
    const found = body.rest?.[0]?.resource?.find(({ type }) => type === 'Subscription');
    expect(found?.extension?.map(({ valueCanonical }) => valueCanonical)).toContain(topic('encounter-recorded'));
    expect(found?.operation?.map(({ name }) => name)).toEqual(['status', 'events']);
    for (const { name } of found?.searchParam ?? [])
      expect([name, (await own.get(`Subscription?${name}=active`)).status]).toEqual([name, 200]);
  });
});

describe('a topic', () => {
  /** What a subscription of it is told while the work is done. */
  async function toldOf(
    name: string,
    filters: readonly string[],
    work: () => void,
    most: number,
  ): Promise<readonly string[]> {
    const id = (await own.create(subscription(name, undefined, { filters }))).id ?? '';
    work();
    const filter = `Encounter?patient=Patient/${marker}`;
    const last = (await own.create(subscription('encounter-recorded', undefined, { filters: [filter] }))).id ?? '';
    visit(marker);
    await service.record(log);
    // All follow the same log: once one is told of the last event, the others have been told of all before.
    await until('the last event', async () => {
      const { body } = await own.get<Bundle>(`Subscription/${last}/$events`);
      return eventsOf(body).length > 0;
    });
    const { body } = await own.get<Bundle>(`Subscription/${id}/$events?_count=${most}`);
    await own.delete(last);
    await own.delete(id);
    const entries = body.entry?.slice(1) ?? [];
    return entries.map(
      ({ fullUrl, request }) => `${request?.method} ${fullUrl?.slice(service.base.length + 1).split('/')[0]}`,
    );
  }

  it('of recorded encounters is narrowed to one resident', async () => {
    const told = await toldOf('encounter-recorded', [`Encounter?patient=Patient/${resident}`], () => visit(), 10);
    expect(told).toEqual(['POST Encounter']);
  });

  it('of conditions is narrowed to a code, and tells when it is left', async () => {
    const told = await toldOf(
      'condition-changed',
      ['Condition?code=I10'],
      () => {
        const { data } = visit(resident, diagnosed('I10'));
        const { visit: content } = data as { readonly visit: VisitContent };
        // An amendment that leaves the condition as it was is none of it.
        log.visit(resident, { ...content, notes: [], insured: false }, 'VisitAmended');
        log.visit(resident, { ...content, ...diagnosed('E11.9') }, 'VisitAmended');
      },
      10,
    );
    expect(told).toEqual(['POST Condition', 'DELETE Condition']);
  });

  it('of amended and of withdrawn encounters tells of these alone', async () => {
    const work = (): void => {
      const { data } = visit();
      const { visit: content } = data as { readonly visit: VisitContent };
      log.visit(resident, { ...content, careType: '02' }, 'VisitAmended');
      log.record(
        { category: 'visit', key: `${station}.${content.episode}` },
        { type: 'VisitRetracted', data: { resident, facility: station, episode: content.episode, reason: 'nhầm' } },
        station,
      );
    };
    expect(await toldOf('encounter-amended', [], work, 10)).toEqual(['PUT Encounter']);
    expect(await toldOf('encounter-withdrawn', [], work, 10)).toEqual(['DELETE Encounter']);
  });

  it('of referrals tells each step', async () => {
    const told = await toldOf(
      'referral-step',
      [`Task?owner=Organization/${hospital}`],
      () => {
        const key = log.referral(resident, paper(station, hospital, `CT-${newEpisode()}`, '2026-10-05T09:00:00+07:00'));
        log.step({
          type: 'ReferralReceived',
          data: { referral: key, resident, at: at('2026-10-05T10:00:00+07:00'), by: facility(hospital) },
        } as never);
      },
      10,
    );
    expect(told).toEqual(['POST Task', 'PUT Task']);
  });

  it('of residents and of any resource tells of types that are named', async () => {
    const work = (): void => void log.resident('Hoàng Thị Thử Nghiệm', station);
    expect(await toldOf('resident-changed', [], work, 10)).toEqual(['POST Patient']);
    const told = await toldOf(
      'resource-changed',
      ['_type=Condition,Patient', `patient=${other}`],
      () => void visit(other, diagnosed('Z00.0')),
      50,
    );
    expect(new Set(told)).toEqual(new Set(['POST Condition']));
  });
});
