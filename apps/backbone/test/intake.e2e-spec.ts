import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseFacilityCode } from '#domain/ids.js';
import type { CallerKind } from '#security/caller.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { startServer, type OwnServer } from '../src/verify/own-server.js';

const example = (name: string): Buffer =>
  readFileSync(new URL(`../../../../docs/integrators/examples/${name}`, import.meta.url));
const station = '08Z13';

let folder: string;
let server: OwnServer;
let issuer: TokenIssuer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-intake-http-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile, BODY_LIMIT: '256KiB' }, [
    '--empty',
  ]);
  issuer = new TokenIssuer(openSecrets(secretsFile));
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ask {
  readonly method?: string;
  readonly as?: CallerKind | 'nobody';
  readonly facility?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  json<Body>(): Body;
}

async function ask(
  path: string,
  { method = 'GET', as = 'station', facility = station, headers, body }: Ask,
): Promise<Told> {
  const code = parseFacilityCode(facility);
  const needsFacility = as === 'station' || as === 'hospital';
  const token =
    as === 'nobody'
      ? undefined
      : await issuer.issue({ kind: as, hours: 1, ...(needsFacility && code && { facility: code }) });
  const answer = await fetch(new URL(path, server.origin), {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    json: <Body>() => JSON.parse(bytes.toString()) as Body,
  };
}

const post = (body: Uint8Array<ArrayBuffer> | string, changes: Ask = {}): Promise<Told> =>
  ask('/intake/messages', {
    method: 'POST',
    ...changes,
    body,
    headers: { 'content-type': 'application/xml', ...changes.headers },
  });

interface ReceiptBody {
  readonly id: string;
  readonly status: string;
  readonly firstStatus?: string;
  readonly digest: string;
  readonly records: readonly { readonly episode: string; readonly outcome: string }[];
  readonly faults: readonly { readonly code: string; readonly text: { readonly vi: string; readonly en: string } }[];
}
interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly en: { readonly title: string };
  readonly receipt?: ReceiptBody;
}

const visit = new Uint8Array(example('visit-with-transfer.qd4750.xml'));

describe('posting a message', () => {
  it('is answered 201 with a receipt, and 200 with the same receipt when it comes again', async () => {
    const first = await post(visit);
    expect(first.status).toBe(201);
    const receipt = first.json<ReceiptBody>();
    expect(receipt).toMatchObject({
      status: 'accepted',
      records: [{ kind: 'visit', episode: '08Z13.202610.00040', outcome: 'recorded' }],
    });
    expect(first.headers.get('location')).toBe(`/intake/receipts/${receipt.id}`);

    const again = await post(visit, { headers: { 'idempotency-key': 'another-try' } });
    expect(again.status).toBe(200);
    expect(again.json<ReceiptBody>()).toEqual({ ...receipt, status: 'duplicate', firstStatus: 'accepted' });
  });

  it('is refused 409 when its Idempotency-Key was used for other content', async () => {
    const headers = { 'idempotency-key': 'k-409' };
    expect(
      (await post(example('visit-with-transfer.qd4750.xml').toString().replaceAll('00040', '00041'), { headers }))
        .status,
    ).toBe(201);
    const other = await post(example('visit-with-transfer.qd4750.xml').toString().replaceAll('00040', '00042'), {
      headers,
    });
    expect(other.status).toBe(409);
    expect(other.headers.get('content-type')).toContain('application/problem+json');
    expect(other.json<ProblemBody>()).toMatchObject({
      type: 'urn:lien-tuyen:problem:idempotency-key-reused',
      status: 409,
    });
  });

  it('is refused 403 for another facility, with a receipt; its original is kept for the sender alone', async () => {
    const refused = await post(visit, { facility: '08Z14' });
    expect(refused.status).toBe(403);
    const { receipt } = refused.json<ProblemBody>();
    const original = `/intake/receipts/${receipt?.id ?? ''}/original`;
    expect((await ask(original, { facility: '08Z14' })).bytes.equals(visit)).toBe(true);
    expect((await ask(original, { facility: station })).status).toBe(404);
    expect((await ask(original, { as: 'operator' })).status).toBe(404);
  });

  it('is refused 422 with readable faults when nothing in it can be taken, broken JSON included', async () => {
    for (const [body, contentType] of [
      ['<GIAMDINHHS><THONGTIN', 'application/xml'],
      ['{"command": ', 'application/json'],
      [
        example('visit-with-transfer.qd4750.xml')
          .toString()
          .replace(/<NGAY_VAO>.*?<\/NGAY_VAO>/, ''),
        'text/xml',
      ],
    ] as const) {
      const refused = await post(body, { headers: { 'content-type': contentType } });
      expect(refused.status).toBe(422);
      const { receipt, title, en } = refused.json<ProblemBody>();
      expect(title).not.toBe(en.title);
      const faults = [
        ...(receipt?.faults ?? []),
        ...(receipt?.records ?? []).flatMap((record) =>
          'faults' in record ? (record.faults as ReceiptBody['faults']) : [],
        ),
      ];
      expect(faults.length).toBeGreaterThan(0);
      for (const fault of faults) expect(fault.text).toMatchObject({ vi: expect.any(String), en: expect.any(String) });
      const kept = await ask(`/intake/receipts/${receipt?.id ?? ''}/original`, {});
      expect(kept.bytes.toString()).toBe(body);
    }
  });

  it('is refused 401 without a token, 403 for those who send nothing, 413 when too large, 415 in another format, 400 with a bad key', async () => {
    expect((await post(visit, { as: 'nobody' })).status).toBe(401);
    for (const as of ['clinician', 'province', 'operator'] as const)
      expect((await post(visit, { as })).status).toBe(403);
    expect((await post('<'.padEnd(300 * 1024, 'x'))).status).toBe(413);
    expect((await post('a;b', { headers: { 'content-type': 'text/html' } })).status).toBe(415);
    expect((await post(visit, { headers: { 'idempotency-key': 'two words' } })).status).toBe(400);
    expect((await post('')).status).toBe(422);
  });

  it('is read by what it is when its software does not say what it sends', async () => {
    const body = example('visit-with-transfer.qd4750.xml').toString().replaceAll('00040', '00050');
    expect((await post(body, { headers: { 'content-type': 'application/octet-stream' } })).status).toBe(201);
  });
});

describe('receipts', () => {
  it('are found again by their id, by the sender and the operator alone', async () => {
    const { id } = (await post(visit)).json<ReceiptBody>();
    const found = await ask(`/intake/receipts/${id}`, {});
    expect(found.json<ReceiptBody>()).toMatchObject({ id, status: 'accepted' });
    expect((await ask(`/intake/receipts/${id}`, { as: 'operator' })).status).toBe(200);
    expect((await ask(`/intake/receipts/${id}`, { facility: '08Z14' })).status).toBe(404);
    expect((await ask(`/intake/receipts/${id}`, { as: 'clinician' })).status).toBe(403);
    expect((await ask('/intake/receipts/08Z13-nothing', {})).status).toBe(404);
  });

  it('are listed by facility and time, in pages', async () => {
    const facility = '08Z19';
    const since = new Date().toISOString();
    for (let number = 1; number <= 5; number += 1) {
      const body = example('visit-with-transfer.qd4750.xml')
        .toString()
        .replaceAll(station, facility)
        .replaceAll('00040', `0010${number}`);
      expect((await post(body, { facility })).status).toBe(201);
    }
    await sleep(500);
    const ids: string[] = [];
    let next: string | undefined = `/intake/receipts?facility=${facility}&since=${since}&limit=2`;
    while (next !== undefined) {
      const page: Told = await ask(next, { facility });
      const { items, next: following } = page.json<{ items: ReceiptBody[]; next?: string }>();
      expect(items.length).toBeLessThanOrEqual(2);
      ids.push(...items.map((receipt) => receipt.id));
      next = following;
    }
    expect(new Set(ids).size).toBe(5);
    const [from] = since.split('.');
    const local = `/intake/receipts?facility=${facility}&since=${from ?? ''}+00:00`;
    expect((await ask(local, { facility })).json<{ items: readonly object[] }>().items).toHaveLength(5);
    expect((await ask(`/intake/receipts?facility=${facility}`, {})).status).toBe(403);
    expect((await ask(`/intake/receipts?facility=${facility}&since=yesterday`, { facility })).status).toBe(400);
  });

  it('are given again, without effect, when a message is run again', async () => {
    const { id, records } = (await post(visit)).json<ReceiptBody>();
    const again = await ask(`/intake/receipts/${id}/reprocess`, { method: 'POST' });
    expect(again.status).toBe(200);
    expect(again.json<ReceiptBody>()).toMatchObject({ id, status: 'accepted', records });
    expect((await ask(`/intake/receipts/${id}/reprocess`, { method: 'POST', facility: '08Z14' })).status).toBe(404);
  });
});

describe('an episode that is taken back', () => {
  const episode = '08Z13.202610.00090';
  const json = { headers: { 'content-type': 'application/json' } };
  const figure = async (): Promise<number | undefined> => {
    const answer = await ask(`/statistics/indicators?place=${station}&period=2026`, { as: 'province' });
    const { indicators } = answer.json<{ indicators: readonly { code: string; value: number }[] }>();
    return indicators.find(({ code }) => code === 'visits')?.value;
  };
  const inRecord = async (): Promise<number | undefined> =>
    (await ask(`/fhir/Encounter?identifier=${episode}`, { as: 'clinician' })).json<{ entry?: readonly unknown[] }>()
      .entry?.length;
  const become = async (what: () => Promise<number | undefined>, wanted: number | undefined): Promise<void> => {
    for (let tries = 0; tries < 100 && (await what()) !== wanted; tries += 1) await sleep(50);
    expect(await what()).toBe(wanted);
  };

  it('leaves the record and the figures, but not the referral it made; told anew it is back', async () => {
    const sent = example('visit-with-transfer.qd4750.xml')
      .toString()
      .replaceAll('00040', '00090')
      .replaceAll('08Z13-CT-', '08Z13-CT-9');
    const before = (await figure()) ?? 0;
    const receipt = (await post(sent)).json<ReceiptBody>();
    expect(receipt.records[0]).toMatchObject({ episode, outcome: 'recorded' });
    await become(figure, before + 1);
    await become(inRecord, 1);

    const withdrawn = await post(JSON.stringify({ command: 'retract-visit', episode, reason: 'nhầm người' }), json);
    expect(withdrawn.status).toBe(201);
    expect(withdrawn.json<ReceiptBody>().records).toMatchObject([{ kind: 'visit', episode, outcome: 'retracted' }]);
    await become(figure, before);
    await become(inRecord, undefined);
    const referrals = await ask(`/referrals?facility=${station}&direction=outgoing`, {});
    expect(referrals.bytes.toString()).toContain('08Z13-CT-9');

    await post(sent.replace('<NGAYLAP>2026', '<NGAYLAP> 2026'));
    await become(figure, before + 1);
    await become(inRecord, 1);
  });
});
