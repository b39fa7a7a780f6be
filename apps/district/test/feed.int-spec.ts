import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, type DateTime, dayOf } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { FeedItem } from '../src/follow-feed/feed-item.js';
import type { FeedPage } from '../src/follow-feed/feed-page.query.js';
import {
  type DistrictHarness,
  hospital,
  openDistrict,
  otherStation,
  paperOf,
  provincial,
  station,
} from './district-harness.js';

let district: DistrictHarness;
let resident: ResidentId;
const yesterday = `${addDays(dayOf(Date.now()), -1)}T08:00:00+07:00` as DateTime;

beforeAll(async () => {
  district = await openDistrict();
  resident = await district.register('Nông Thị Thử Nghiệm', 1961);
  for (let number = 1; number <= 6; number += 1) {
    const from = number % 2 === 0 ? otherStation : station;
    await district.record(paperOf(`F-${number}`, resident, { from, issuedAt: yesterday }));
    await district.post(`/referrals/${from}.F-${number}/receive`, hospital, '"0"');
  }
  await district.post(`/referrals/${station}.F-1/redirect`, hospital, '"1"', {
    to: provincial,
    reason: 'Vượt khả năng',
  });
  await district.post(`/referrals/${station}.F-1/accept`, provincial, '"2"');
});
afterAll(() => district.close());

const page = async (facility: FacilityCode, query = '') =>
  (await district.get<FeedPage>(`/referrals/feed?${query}`, facility)).body;
const steps = (items: readonly FeedItem[]) => items.map(({ id, type }) => `${id.slice(6)} ${type}`);

describe('feed as pages', () => {
  it('has every step that concerns the facility, in the order of the log', async () => {
    const { items, next, caughtUp } = await page(hospital);
    expect(items).toHaveLength(14);
    expect(items.map(({ position }) => position)).toEqual(
      items.map(({ position }) => position).toSorted((a, b) => a - b),
    );
    expect([next, caughtUp]).toEqual([await district.store.head(), true]);
    expect(items[1]).toMatchObject({
      id: `${station}.F-1`,
      revision: 1,
      type: 'ReferralReceived',
      status: 'received',
      from: station,
      to: hospital,
    });
    expect(items[0]?.data).toMatchObject({ by: station, resident, paper: { number: 'F-1' } });
  });

  it('begins for a new addressee with the step that addressed it', async () => {
    expect(steps((await page(provincial)).items)).toEqual(['F-1 ReferralRedirected', 'F-1 ReferralAccepted']);
  });

  it('goes on from any position without a gap or a repeat', async () => {
    const whole = (await page(station)).items;
    const paged: FeedItem[] = [];
    let after = 0;
    for (;;) {
      const { items, next, caughtUp } = await page(station, `after=${after}&limit=3`);
      paged.push(...items);
      after = next;
      if (caughtUp) break;
    }
    expect(paged).toEqual(whole);
    expect(after).toBe(await district.store.head());
  });

  it('is a facility’s own', async () => {
    expect((await district.get(`/referrals/feed?facility=${hospital}`, station)).status).toBe(403);
    expect((await district.get('/referrals/feed')).status).toBe(401);
    expect((await district.get('/referrals/feed?after=-1', station)).status).toBe(400);
  });
});

describe('feed as a stream', () => {
  interface Frame {
    readonly event: string;
    readonly id: number;
    readonly data: FeedItem;
  }

  /** Reads events until `enough`, then hangs up. */
  async function follow(
    facility: FacilityCode,
    query: string,
    enough: (frames: readonly Frame[]) => boolean,
    headers: Record<string, string> = {},
  ) {
    const hangUp = new AbortController();
    const authorization = `Bearer ${await district.token(facility === hospital ? 'hospital' : 'station', facility)}`;
    const answer = await fetch(`${district.address}/referrals/feed?${query}`, {
      headers: { accept: 'text/event-stream', authorization, ...headers },
      signal: hangUp.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const frames: Frame[] = [];
    let text = '';
    const decoder = new TextDecoder();
    if (!answer.body) throw new Error('No body');
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const found = /^event: (\w+)\nid: (\d+)\ndata: (.*)$/.exec(part);
        if (found)
          frames.push({ event: found[1] ?? '', id: Number(found[2]), data: JSON.parse(found[3] ?? '') as FeedItem });
      }
      if (enough(frames)) break;
    }
    hangUp.abort();
    return frames;
  }

  it('catches up, then is live', async () => {
    const before = (await page(station)).items;
    const following = follow(station, 'after=0', (frames) => frames.length >= before.length + 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = Date.now();
    await district.record(paperOf('F-live', resident, { issuedAt: yesterday }));
    await district.post(`/referrals/${station}.F-live/accept`, hospital, '"0"');
    const frames = await following;
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(frames.map(({ data }) => data)).toEqual((await page(station)).items);
    expect(frames.every(({ event, id, data }) => event === 'step' && id === data.position)).toBe(true);
  });

  it('resumes behind the last event a reader names', async () => {
    const items = (await page(station)).items;
    const at = items[2]?.position ?? 0;
    const frames = await follow(station, 'after=0', (seen) => seen.length >= items.length - 3, {
      'last-event-id': String(at),
    });
    expect(frames.map(({ id }) => id)).toEqual(items.slice(3).map(({ position }) => position));
  });
});

it('an open stream does not keep the service from stopping', async () => {
  const other = await openDistrict();
  const authorization = `Bearer ${await other.token('hospital', hospital)}`;
  const answer = await fetch(`${other.address}/referrals/feed`, {
    headers: { accept: 'text/event-stream', authorization },
  });
  const ended = answer.text();
  const began = Date.now();
  await other.close();
  expect(await ended).toBe('retry: 2000\n\n');
  expect(Date.now() - began).toBeLessThan(2_000);
});
