import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Subscription } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import type { ResidentId } from '#domain/ids.js';
import { backport } from '../../src/subscriptions/backport.js';
import type { TopicSubscription } from '../../src/subscriptions/subscription-resource.js';
import { EventLog, facility, visitContent } from '../recorded-events.js';
import { eventsOf, Receiver, statusIn, valueOf } from './receiver.js';
import { openRecordService, type RecordService, until } from './record-service.js';
import { subscription, topic } from './subscription-builder.js';

const station = '08Z11';
const hospital = '08Z01';
let service: RecordService;
let receiver: Receiver;
let client: Client;
let log: EventLog;
let resident: ResidentId;

beforeAll(async () => {
  service = await openRecordService();
  receiver = await Receiver.start();
  client = await service.client({ kind: 'station', facility: facility(station) });
  log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm' });
  log.facility({ code: facility(hospital), name: 'Bệnh viện Thử Nghiệm', kind: 'hospital' as never });
  resident = log.resident('Nông Thị Thử Nghiệm', station);
  await service.record(log);
}, 60_000);
afterAll(async () => {
  await service.close();
  await receiver.stop();
});

const create = (body: TopicSubscription): Promise<Subscription> =>
  client.create({ resourceType: 'Subscription', body: body as never }) as Promise<never>;

describe('a subscription', () => {
  it('is greeted, then told of each event, numbered from 1', async () => {
    const made = await create(
      subscription('encounter-recorded', receiver.url, { header: ['Authorization: Bearer s3cret'] }),
    );
    expect(made).toMatchObject({ status: 'requested', criteria: topic('encounter-recorded') });
    expect(JSON.stringify(made)).not.toContain('s3cret');
    await until('the handshake', () => receiver.ofKind('handshake').length === 1);
    expect(receiver.taken[0]?.headers['authorization']).toBe('Bearer s3cret');
    await until('active', async () => {
      const read = (await client.read({ resourceType: 'Subscription', id: made.id ?? '' })) as unknown as Subscription;
      return read.status === 'active';
    });
    log.visit(resident, visitContent(station, 'A1', '2026-10-01T08:00:00+07:00'));
    log.visit(resident, visitContent(station, 'A2', '2026-10-02T08:00:00+07:00'));
    await service.record(log);
    await until('both events', () => receiver.numbers().length >= 2);
    expect(receiver.numbers()).toEqual([1, 2]);
    const [first] = receiver.ofKind('event-notification');
    expect(valueOf(first?.bundle as Bundle, 'subscription')).toBe(`${service.base}/Subscription/${made.id}`);
    expect(eventsOf(first?.bundle as Bundle)[0]?.focus).toMatch(new RegExp(`^${service.base}/Encounter/`));
    expect(statusIn(first?.bundle as Bundle).meta?.profile).toEqual([backport.status]);
  });
});
