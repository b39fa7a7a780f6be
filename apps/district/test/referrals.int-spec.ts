import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, type DateTime, dayOf } from '#domain/dates.js';
import type { EpisodeNumber, ResidentId } from '#domain/ids.js';
import type { ReferralStep } from '#domain/referrals/referral-commands.js';
import { ExpirePapers } from '../src/expire-papers/expire-papers.js';
import type { WorklistPage } from '../src/list-referrals/list-referrals.query.js';
import type { ReferralDocument } from '../src/show-referral/referral-document.js';
import {
  type DistrictHarness,
  hospital,
  openDistrict,
  otherStation,
  paperOf,
  provincial,
  station,
} from './district-harness.js';

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly detail?: string;
  readonly en: { readonly title: string; readonly detail?: string };
  readonly errors?: readonly { readonly path: string }[];
}

let district: DistrictHarness;
let resident: ResidentId;
const today = dayOf(Date.now());
const yesterday = `${addDays(today, -1)}T08:00:00+07:00` as DateTime;

beforeAll(async () => {
  district = await openDistrict();
  resident = await district.register('Nông Thị Thử Nghiệm', 1961);
});
afterAll(() => district.close());

let count = 0;
/** A fresh referral from the station to the hospital; its path. */
async function issued(change: Parameters<typeof paperOf>[2] = {}): Promise<string> {
  count += 1;
  const number = `CT-${String(count).padStart(5, '0')}`;
  await district.record(paperOf(number, resident, { issuedAt: yesterday, ...change }));
  return `/referrals/${encodeURIComponent(`${change.from ?? station}.${number}`)}`;
}

const answer = { diagnoses: [{ code: 'I10', role: 'main' }], treatment: 'Amlodipin 5mg' };
const post = (
  path: string,
  step: ReferralStep,
  facility = hospital,
  ifMatch: string | undefined = '"0"',
  body?: object,
) => district.post<ReferralDocument & ProblemBody>(`${path}/${step}`, facility, ifMatch, body);
const code = (body: ProblemBody): string => body.type.replace('urn:lien-tuyen:problem:', '');

describe('one referral', () => {
  it('is shown to both sides with its version, its paper and what each may do', async () => {
    const path = await issued();
    const seen = await district.get<ReferralDocument>(path, hospital);
    expect(seen).toMatchObject({ status: 200, etag: '"0"' });
    expect(seen.body).toMatchObject({
      status: 'issued',
      from: { code: station, name: 'Trạm Y tế Xã Phúc Yên (giả lập)' },
      to: { code: hospital },
      resident: { id: resident, name: 'Nông Thị Thử Nghiệm', birthYear: 1961, sex: 'female' },
      issue: { direction: 'up', paper: { diagnoses: [{ code: 'I10' }] } },
      timeline: [{ revision: 0, type: 'ReferralIssued', at: yesterday, by: { code: station } }],
      steps: ['receive', 'accept', 'decline', 'redirect', 'arrive', 'did-not-arrive'],
    });
    expect((await district.get<ReferralDocument>(path, station)).body.steps).toEqual(['cancel']);
  });

  it('is not there for a facility it does not concern, nor without a token', async () => {
    const path = await issued();
    expect((await district.get<ProblemBody>(path, otherStation)).status).toBe(404);
    expect((await post(path, 'receive', otherStation)).status).toBe(404);
    expect((await district.get(path)).status).toBe(401);
    for (const unknown of ['08Z11.nothing', 'nonsense', '08Z11.', '%20']) {
      const { status, body } = await district.get<ProblemBody>(`/referrals/${unknown}`, hospital);
      expect([status, code(body)]).toEqual([404, 'unknown-referral']);
    }
  });

  it('goes its whole way, each step answered with the new state and version', async () => {
    const path = await issued();
    const way = [
      ['receive', hospital, undefined, 'received'],
      ['accept', hospital, { appointment: '2099-01-04T08:00:00+07:00', note: 'Phòng 12' }, 'accepted'],
      ['arrive', hospital, { episode: '08Z01.1' }, 'arrived'],
      ['answer', hospital, { answer }, 'answered'],
      [
        'refer-back',
        hospital,
        { paper: { number: 'V-1', to: station, issuedAt: yesterday, diagnoses: answer.diagnoses } },
        'referred-back',
      ],
      ['close', station, { note: 'Đã tiếp nhận lại' }, 'closed'],
    ] as const;
    let tag = '"0"';
    for (const [index, [step, facility, body, status]] of way.entries()) {
      const taken = await post(path, step, facility, tag, body);
      expect(taken).toMatchObject({ status: 200, etag: `"${index + 1}"`, body: { status, revision: index + 1 } });
      tag = taken.etag ?? '';
    }
    const { body } = await district.get<ReferralDocument>(path, station);
    expect(body).toMatchObject({
      status: 'closed',
      arrival: { episode: '08Z01.1', late: false },
      answers: [answer],
      steps: [],
    });
    expect(body.timeline.map(({ type }) => type)).toEqual([
      'ReferralIssued', 'ReferralReceived', 'ReferralAccepted', 'PatientArrived', 'ReferralAnswered', 'PatientReferredBack', 'ReferralClosed',
    ]); // prettier-ignore
    const last = (await district.events()).at(-1);
    expect(last?.metadata).toMatchObject({ facility: station, actor: `station:${station}`, subject: resident });
    expect(last?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('redirected, is the new facility’s to handle, and stays visible to the first', async () => {
    const path = await issued();
    expect(
      (await post(path, 'redirect', hospital, '"0"', { to: provincial, reason: 'Vượt khả năng' })).body.to.code,
    ).toBe(provincial);
    const refused = await post(path, 'accept', hospital, '"1"');
    expect([refused.status, code(refused.body)]).toEqual([403, 'wrong-actor']);
    expect(await post(path, 'accept', provincial, '"1"')).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect((await district.get(path, hospital)).status).toBe(200);
  });
});

describe('versions', () => {
  it('a step without If-Match is 428, and nothing happens', async () => {
    const path = await issued();
    const refused = await district.post<ProblemBody>(`${path}/receive`, hospital, undefined);
    expect([refused.status, code(refused.body)]).toEqual([428, 'version-required']);
    expect((await district.get(path, hospital)).etag).toBe('"0"');
  });

  it('a step on an old version is 412 with the new one, and nothing happens', async () => {
    const path = await issued();
    await post(path, 'cancel', station, '"0"', { reason: 'Không đi' });
    const refused = await post(path, 'accept', hospital, '"0"');
    expect([refused.status, code(refused.body), refused.etag]).toEqual([412, 'stale-version', '"1"']);
    expect((await district.get<ReferralDocument>(path, hospital)).body.status).toBe('cancelled');
    expect((await post(path, 'accept', hospital, 'W/"1"')).status).toBe(412);
    expect((await post(path, 'accept', hospital, 'nonsense')).status).toBe(412);
  });

  it('of two people at once one wins, the other is told', async () => {
    const path = await issued();
    const answers = await Promise.all([
      post(path, 'accept', hospital, '"0"'),
      post(path, 'decline', hospital, '"0"', { reason: 'Hết giường' }),
      post(path, 'redirect', hospital, '"0"', { to: provincial, reason: 'Vượt khả năng' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412]);
    expect((await district.get(path, hospital)).etag).toBe('"1"');
  });

  it('the same step again is 200 and no second event, whichever of the two versions it names', async () => {
    const path = await issued();
    const body = { reason: 'Hết giường' };
    await post(path, 'decline', hospital, '"0"', body);
    for (const tag of ['"0"', '"1"', '*']) {
      expect(await post(path, 'decline', hospital, tag, body)).toMatchObject({
        status: 200,
        etag: '"1"',
        body: { status: 'declined' },
      });
    }
    expect((await district.get<ReferralDocument>(path, hospital)).body.timeline).toHaveLength(2);
  });
});

describe('refusals', () => {
  it('an illegal step is 409 and names the step and the status in both languages', async () => {
    const path = await issued();
    const refused = await post(path, 'answer', hospital, '"0"', { answer });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      type: 'urn:lien-tuyen:problem:illegal-step',
      status: 409,
      state: 'issued',
      detail: 'Không thể «Trả kết quả» khi giấy chuyển ở trạng thái «Mới chuyển».',
      en: { detail: '“Answer” is not possible while the referral is “Issued”.' },
    });
    expect((await district.get(path, hospital)).etag).toBe('"0"');
  });

  it('another side’s step is 403 and says whose it is', async () => {
    const path = await issued();
    const refused = await post(path, 'cancel', hospital, '"0"', { reason: 'x' });
    expect([refused.status, code(refused.body)]).toEqual([403, 'wrong-actor']);
    expect(refused.body.detail).toContain(station);
  });

  it.each([
    ['decline', {}, 'reason'],
    ['decline', { reason: '  ' }, 'reason'],
    ['decline', { reason: 7 }, 'reason'],
    ['redirect', { reason: 'x' }, 'to'],
    ['redirect', { reason: 'x', to: 'Huế' }, 'to'],
    ['receive', { at: 'yesterday' }, 'at'],
    ['receive', { by: '08Z00' }, 'by'],
    ['accept', { appointment: '2026-13' }, 'appointment'],
    ['answer', {}, 'answer'],
    ['answer', { answer: 'I10' }, 'answer'],
    ['answer', { answer: { diagnoses: 'I10' } }, 'answer.diagnoses'],
    ['answer', { answer: { diagnoses: [{ code: 'i10', role: 'main' }] } }, 'answer.diagnoses[0].code'],
    ['answer', { answer: { diagnoses: [{ code: 'I10', role: 'first' }] } }, 'answer.diagnoses[0].role'],
    ['answer', { answer: { diagnoses: [], treatmentResult: '9' } }, 'answer.treatmentResult'],
    ['refer-back', { paper: { number: 'V 1' } }, 'paper.number'],
  ] as const)('%s with %j is 400 and names the field', async (step, body, field) => {
    const path = await issued();
    const refused = await post(path, step, hospital, '"0"', body);
    expect([refused.status, code(refused.body)]).toEqual([400, 'invalid-request']);
    expect(refused.body.errors?.map(({ path }) => path)).toContain(field);
    expect((await district.get(path, hospital)).etag).toBe('"0"');
  });

  it.each([
    ['redirect', { reason: 'x', to: '08Z77' }],
    ['redirect', { reason: 'x', to: hospital }],
    ['receive', { at: '2999-01-01' }],
    ['receive', { at: '2026-02-30' }],
  ] as const)('%s with %j is 422', async (step, body) => {
    const path = await issued();
    const refused = await post(path, step, hospital, '"0"', body);
    expect([refused.status, code(refused.body)]).toEqual([422, 'missing-data']);
  });

  it('only those with the scope and a facility', async () => {
    const path = await issued();
    const as = async (kind: Parameters<typeof district.token>[0], facility?: Parameters<typeof district.token>[1]) => {
      const authorization = `Bearer ${await district.token(kind, facility)}`;
      const read = await fetch(`${district.address}${path}`, { headers: { authorization } });
      const write = await fetch(`${district.address}${path}/receive`, {
        method: 'POST',
        headers: { authorization, 'if-match': '"0"' },
      });
      return [read.status, write.status];
    };
    expect(await as('clinician', hospital)).toEqual([200, 403]);
    expect(await as('clinician', otherStation)).toEqual([404, 403]);
    expect(await as('clinician')).toEqual([403, 403]);
    expect(await as('province')).toEqual([403, 403]);
    expect(await as('operator')).toEqual([403, 403]);
    expect((await district.get(path, hospital)).etag).toBe('"0"');
  });
});

describe('messages', () => {
  it('an arrival before its paper stands on the hospital’s list, and the paper fills it in', async () => {
    const paper = paperOf('LATE-1', resident, { issuedAt: yesterday });
    await district.record({
      step: 'arrive',
      referral: paper.referral,
      at: yesterday,
      by: hospital,
      resident,
      episode: 'E1' as EpisodeNumber,
    });
    const path = `/referrals/${station}.LATE-1`;
    expect((await district.get<ReferralDocument>(path, hospital)).body).toMatchObject({
      status: 'arrived',
      resident: { id: resident },
    });
    expect((await district.get(path, station)).status).toBe(200);
    await district.record(paper);
    expect((await district.get<ReferralDocument>(path, hospital)).body).toMatchObject({
      status: 'arrived',
      issue: { paper: { number: 'LATE-1' } },
    });
  });
});

describe('worklists', () => {
  const list = (query: string, facility = provincial) =>
    district.get<WorklistPage & ProblemBody>(`/referrals?${query}`, facility);
  const numbers = (page: WorklistPage): string[] => page.items.map(({ number }) => number);

  beforeAll(async () => {
    for (let day = 1; day <= 7; day += 1) {
      const issuedAt = `2026-10-0${day}T08:00:00+07:00` as DateTime;
      await district.record(paperOf(`L-${day}`, resident, { to: provincial, from: otherStation, issuedAt }));
    }
    for (const number of ['L-2', 'L-5']) {
      await post(`/referrals/${otherStation}.${number}`, 'accept', provincial);
    }
  });

  it('show the newest paper first, with what a worklist needs', async () => {
    const { body } = await list('direction=incoming&state=issued');
    expect(numbers(body)).toEqual(['L-7', 'L-6', 'L-4', 'L-3', 'L-1']);
    expect(body.items[0]).toEqual({
      id: `${otherStation}.L-7`,
      number: 'L-7',
      from: { code: otherStation, name: 'Trạm Y tế Xã Xuân Lập (giả lập)' },
      to: { code: provincial, name: 'Bệnh viện đa khoa tỉnh (giả lập)' },
      status: 'issued',
      direction: 'up',
      resident: { id: resident, name: 'Nông Thị Thử Nghiệm', sex: 'female', birthYear: 1961 },
      diagnosis: { code: 'I10', text: 'Tăng huyết áp vô căn' },
      referredAt: '2026-10-07T08:00:00+07:00',
      changedAt: '2026-10-07T08:00:00+07:00',
      validUntil: '2026-10-21',
      revision: 0,
    });
    expect(body.position).toBe(await district.store.head());
  });

  it.each(['issued', 'issued,accepted', ''])('page through state=%s without a gap or a repeat', async (state) => {
    const query = `direction=outgoing${state && `&state=${state}`}`;
    const whole = numbers((await list(query, otherStation)).body);
    const paged: string[] = [];
    let after: string | undefined;
    do {
      const { body }: { body: WorklistPage } = await list(
        `${query}&limit=2${after ? `&after=${after}` : ''}`,
        otherStation,
      );
      expect(body.items.length).toBeLessThanOrEqual(2);
      paged.push(...numbers(body));
      after = body.next;
    } while (after !== undefined);
    expect(paged).toEqual(whole);
    expect(whole).toEqual(
      ['L-7', 'L-6', 'L-5', 'L-4', 'L-3', 'L-2', 'L-1'].filter(
        (number) => state !== 'issued' || !['L-2', 'L-5'].includes(number),
      ),
    );
  });

  it('are a facility’s own', async () => {
    expect((await list('direction=incoming', otherStation)).body.items).toEqual([]);
    const refused = await list(`facility=${provincial}`, otherStation);
    expect([refused.status, code(refused.body)]).toEqual([403, 'other-facility']);
    const own = (await list(`facility=${provincial}&state=accepted`)).body.items;
    expect(new Set(own.map(({ to, status }) => `${to.code} ${status}`))).toEqual(new Set([`${provincial} accepted`]));
  });

  it.each([
    'state=lost',
    'state=unknown',
    'state=constructor',
    'direction=up',
    'limit=0',
    'limit=501',
    'after=x',
    'facility=x',
    'sort=name',
  ])('?%s is 400', async (query) => {
    expect((await list(query)).status).toBe(400);
  });
});

describe('expiry', () => {
  it('records papers past their last valid day once, and leaves alone who has come', async () => {
    const old = '2026-01-05T08:00:00+07:00' as DateTime;
    const lapsed = await issued({ issuedAt: old });
    const accepted = await issued({ issuedAt: old });
    const attended = await issued({ issuedAt: old });
    const valid = await issued();
    await post(accepted, 'accept');
    await post(attended, 'arrive', hospital, '"0"', { at: '2026-01-06T09:00:00+07:00' });
    const job = district.application.get(ExpirePapers, { strict: false });
    await district.settled();

    expect(await job.run(dayOf(Date.parse('2026-01-19T12:00:00Z')))).toBe(0);
    expect(await job.run(dayOf(Date.parse('2026-01-20T12:00:00Z')))).toBe(2);
    expect(await job.run(dayOf(Date.parse('2026-01-20T12:00:00Z')))).toBe(0);

    const status = async (path: string) => (await district.get<ReferralDocument>(path, hospital)).body.status;
    expect(await Promise.all([lapsed, accepted, attended, valid].map(status))).toEqual([
      'expired',
      'expired',
      'arrived',
      'issued',
    ]);
    const expiry = (await district.get<ReferralDocument>(lapsed, hospital)).body.timeline.at(-1);
    expect(expiry).toMatchObject({ type: 'ReferralExpired', at: '2026-01-20T00:00:00+07:00', by: { code: station } });
    expect((await district.events()).findLast(({ type }) => type === 'ReferralExpired')?.metadata.actor).toBe(
      'system:expiry',
    );
  });
});
