/** Two processes that both believe that it is theirs to number events: nothing is numbered twice, nothing is skipped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { View } from '#projections/view-host.js';
import { StoredDocuments } from '../../src/reading/stored-documents.js';
import { FollowLog } from '../../src/subscriptions/following/follow-log.js';
import { EventChanges } from '../../src/subscriptions/reading/event-changes.js';
import { SubscriptionStreams } from '../../src/subscriptions/subscription-streams.js';
import { EventLog, facility, visitContent } from '../recorded-events.js';
import { eventsOf } from './receiver.js';
import { openRecordService, type RecordService, until } from './record-service.js';
import { SubscriberOf } from './subscriber.js';
import { subscription } from './subscription-builder.js';

const station = '08Z11';
const followers = 3;
const visits = 300;

let service: RecordService;
const stop = new AbortController();
let following: Promise<void>[] = [];
let refused = 0;

beforeAll(async () => {
  service = await openRecordService();
}, 60_000);
afterAll(async () => {
  stop.abort();
  await Promise.all(following);
  await service.close();
});

function viewNamed(name: string): View {
  const view = service.views.find(name);
  if (!view) throw new Error(`There is no view ${name}`);
  return view;
}

async function follow(): Promise<void> {
  const record = viewNamed('health-record');
  const follower = new FollowLog({
    events: service.events,
    record,
    view: viewNamed('subscriptions'),
    streams: service.part(SubscriptionStreams),
    changes: service.part(EventChanges),
    documents: new StoredDocuments(record.database),
  });
  while (!stop.signal.aborted) {
    try {
      await follower.run(stop.signal);
    } catch (error) {
      if ((error as Error).name === 'Overtaken') refused += 1;
      else if (!stop.signal.aborted) throw error;
    }
    await sleep(5);
  }
}

it('every event has one number, and each number one event', async () => {
  const own = new SubscriberOf(service, { kind: 'station', facility: facility(station) });
  const log = new EventLog();
  log.facility({ code: facility(station), name: 'Trạm Y tế Thử Nghiệm' });
  const resident = log.resident('Nông Thị Thử Nghiệm', station);
  await service.record(log);
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1)
    ids.push((await own.create(subscription('encounter-recorded', undefined))).id ?? '');
  following = Array.from({ length: followers }, follow);
  for (let made = 0; made < visits; made += 1) {
    log.visit(resident, visitContent(station, `TWO.${made}`, '2026-10-01T08:00:00+07:00'));
    if (made % 7 === 0) await service.record(log);
  }
  await service.record(log);
  for (const id of ids) {
    const events = async () => eventsOf((await own.get<Bundle>(`Subscription/${id}/$events?_count=500`)).body);
    await until('all events', async () => (await events()).length >= visits);
    const found = await events();
    expect(found.map(({ number }) => number)).toEqual(Array.from({ length: visits }, (_, index) => index + 1));
    expect(new Set(found.map(({ focus }) => focus)).size).toBe(visits);
  }
  // They did get into each other's way.
  expect(refused).toBeGreaterThan(0);
}, 60_000);
