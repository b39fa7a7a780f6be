import { transactionJson } from '#fhir/testing/bundles.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FacilityCode } from '#domain/ids.js';
import type { IntakeAnswer } from '../src/intake/intake.js';
import type { ReceivedMessage } from '../src/intake/message.js';
import { receiptId, type Receipt } from '../src/intake/receipt.js';
import { UnfinishedMessages } from '../src/unfinished-messages.js';
import { pino } from 'pino';
import { createLogger } from '#platform/logging.js';
import {
  envelope,
  hospital,
  message,
  openIntake,
  otherStation,
  referralCommand,
  station,
  testPerson,
  visitCommand,
  type IntakeHarness,
} from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const receiptOf = (answer: IntakeAnswer): Receipt => {
  if (!('receipt' in answer)) throw new Error(`no receipt: ${answer.outcome}`);
  return answer.receipt;
};
const residentsOf = (...answers: readonly IntakeAnswer[]): readonly unknown[] => [
  ...new Set(answers.flatMap((answer) => receiptOf(answer).records.map((record) => record.resident))),
];
const typesOf = async (category: string): Promise<readonly string[]> =>
  (await harness.events(category)).map((event) => event.type);

describe('a message', () => {
  it('is taken once: the same bytes again give the first receipt, and nothing happens', async () => {
    const first = await harness.post(station, visitCommand('E1'));
    expect(first).toMatchObject({
      outcome: 'taken',
      receipt: { status: 'accepted', records: [{ outcome: 'recorded' }] },
    });
    const before = await harness.store.head();
    const again = await harness.post(station, visitCommand('E1'));
    expect(again).toEqual({ outcome: 'duplicate', receipt: receiptOf(first) });
    expect(await harness.store.head()).toBe(before);
  });

  it('posted many times at once is taken once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => harness.post(station, visitCommand('E1'))));
    expect(answers.filter((answer) => answer.outcome === 'taken')).toHaveLength(1);
    expect(await typesOf('visit')).toEqual(['VisitRecorded']);
  });

  it('with other content amends its episode and changes nothing else', async () => {
    await harness.post(station, visitCommand('E1'));
    const amended = await harness.post(
      station,
      visitCommand('E1', { visit: { diagnoses: [{ code: 'E11.9', role: 'main' }] } }),
    );
    expect(receiptOf(amended).records).toMatchObject([{ episode: 'E1', outcome: 'amended' }]);
    expect(await typesOf('visit')).toEqual(['VisitRecorded', 'VisitAmended']);
    expect(await typesOf('resident')).toEqual(['ResidentRegistered']);
  });

  it('that says two things of one episode takes them in their order, and finishes when it was cut off', async () => {
    const twice = envelope({ episode: 'E1', reason: 'Ho' }, { episode: 'E1', reason: 'Sốt' });
    const first = await harness.post(station, twice);
    expect(receiptOf(first).records).toMatchObject([
      { episode: 'E1', outcome: 'recorded' },
      { episode: 'E1', outcome: 'amended' },
    ]);
    expect(await typesOf('visit')).toEqual(['VisitRecorded', 'VisitAmended']);
    await harness.intake.reprocess(message(station, twice));
    expect(await typesOf('visit')).toEqual(['VisitRecorded', 'VisitAmended']);
  });

  it('of another facility is refused, and kept', async () => {
    const command = { ...visitCommand('E1'), facility: otherStation };
    const refused = await harness.post(station, command);
    expect(refused).toMatchObject({ outcome: 'refused', httpStatus: 403 });
    expect(await typesOf('visit')).toEqual([]);
    const original = await harness.originals.fetch(station, receiptOf(refused).digest);
    expect(JSON.parse(Buffer.from(original?.body ?? []).toString())).toEqual(command);
  });

  it('cannot be made one of its sender by naming the sender again at its end', async () => {
    const claim = `<GIAMDINHHS><MACSKCB>${otherStation}</MACSKCB><NGAYLAP>20261005</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><HOSO><FILEHOSO>
      <LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE><TONG_HOP><MA_LK>E1</MA_LK><HO_TEN>Nông Thị Thử</HO_TEN><NGAY_VAO>202610050830</NGAY_VAO>
      <MA_CSKCB>${otherStation}</MA_CSKCB></TONG_HOP></NOIDUNGFILE></FILEHOSO></HOSO><MACSKCB>${station}</MACSKCB></GIAMDINHHS>`;
    expect(await harness.post(station, claim)).toMatchObject({ outcome: 'refused', httpStatus: 403 });
    expect(await typesOf('visit')).toEqual([]);
  });

  it('that is rubbish is refused with its faults, kept, and answered alike when it comes again', async () => {
    const rubbish = '<GIAMDINHHS><THONGTIN';
    const first = await harness.post(station, rubbish);
    expect(first).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect(receiptOf(first).faults.length).toBeGreaterThan(0);
    expect(receiptOf(await harness.post(station, rubbish))).toEqual(receiptOf(first));
    expect(await typesOf('message')).toEqual(['MessageRefused']);
    const original = await harness.originals.fetch(station, receiptOf(first).digest);
    expect(Buffer.from(original?.body ?? []).toString()).toBe(rubbish);
  });

  it('names every wrong field of a command, and repeats no value', async () => {
    const refused = await harness.post(station, {
      command: 'record-visit',
      person: { name: 'Bí Mật', sex: 'unknowable', birthDate: '1961' },
      visit: { episode: 'E1', start: '2026-13-45', diagnoses: [], oops: 1 },
    });
    const { faults } = receiptOf(refused);
    expect(faults.map((fault) => fault.path).toSorted()).toEqual(['person/sex', 'visit/oops']);
    expect(JSON.stringify(faults)).not.toContain('Bí Mật');
    const noSuchDay = await harness.post(station, visitCommand('E1', { visit: { start: '2026-02-30' } }));
    expect(receiptOf(noSuchDay).faults).toMatchObject([{ path: 'visit/start', code: 'not-valid' }]);
  });

  it('in a format we do not take is refused as such', async () => {
    expect(await harness.post(station, 'a;b;c', { contentType: 'text/html' })).toMatchObject({
      outcome: 'refused',
      httpStatus: 415,
    });
  });

  it('is tied to its Idempotency-Key', async () => {
    expect(await harness.post(station, visitCommand('E1'), { key: 'k1' })).toMatchObject({ outcome: 'taken' });
    expect(await harness.post(station, visitCommand('E1'), { key: 'k1' })).toMatchObject({ outcome: 'duplicate' });
    expect(await harness.post(station, visitCommand('E2'), { key: 'k1' })).toEqual({ outcome: 'key-reused' });
    expect(await harness.post(otherStation, visitCommand('E2'), { key: 'k1' })).toMatchObject({ outcome: 'taken' });
    expect(await typesOf('visit')).toEqual(['VisitRecorded', 'VisitRecorded']);
  });

  it('with thousands of records has one receipt, however long', async () => {
    const count = 3000;
    const hoso = (number: number): string =>
      `<HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE><TONG_HOP><MA_LK>E${number}</MA_LK><MA_CSKCB>${station}</MA_CSKCB></TONG_HOP></NOIDUNGFILE></FILEHOSO></HOSO>`;
    const taken = `<HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE><TONG_HOP><MA_LK>E1</MA_LK><MA_BN>1</MA_BN><HO_TEN>Nông Thị Thử</HO_TEN>
      <NGAY_SINH>196105110000</NGAY_SINH><GIOI_TINH>2</GIOI_TINH><NGAY_VAO>202610050830</NGAY_VAO><MA_CSKCB>${station}</MA_CSKCB></TONG_HOP></NOIDUNGFILE></FILEHOSO></HOSO>`;
    const body = `<GIAMDINHHS><MACSKCB>${station}</MACSKCB>${taken}${Array.from({ length: count }, (_, number) => hoso(number)).join('')}</GIAMDINHHS>`;
    const first = receiptOf(await harness.post(station, body));
    expect(first.records).toHaveLength(count + 1);
    expect(JSON.stringify(first).length).toBeGreaterThan(1024 * 1024);
    const again = await harness.post(station, body);
    expect(again).toEqual({ outcome: 'duplicate', receipt: first });
  });

  it('about a visit in the future is taken, with a warning', async () => {
    const start = new Date(Date.now() + 3 * 24 * 3_600_000).toISOString();
    const { records } = receiptOf(
      await harness.post(station, visitCommand('E1', { visit: { start, end: undefined } })),
    );
    expect(records).toMatchObject([{ outcome: 'recorded', faults: [{ code: 'in-the-future', severity: 'warning' }] }]);
  });

  it.each(['Nông\0Thị', 'Nông\u001bThị', 'Nông\ud800Thị'])(
    'with a name that is no text (%j) is refused',
    async (name) => {
      const refused = await harness.post(station, visitCommand('E1', { person: testPerson({ name }) }));
      expect(receiptOf(refused).faults).toMatchObject([{ path: 'person/name', code: 'not-text' }]);
      const taken = visitCommand('E1', { person: testPerson({ name: 'Nông\tThị 𠀀' }) });
      expect(await harness.post(station, taken)).toMatchObject({ outcome: 'taken' });
    },
  );

  it('is read by what it is: UTF-16 of unnamed type, FHIR sent as plain JSON', async () => {
    const body = Buffer.from(`\uFEFF${envelope({ episode: 'E1', reason: 'ho' })}`, 'utf16le');
    for (const [episode, bytes] of [
      ['E1', body],
      ['E2', Buffer.from(`\uFEFF${envelope({ episode: 'E2', reason: 'ho' })}`, 'utf16le').swap16()],
    ] as const) {
      const { records } = receiptOf(await harness.post(station, bytes, { contentType: 'application/octet-stream' }));
      expect(records).toMatchObject([{ episode, outcome: 'recorded' }]);
    }
    const { format, records } = receiptOf(await harness.post(station, transactionJson()));
    expect([format, records.map(({ kind }) => kind)]).toEqual(['fhir', ['person', 'visit']]);
    const command = visitCommand('E3', { visit: { reason: '"resourceType":' } });
    expect(receiptOf(await harness.post(station, command)).format).toBe('json-command');
  });

  it('that names no sender cannot be taken', async () => {
    const refused = await harness.post(station, '<GIAMDINHHS><HOSO/></GIAMDINHHS>');
    expect(refused).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect(receiptOf(refused).faults.map((fault) => fault.code)).toContain('sender-missing');
  });

  it('run again does not undo what newer ones have said since', async () => {
    await harness.post(station, visitCommand('E1'));
    await harness.post(station, visitCommand('E1', { visit: { treatment: 'lần một' } }));
    await harness.post(station, visitCommand('E1', { visit: { treatment: 'lần hai' } }));
    const head = await harness.store.head();
    for (const treatment of [undefined, 'lần một']) {
      const old = message(station, visitCommand('E1', { visit: treatment === undefined ? {} : { treatment } }));
      expect(await harness.intake.reprocess(old)).toMatchObject({ outcome: 'taken' });
    }
    expect(await harness.store.head()).toBe(head);
  });

  it('with a part that was refused is run again for that part alone', async () => {
    const screening = (facility: typeof station, systolic: number): object => ({
      command: 'complete-screening',
      facility,
      person: testPerson(),
      screening: {
        id: '0b9d6a2e-6f0c-4a53-9f0e-3d1f5c0a7e11',
        at: '2026-10-12',
        programme: 'general',
        vitals: { systolic },
      },
    });
    await harness.post(otherStation, screening(otherStation, 150));
    const refused = message(station, screening(station, 140));
    expect(await harness.intake.receive(refused)).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect(await harness.intake.reprocess(refused)).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect((await typesOf('message')).filter((type) => type === 'MessageRefused')).toHaveLength(1);
  });

  it('cut off before its answer is finished at the next start', async () => {
    const { facility, digest, contentType, receivedAt, actor, body } = message(station, visitCommand('E1'));
    await harness.originals.keep({ facility, digest, contentType, receivedAt, actor, body });
    await new UnfinishedMessages(harness.originals, harness.replica(), pino({ level: 'silent' })).finish();
    expect(await harness.post(station, visitCommand('E1'))).toMatchObject({ outcome: 'duplicate' });
    expect(await harness.originals.unanswered()).toEqual([]);
  });

  it('that cannot be finished stays unanswered, and keeps neither the others nor the start', async () => {
    const cutOff = ['E1', 'E2'].map((episode) => message(station, visitCommand(episode)));
    for (const { facility, digest, contentType, receivedAt, actor, body } of cutOff)
      await harness.originals.keep({ facility, digest, contentType, receivedAt, actor, body });
    const [broken] = cutOff;
    const intake = {
      receive: (received: ReceivedMessage) =>
        received.digest === broken?.digest
          ? Promise.reject(new Error('Nông Thị Thử'))
          : harness.intake.receive(received),
    };
    const log: string[] = [];
    const logger = createLogger({ logLevel: 'info' }, { write: (line) => void log.push(line) });
    await new UnfinishedMessages(harness.originals, intake, logger).finish();
    expect(await harness.originals.unanswered()).toEqual([{ facility: station, digest: broken?.digest }]);
    expect(await typesOf('visit')).toEqual(['VisitRecorded']);
    expect(log.join('')).toContain(receiptId(station, broken?.digest ?? ''));
  });
});

describe('a resident', () => {
  it('is one person at every facility, by personal number', async () => {
    const answers = [
      await harness.post(station, visitCommand('E1')),
      await harness.post(otherStation, visitCommand('E1')),
      await harness.post(hospital, visitCommand('E9', { person: testPerson({ name: 'NONG THI THU NGHIEM' }) })),
    ];
    expect(residentsOf(...answers)).toHaveLength(1);
  });

  it('is found by the facility patient number, or by name, birth date, sex and commune', async () => {
    const patient = { system: 'facility-patient-number', value: 'BN-7' };
    const { identifiers, ...unnumbered } = testPerson();
    const answers = [
      await harness.post(
        station,
        visitCommand('E1', { person: testPerson({ identifiers: [...(identifiers ?? []), patient] }) }),
      ),
      await harness.post(station, visitCommand('E2', { person: { ...unnumbered, identifiers: [patient] } })),
      await harness.post(otherStation, visitCommand('E3', { person: unnumbered })),
    ];
    expect(residentsOf(...answers)).toHaveLength(1);
  });

  it('is not joined with a namesake who has another personal number', async () => {
    const namesake = testPerson({ identifiers: [{ system: 'national-id', value: '008161000002' }] });
    const answers = [
      await harness.post(station, visitCommand('E1')),
      await harness.post(station, visitCommand('E2', { person: namesake })),
      await harness.post(station, visitCommand('E3', { person: namesake })),
      await harness.post(station, visitCommand('E4')),
    ];
    expect(residentsOf(...answers)).toHaveLength(2);
  });

  it('is not joined with a stranger by a mistyped number, and the sender is told', async () => {
    const stranger = testPerson({ name: 'Trần Văn Khác', sex: 'male', birthDate: '1999-01-01' });
    const first = await harness.post(station, visitCommand('E1'));
    const second = await harness.post(station, visitCommand('E2', { person: stranger }));
    expect(residentsOf(first, second)).toHaveLength(2);
    expect(receiptOf(second)).toMatchObject({
      status: 'accepted-with-faults',
      records: [{ faults: [{ code: 'identifier-of-another-person' }] }],
    });
    expect(residentsOf(second, await harness.post(station, visitCommand('E3', { person: stranger })))).toHaveLength(1);
  });

  it('is made once by messages that come at once, on one replica or two', async () => {
    const other = harness.replica();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const command = visitCommand(`E${index}`);
        return index % 2 === 0 ? harness.post(station, command) : other.receive(message(station, command));
      }),
    );
    expect(residentsOf(...answers)).toHaveLength(1);
    expect((await typesOf('resident')).filter((type) => type === 'ResidentRegistered')).toHaveLength(1);
  });
});

describe('a screening', () => {
  it('is recorded, unchanged when said again in other words, amended when corrected', async () => {
    const screening = (systolic: number, conclusion?: string): object => ({
      command: 'complete-screening',
      person: testPerson(),
      screening: {
        id: '0b9d6a2e-6f0c-4a53-9f0e-3d1f5c0a7e11',
        at: '2026-10-12',
        programme: 'hypertension',
        vitals: { systolic },
        ...(conclusion !== undefined && { conclusion }),
      },
    });
    expect(receiptOf(await harness.post(station, screening(150))).records).toMatchObject([{ outcome: 'recorded' }]);
    expect(receiptOf(await harness.post(station, screening(140))).records).toMatchObject([{ outcome: 'amended' }]);
    expect(receiptOf(await harness.post(otherStation, screening(130)))).toMatchObject({
      status: 'refused',
      records: [{ outcome: 'refused', faults: [{ code: 'screening-of-another-facility' }] }],
    });
  });
});

describe('a referral', () => {
  const arrival = (episode: string, from: FacilityCode = station): object =>
    visitCommand(episode, {
      visit: {
        start: '2026-10-06T08:00:00+07:00',
        end: '2026-10-06T09:00:00+07:00',
        arrivedWith: { number: 'CT-1', from },
        treatmentResult: '2',
      },
    });

  it('is issued by a command, arrives and is answered by the episode that names it', async () => {
    await harness.post(station, referralCommand('CT-1'));
    await harness.post(hospital, arrival('H1'));
    expect(await typesOf('referral')).toEqual(['ReferralIssued', 'PatientArrived', 'ReferralAnswered']);
  });

  it('may be heard of from the hospital first', async () => {
    await harness.post(hospital, arrival('H1'));
    expect(receiptOf(await harness.post(station, referralCommand('CT-1')))).toMatchObject({ status: 'accepted' });
    expect(await typesOf('referral')).toEqual(['PatientArrived', 'ReferralAnswered', 'ReferralIssued']);
  });

  it('of another patient is not moved by a mistyped number; the visit stands', async () => {
    await harness.post(station, referralCommand('CT-1'));
    const stranger = testPerson({
      name: 'Trần Văn Khác',
      sex: 'male',
      identifiers: [{ system: 'national-id', value: '008099000009' }],
    });
    const visit = { ...(arrival('H1') as { visit: object }), person: stranger };
    expect(receiptOf(await harness.post(hospital, visit))).toMatchObject({
      status: 'accepted-with-faults',
      records: [{ outcome: 'recorded', faults: [{ code: 'referral-other-resident' }] }],
    });
    expect(await typesOf('referral')).toEqual(['ReferralIssued']);
  });
});
