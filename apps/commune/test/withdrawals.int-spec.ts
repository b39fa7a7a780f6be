import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeEnvelope, type RecordTables } from '#station-formats/writing/write-envelope.js';
import { openIntake, otherStation, station, visitCommand, type IntakeHarness } from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const episode = '08Z11.202610.00001';
const summary = (more: Readonly<Record<string, string>> = {}): RecordTables => ({
  XML1: [
    {
      MA_LK: episode,
      HO_TEN: 'Nông Thị Thử',
      SO_CCCD: '008161000001',
      NGAY_SINH: '196105110000',
      GIOI_TINH: '2',
      MA_BENH_CHINH: 'I10',
      NGAY_VAO: '202610050830',
      NGAY_RA: '202610050910',
      MA_CSKCB: station,
      MA_DOITUONG_KCB: '1.1',
      ...more,
    },
  ],
});
const envelope = (record: RecordTables): Buffer =>
  writeEnvelope({ sender: station, created: '20261005', records: [record] });
const outcomeOf = async (body: unknown, facility = station): Promise<unknown> => {
  const answer = await harness.post(facility, body);
  return 'receipt' in answer ? answer.receipt.records.map(({ outcome }) => outcome)[0] : answer.outcome;
};
const told = async (): Promise<readonly string[]> => (await harness.events('visit')).map(({ type }) => type);
const retraction = { command: 'retract-visit', episode, reason: 'sent for the wrong patient' };

describe('an episode', () => {
  it('is taken back by an XML1 of payer category 8, and recorded again by a new XML1', async () => {
    expect(await outcomeOf(envelope(summary()))).toBe('recorded');
    expect(await outcomeOf(envelope(summary({ MA_DOITUONG_KCB: '8' })))).toBe('retracted');
    expect(await outcomeOf(envelope(summary({ MA_DOITUONG_KCB: '8', GHI_CHU: 'lại' })))).toBe('unchanged');
    expect(await outcomeOf(envelope(summary({ MA_BENH_CHINH: 'E11.9' })))).toBe('recorded');
    expect(await told()).toEqual(['VisitRecorded', 'VisitRetracted', 'VisitRecorded']);
  });

  it('is taken back in the message that told of it, in the order of its records', async () => {
    const records = [summary(), summary({ MA_DOITUONG_KCB: '8' }), summary({ MA_BENH_CHINH: 'E11.9' })];
    await harness.post(station, writeEnvelope({ sender: station, created: '20261005', records }));
    expect(await told()).toEqual(['VisitRecorded', 'VisitRetracted', 'VisitRecorded']);
  });

  it('is taken back by a command, with the reason, of its own facility alone', async () => {
    await outcomeOf(envelope(summary()));
    expect(await outcomeOf(retraction, otherStation)).toBe('refused');
    expect(await outcomeOf({ ...retraction, facility: station }, otherStation)).toBeUndefined();
    expect(await outcomeOf(retraction)).toBe('retracted');
    expect((await harness.events('visit')).at(-1)?.data).toMatchObject({ episode, reason: retraction.reason });
    expect(await told()).toEqual(['VisitRecorded', 'VisitRetracted']);
  });

  it('that nobody knows cannot be taken back, and the receipt says so', async () => {
    const answer = await harness.post(station, retraction);
    expect(answer).toMatchObject({
      outcome: 'refused',
      receipt: { records: [{ outcome: 'refused', faults: [{ code: 'nothing-to-retract' }] }] },
    });
    // Once it is known, the same message run again takes it back.
    await harness.post(station, visitCommand(episode));
    expect(await outcomeOf(retraction)).toBe('retracted');
  });

  it('begins with a check-in, which the XML1 completes and never the other way round', async () => {
    const checkIn: RecordTables = {
      XML0: [
        {
          MA_LK: episode,
          HO_TEN: 'Nông Thị Thử',
          SO_CCCD: '008161000001',
          NGAY_SINH: '196105110000',
          GIOI_TINH: '2',
          NGAY_VAO: '202610050830',
          MA_CSKCB: station,
          MA_DICH_VU: '02.1895',
        },
      ],
    };
    expect(await outcomeOf(envelope(checkIn))).toBe('recorded');
    expect(await outcomeOf(envelope(summary()))).toBe('amended');
    const late = { XML0: [{ ...checkIn.XML0?.[0], TEN_DICH_VU: 'Khám' }] };
    expect(await outcomeOf(envelope(late))).toBe('amended');
    const last = (await harness.events('visit')).at(-1)?.data;
    expect(last).toMatchObject({
      visit: {
        end: '2026-10-05T09:10:00+07:00',
        diagnoses: [{ code: 'I10' }],
        papers: [{ kind: 'check-in', serviceCode: '02.1895', serviceName: 'Khám' }],
      },
    });
  });
});
