import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeHealthRecord, type ElementContent } from '#station-formats/writing/write-health-record.js';
import { openIntake, otherStation, station, type IntakeHarness } from './intake-harness.js';

let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const dose = (more: ElementContent = {}): ElementContent => ({
  MAVACXIN: 'VAT',
  TENVACXIN: 'Uốn ván',
  TRANGTHAI: '1',
  NGAYTIEM: '04/05/2026',
  ...more,
});

/** A health record of one synthetic resident with these vaccinations. */
const record = (sentOn: string, doses: readonly ElementContent[], sender: string = station): Buffer =>
  writeHealthRecord({
    HEADER: { SENDER_CODE: sender, TRANSACTION_DATE: sentOn },
    BODY: {
      HOSOSUCKHOE: {
        THONGTINCHUNG: { MADINHDANH: '008161000001', HOTEN: 'Nông Thị Thử', GIOITINH: '2', NGAYSINH: '11/05/1961' },
        TIEMCHUNG: { THONGTINMUITIEM: doses },
      },
    },
  });

const outcomes = async (body: Buffer, facility = station): Promise<readonly string[]> => {
  const answer = await harness.post(facility, body);
  if (answer.outcome !== 'taken') throw new Error(`not taken: ${answer.outcome}`);
  return answer.receipt.records.filter(({ kind }) => kind === 'immunization').map(({ outcome }) => outcome);
};
const told = async (): Promise<readonly string[]> => (await harness.events('immunization')).map(({ type }) => type);

describe('vaccinations of a health record', () => {
  it('are recorded once, amended by what is new, untouched by a record that leaves them out', async () => {
    expect(await outcomes(record('01/09/2026', [dose(), dose({ NGAYTIEM: '04/06/2026' })]))).toEqual([
      'recorded',
      'recorded',
    ]);
    expect(await outcomes(record('02/09/2026', [dose()]))).toEqual(['unchanged']);
    expect(await outcomes(record('03/09/2026', [dose({ PHANUNGSAUTIEM: 'Sốt nhẹ' })]))).toEqual(['amended']);
    expect(await outcomes(record('04/09/2026', []))).toEqual([]);
    expect(await told()).toEqual(['ImmunizationGiven', 'ImmunizationGiven', 'ImmunizationAmended']);
  });

  it('are taken back when a later record of the same station says they were not given', async () => {
    await outcomes(record('01/09/2026', [dose()]));
    const denied = [dose({ TRANGTHAI: '0' })];
    const another = await harness.post(otherStation, record('02/09/2026', denied, otherStation));
    expect(another).toMatchObject({
      receipt: {
        records: expect.arrayContaining([
          expect.objectContaining({ kind: 'immunization', outcome: 'refused' }),
        ]) as unknown,
      },
    });
    expect(await outcomes(record('31/08/2026', denied))).toEqual(['unchanged']);
    expect(await outcomes(record('03/09/2026', denied))).toEqual(['retracted']);
    expect(await told()).toEqual(['ImmunizationGiven', 'ImmunizationRetracted']);
  });

  it('that were only planned change nothing, and one without a day is kept as sent with a warning', async () => {
    expect(await outcomes(record('01/09/2026', [dose({ TRANGTHAI: '0' })]))).toEqual(['unchanged']);
    const answer = await harness.post(station, record('02/09/2026', [dose({ NGAYTIEM: '31/02/2026' })]));
    expect(answer).toMatchObject({
      receipt: { records: [{ kind: 'person', faults: [{ code: 'not-a-date', severity: 'warning' }] }] },
    });
    expect(await told()).toEqual([]);
    const [history] = (await harness.events('resident')).filter(({ type }) => type === 'HealthHistoryRecorded');
    expect(JSON.stringify(history?.data)).toContain('31/02/2026');
  });
});
