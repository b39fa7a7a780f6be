/** What a subscriber may be told: with the rights of whoever subscribed, as they are when it is told. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { day, EventLog, facility, visitContent } from '../recorded-events.js';
import { eventsOf, Receiver } from './receiver.js';
import { openRecordService, type RecordService, until } from './record-service.js';
import { SubscriberOf } from './subscriber.js';
import { subscription } from './subscription-builder.js';

const station = '08Z11';
const elsewhere = '08Z12';

let service: RecordService;
let receiver: Receiver;
let log: EventLog;
/** Known at both stations, and at one alone. */
let shared: ResidentId;
let own: ResidentId;
let episode = 0;
let subscriber: SubscriberOf;

beforeAll(async () => {
  service = await openRecordService();
  receiver = await Receiver.start();
  subscriber = new SubscriberOf(service, { kind: 'station', facility: facility(station) });
  log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm Một' });
  log.facility({ code: facility(elsewhere), name: 'Trạm Y tế Thử Nghiệm Hai' });
  shared = log.resident('Nông Thị Thử Nghiệm', station);
  own = log.resident('Lý Văn Thử Nghiệm', elsewhere);
  visitAt(elsewhere, shared);
  await service.record(log);
}, 60_000);
afterAll(async () => {
  await service.close();
  await receiver.stop();
});

function visitAt(place: string, who: ResidentId, code = 'J00'): void {
  log.visit(
    who,
    visitContent(place, `ACC.${(episode += 1)}`, '2026-10-01T08:00:00+07:00', {
      diagnoses: [{ code, display: 'Bệnh thử nghiệm', role: 'main' }],
    }),
  );
}

const subscribe = async (who: SubscriberOf, ...options: Parameters<typeof subscription>): Promise<string> =>
  (await who.create(subscription(...options))).id ?? '';
const eventsTold = async (who: SubscriberOf, id: string): Promise<Bundle> =>
  (await who.get<Bundle>(`Subscription/${id}/$events?content=full-resource`)).body;
const told = async (who: SubscriberOf, id: string): Promise<number> => eventsOf(await eventsTold(who, id)).length;

describe('a station is told', () => {
  it('of residents it is concerned with, wherever they are seen, and of nobody else', async () => {
    const id = await subscribe(subscriber, 'encounter-recorded', undefined);
    visitAt(elsewhere, own);
    visitAt(elsewhere, shared);
    await service.record(log);
    await until('the event', async () => (await told(subscriber, id)) > 0);
    const bundle = await eventsTold(subscriber, id);
    expect(eventsOf(bundle)).toHaveLength(1);
    expect(JSON.stringify(bundle)).toContain(shared);
    expect(JSON.stringify(bundle)).not.toContain(own);
  });

  it('nothing of sensitive classes without their scope: not even that there was something', async () => {
    const id = await subscribe(subscriber, 'encounter-recorded', undefined);
    const trusted = new SubscriberOf(service, {
      kind: 'station',
      facility: facility(station),
      scope: 'record.read sensitive.hiv',
    });
    const opened = await subscribe(trusted, 'encounter-recorded', undefined);
    visitAt(elsewhere, shared, 'B20');
    visitAt(elsewhere, shared);
    await service.record(log);
    await until('both', async () => (await told(trusted, opened)) === 2);
    expect(await told(subscriber, id)).toBe(1);
    // The token that fetches decides what it is shown, whatever the one that subscribed could.
    const bundle = await eventsTold(subscriber, opened);
    expect(eventsOf(bundle).map(({ focus }) => focus !== undefined)).toEqual([false, true]);
    expect(JSON.stringify(bundle)).not.toContain('B20');
  });

  it('numbers without content once a resident shares the record no more', async () => {
    receiver.behaviour = 500;
    const id = await subscribe(subscriber, 'encounter-recorded', receiver.url, { content: 'full-resource' });
    await subscriber.reaches(id, 'error');
    visitAt(elsewhere, shared);
    await service.record(log);
    await until('the event', async () => (await told(subscriber, id)) === 1);
    log.record(
      { category: 'resident', key: shared },
      {
        type: 'ConsentWithdrawn',
        data: {
          resident: shared,
          statedOn: day('2026-10-03'),
          recordedBy: facility(elsewhere),
          reason: 'không đồng ý',
        },
      } as never,
      elsewhere,
    );
    await service.record(log);
    await until('the withdrawal', async () => {
      const bundle = await eventsTold(subscriber, id);
      return eventsOf(bundle)[0]?.focus === undefined;
    });
    receiver.behaviour = 200;
    service.passTime(3_600_000);
    await until('the notification', () => receiver.numbers().length === 1);
    const [sent] = receiver.ofKind('event-notification');
    expect(eventsOf(sent?.bundle as Bundle)).toEqual([{ number: 1, focus: undefined }]);
    expect(sent?.bundle.entry).toHaveLength(1);
    await subscriber.delete(id);
  });
});

describe('a notification', () => {
  it('that names somebody is written down before it is sent, with whom it went to', async () => {
    const place = new SubscriberOf(service, { kind: 'station', facility: facility(elsewhere) });
    const id = await subscribe(place, 'encounter-recorded', receiver.url, { content: 'id-only' });
    const before = receiver.numbers().length;
    visitAt(elsewhere, own);
    await service.record(log);
    await until('the notification', () => receiver.numbers().length > before);
    const entry = (await service.audited()).find(({ what }) => what === `Subscription/${id}`);
    expect(entry).toMatchObject({
      kind: 'station',
      facility: elsewhere,
      interaction: 'operation',
      status: 200,
      residents: [own],
    });
    await place.delete(id);
  });
});

describe('a subscription is there', () => {
  it('for its owner alone', async () => {
    const id = await subscribe(subscriber, 'encounter-recorded', undefined);
    const stranger = new SubscriberOf(service, { kind: 'station', facility: facility(elsewhere) });
    for (const path of ['', '/$status', '/$events'])
      expect((await stranger.get(`Subscription/${id}${path}`)).status).toBe(404);
    const { body } = await subscriber.get(`Subscription/${id}`);
    expect((await stranger.put(id, body)).status).toBe(404);
    expect((await stranger.get<Bundle>('Subscription')).body.entry ?? []).toEqual([]);
    await expect(stranger.delete(id)).rejects.toThrow('404');
    expect((await subscriber.get(`Subscription/${id}`)).status).toBe(200);
  });

  it('for residents, who are told of their own record', async () => {
    const citizen = new SubscriberOf(service, { kind: 'resident', resident: own });
    const id = await subscribe(citizen, 'encounter-recorded', undefined);
    visitAt(elsewhere, shared);
    visitAt(elsewhere, own, 'B20');
    await service.record(log);
    await until('the event', async () => (await told(citizen, id)) > 0);
    const bundle = await eventsTold(citizen, id);
    expect(eventsOf(bundle)).toHaveLength(1);
    expect(JSON.stringify(bundle)).not.toContain(shared);
  });

  it('for nobody who reads no records, nor beyond scopes of SMART', async () => {
    const operator = new SubscriberOf(service, { kind: 'operator' });
    expect((await operator.post('Subscription', subscription('encounter-recorded', undefined))).status).toBe(403);
    const readOnly = new SubscriberOf(service, {
      kind: 'station',
      facility: facility(station),
      scope: 'record.read system/Subscription.rs',
    });
    expect((await readOnly.post('Subscription', subscription('encounter-recorded', undefined))).status).toBe(403);
    expect((await readOnly.get('Subscription')).status).toBe(200);
  });
});

describe('an operator', () => {
  it('sees who is told of what, and switches it off until it is released', async () => {
    const id = await subscribe(subscriber, 'encounter-recorded', receiver.url, { header: ['X-Key: s3cret'] });
    await subscriber.reaches(id, 'active');
    const operator = { authorization: `Bearer ${await service.token({ kind: 'operator' })}` };
    const oversee = async (path: string, method = 'GET') => {
      const answer = await fetch(`${service.origin}/access/subscriptions${path}`, { method, headers: operator });
      return { status: answer.status, body: (await answer.json()) as { items: { id: string }[] } };
    };
    const listed = async () => (await oversee('?status=active')).body.items.find((one) => one.id === id);
    await until('the list', async () => (await listed()) !== undefined);
    const found = await listed();
    expect(found).toMatchObject({ kind: 'station', facility: station, host: `127.0.0.1:${receiver.port}` });
    expect(JSON.stringify(found)).not.toContain('s3cret');
    expect(await oversee(`/${id}/switch-off`, 'POST')).toMatchObject({ status: 200, body: { status: 'off' } });
    expect((await subscriber.get(`Subscription/${id}/$events`)).status).toBe(403);
    const { body } = await subscriber.get(`Subscription/${id}`);
    expect((await subscriber.put(id, { ...body, status: 'requested' })).status).toBe(403);
    expect((await oversee(`/${id}/release`, 'POST')).status).toBe(200);
    expect((await subscriber.put(id, { ...body, status: 'requested' })).status).toBe(200);
    expect((await oversee('/none/switch-off', 'POST')).status).toBe(404);
    const refused = await fetch(`${service.origin}/access/subscriptions`, {
      headers: { authorization: `Bearer ${await service.token({ kind: 'station', facility: facility(station) })}` },
    });
    expect(refused.status).toBe(403);
    await subscriber.delete(id);
  });
});
