/** How endpoints are served that fail, are slow, or were away; by the clock of the service, which tests set on. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import { EventLog, facility, visitContent } from '../recorded-events.js';
import { eventsOf, Receiver, valueOf } from './receiver.js';
import { openRecordService, type RecordService, until } from './record-service.js';
import { SubscriberOf } from './subscriber.js';
import { subscription } from './subscription-builder.js';

const station = '08Z11';
const dayMs = 24 * 3_600_000;

let service: RecordService;
let own: SubscriberOf;
let log: EventLog;
let episode = 0;
let resident: ReturnType<EventLog['resident']>;

beforeAll(async () => {
  service = await openRecordService();
  own = new SubscriberOf(service, { kind: 'station', facility: facility(station) });
  log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm' });
  resident = log.resident('Nông Thị Thử Nghiệm', station);
  await service.record(log);
}, 60_000);
afterAll(() => service.close());

let receiver: Receiver;
let made: string[];
beforeEach(async () => {
  receiver = await Receiver.start();
  made = [];
});
afterEach(async () => {
  for (const id of made) await own.delete(id);
  await receiver.stop();
});

async function subscribe(...options: Parameters<typeof subscription>): Promise<string> {
  const id = (await own.create(subscription(...options))).id ?? '';
  made.push(id);
  return id;
}

async function visits(count: number): Promise<void> {
  for (let made = 0; made < count; made += 1)
    log.visit(resident, visitContent(station, `DEL.${(episode += 1)}`, '2026-10-01T08:00:00+07:00'));
  await service.record(log);
}

async function metrics(): Promise<string> {
  const token = await service.token({ kind: 'operator' });
  const answer = await fetch(`${service.origin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return answer.text();
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('an endpoint', () => {
  it('that was away for a day gets everything once it is back, in order', async () => {
    const id = await subscribe('encounter-recorded', receiver.url, { maxCount: 7 });
    await own.reaches(id, 'active');
    await visits(3);
    await until('the first', () => receiver.numbers().length >= 3);
    receiver.behaviour = 503;
    await visits(40);
    await own.reaches(id, 'error');
    expect((await own.get(`Subscription/${id}`)).body).toMatchObject({ error: 'server-error' });
    service.passTime(dayMs);
    expect(Number(/^subscription_oldest_undelivered_seconds (\S+)$/m.exec(await metrics())?.[1])).toBeGreaterThan(
      86_000,
    );
    receiver.behaviour = 200;
    await visits(2);
    service.passTime(3_600_000);
    await until('all of them', () => receiver.numbers().length >= 45);
    expect(receiver.numbers()).toEqual(upTo(45));
    expect(receiver.ofKind('event-notification').every(({ bundle }) => eventsOf(bundle).length <= 7)).toBe(true);
    await own.reaches(id, 'active');
  });

  it.each([
    [302, 'redirect'],
    [404, 'client-error'],
    ['cut', 'unreachable'],
    ['hang', 'time-out'],
  ] as const)('that answers %s is an error of the kind %s', async (behaviour, fault) => {
    receiver.behaviour = behaviour;
    const id = await subscribe('encounter-recorded', receiver.url, { timeout: 1 });
    await own.reaches(id, 'error');
    const status = (await own.get<Bundle>(`Subscription/${id}/$status`)).body;
    expect(JSON.stringify(status)).toContain(`"text":"${fault}"`);
    expect(receiver.received.every(({ path }) => path === '/notify')).toBe(true);
  });

  it('that never answers is given up after a week; what it missed is there, and comes when it is renewed', async () => {
    const id = await subscribe('encounter-recorded', receiver.url);
    await own.reaches(id, 'active');
    receiver.behaviour = 500;
    await visits(2);
    await own.reaches(id, 'error');
    service.passTime(8 * dayMs);
    await own.reaches(id, 'off');
    const { body } = await own.get<Bundle>(`Subscription/${id}`);
    expect(body).toMatchObject({ error: 'gave-up' });
    await visits(2);
    const missed = async (): Promise<Bundle> => (await own.get<Bundle>(`Subscription/${id}/$events`)).body;
    await until('what it missed', async () => eventsOf(await missed()).length === 4);
    receiver.behaviour = 200;
    await own.put(id, { ...body, status: 'requested' });
    await until('all of them', () => receiver.numbers().length >= 4);
    expect(receiver.numbers()).toEqual(upTo(4));
  });

  it('that hangs or is dead keeps nobody else waiting', async () => {
    receiver.behaviour = 'hang';
    const hanging = await Promise.all(
      Array.from({ length: 40 }, () => subscribe('encounter-recorded', receiver.url, { timeout: 60 })),
    );
    await until('those that hang', () => receiver.received.length >= 16);
    const good = await Receiver.start();
    try {
      const id = await subscribe('encounter-recorded', good.url);
      await own.reaches(id, 'active');
      await visits(5);
      await until('its events', () => good.numbers().length >= 5);
      expect(good.numbers()).toEqual(upTo(5));
      expect(hanging).toHaveLength(40);
    } finally {
      await good.stop();
    }
  });

  it('that hears nothing hears a heartbeat', async () => {
    const id = await subscribe('encounter-recorded', receiver.url, { heartbeatPeriod: 60 });
    await own.reaches(id, 'active');
    service.passTime(61_000);
    await until('a heartbeat', () => receiver.ofKind('heartbeat').length === 1);
    const [heard] = receiver.ofKind('heartbeat');
    expect(valueOf(heard?.bundle as Bundle, 'status')).toBe('active');
  });

  it('is counted, without a word of whose it is', async () => {
    const shown = await metrics();
    expect(shown).toMatch(/subscription_notifications_total\{kind="event-notification"\} [1-9]/);
    expect(shown).toMatch(/subscription_failures_total\{fault="server-error"\} [1-9]/);
    expect(shown).toMatch(/subscription_delivery_delay_seconds_count [1-9]/);
    expect(shown).not.toMatch(new RegExp(`subscription.*(${station}|${resident}|127\\.0)`));
  });
});
