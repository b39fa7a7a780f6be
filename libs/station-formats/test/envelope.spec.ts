import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { VisitContent } from '#domain/visits/visit-content.js';
import { readStationMessage } from '../src/read-station-message.js';
import type { StationRecord } from '../src/station-message.js';
import {
  tidyEnvelope,
  tidyTable,
  writeEnvelope,
  type RecordTables,
  type TableRow,
  type TableStyle,
} from '../src/writing/write-envelope.js';
import { drugRow, episode, noteRow, serviceRow, summaryRow, transferRow } from './sample-rows.js';

function read(tables: RecordTables, style: Partial<TableStyle> = {}): StationRecord {
  const bytes = writeEnvelope(
    { sender: '08Z11', created: '20260902', records: [tables] },
    { ...tidyEnvelope, table: () => ({ ...tidyTable, ...style }) },
  );
  const [record] = readStationMessage(bytes).records;
  if (!record) throw new Error('no record was read');
  return record;
}

function visitOf(tables: RecordTables, style: Partial<TableStyle> = {}): VisitContent {
  const [read_] = read(tables, style).visits;
  if (!read_) throw new Error('no visit was read');
  return read_.visit;
}

const withSummary = (changes: TableRow, rest: RecordTables = {}): RecordTables => ({
  ...episode,
  XML1: [{ ...summaryRow, ...changes }],
  ...rest,
});
const faults = (record: StationRecord): readonly string[] =>
  record.faults.map((fault) => `${fault.severity} ${fault.code} ${fault.path}`);

describe('an episode', () => {
  it('is read without a fault', () => {
    expect(faults(read(episode))).toEqual([]);
  });

  it('becomes a visit', () => {
    expect(visitOf(episode)).toMatchObject({
      facility: '08Z11',
      episode: '08Z11.202609.00001',
      start: '2026-09-02T10:50:00+07:00',
      end: '2026-09-02T11:50:00+07:00',
      careType: '05',
      payerCategory: '1.1',
      insured: true,
      residence: { text: 'Thôn Nà Mèn, Xã Phúc Yên, Tuyên Quang', provinceCode: '08', communeCode: '02266' },
      diagnoses: [{ code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' }],
      vitals: { systolic: 150, diastolic: 92, pulse: 76, weight: 55.5 },
      vitalsSource: 'note',
      medications: [
        {
          code: '40.30.501',
          display: 'Amlodipin 5mg',
          quantity: 30,
          amount: 15_000,
          prescribedAt: '2026-09-02T11:00:00+07:00',
        },
      ],
      services: [{ code: '02.1895', supply: false, group: '13' }],
      notes: [{ kind: 'course', text: 'Tỉnh. HA 150/92 mmHg, mạch 76 l/p.' }],
      charges: {
        total: 51_500,
        withinInsurance: 51_500,
        insurancePaid: 51_500,
        copayment: 0,
        patientPaid: 0,
        otherSources: 0,
      },
      practitioner: '000456/TQ-CCHN',
      treatmentResult: '2',
      dischargeType: '1',
    });
  });

  it('tells of a person', () => {
    expect(read(episode).person).toEqual({
      details: {
        name: 'Nông Thị Hoa',
        sex: 'female',
        birthDate: '1961-05-11',
        ethnicGroup: '05',
        nationality: '000',
        occupation: '00000',
        residence: { text: 'Thôn Nà Mèn, Xã Phúc Yên, Tuyên Quang', provinceCode: '08', communeCode: '02266' },
      },
      identifiers: [
        { system: 'national-id', value: '008161689048' },
        { system: 'insurance-number', value: '0883970800' },
        { system: 'facility-patient-number', value: '08Z11-R0001', facility: '08Z11' },
      ],
      cards: [
        { number: 'GD4080883970800', registeredFacility: '08Z11', validFrom: '2026-01-01', validTo: '2026-12-31' },
      ],
      observedOn: '2026-09-02',
    });
  });

  it('may have several cards, their fields side by side', () => {
    const record = read(
      withSummary({
        MA_THE_BHYT: 'GD4080883970800;0883970801',
        MA_DKBD: '08Z11;08Z12',
        GT_THE_TU: '20260101;20260701',
        GT_THE_DEN: '20260630;',
      }),
    );
    expect(record.person?.cards).toEqual([
      { number: 'GD4080883970800', registeredFacility: '08Z11', validFrom: '2026-01-01', validTo: '2026-06-30' },
      { number: '0883970801', registeredFacility: '08Z12', validFrom: '2026-07-01' },
    ]);
    expect(
      record.person?.identifiers.filter(({ system }) => system === 'insurance-number').map(({ value }) => value),
    ).toEqual(['0883970800', '0883970801']);
    expect(faults(record)).toEqual([]);
  });

  it('is not insured without a card', () => {
    expect(visitOf(withSummary({ MA_THE_BHYT: '', MA_DKBD: '', GT_THE_TU: '', GT_THE_DEN: '' }))).toMatchObject({
      insured: false,
      cards: [],
    });
  });

  it('may have comorbidities, named one by one', () => {
    const { diagnoses } = visitOf(
      withSummary({
        MA_BENH_KT: 'E11.9; J44.9',
        MA_BENH_YHCT: 'U50.011',
        CHAN_DOAN_RV: 'Tăng huyết áp; Đái tháo đường; COPD',
      }),
    );
    expect(diagnoses).toEqual([
      { code: 'I10', display: 'Tăng huyết áp', role: 'main' },
      { code: 'E11.9', display: 'Đái tháo đường', role: 'comorbidity' },
      { code: 'J44.9', display: 'COPD', role: 'comorbidity' },
      { code: 'U50.011', role: 'traditional-medicine' },
    ]);
  });

  it('gives no words to codes when they do not match one to one', () => {
    expect(visitOf(withSummary({ MA_BENH_KT: 'E11.9', CHAN_DOAN_RV: 'Tăng huyết áp' })).diagnoses).toEqual([
      { code: 'I10', role: 'main' },
      { code: 'E11.9', role: 'comorbidity' },
    ]);
  });

  it.each(['19610511', '196105110000', '1961', '196100000000'])('takes the birth date %s', (birth) => {
    expect(read(withSummary({ NGAY_SINH: birth })).person?.details.birthDate).toBe(
      birth.startsWith('19610511') ? '1961-05-11' : '1961',
    );
  });
});

describe('a transfer', () => {
  const transferred = withSummary({ MA_LOAI_RV: '2', MA_NOI_DEN: '08Z01' }, { XML13: [transferRow] });

  it.each(['4750', '3176', 'both'] as const)('is read from the form of %s', (form) => {
    const record = read(transferred, { form });
    expect(faults(record)).toEqual([]);
    expect(record.visits[0]?.visit.transfer).toMatchObject({
      number: '08Z11-CT-00001',
      from: '08Z11',
      to: '08Z01',
      issuedAt: '2026-09-02T11:50:00+07:00',
      reasonCode: '1',
      diagnoses: [{ code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' }],
      clinicalSigns: 'Đau đầu',
      transport: 'Xe cứu thương',
      ...(form !== '4750' && { conditionAtTransfer: '1' }),
    });
  });

  it('the patient came with is known by its number and its sender', () => {
    expect(
      visitOf(withSummary({ MA_NOI_DI: '08Z12', GIAY_CHUYEN_TUYEN: '08Z12-CT-7', MA_DOITUONG_KCB: '1.3' })).arrivedWith,
    ).toEqual({ number: '08Z12-CT-7', from: '08Z12' });
  });

  it.each([
    { MA_NOI_DI: '08Z11', GIAY_CHUYEN_TUYEN: '08Z11-CT-00001' },
    { GIAY_CHUYEN_TUYEN: '08Z11-CT-00001' },
    { MA_NOI_DI: '08Z12' },
  ])('is not one the patient came with: %j', (changes) => {
    const visit = visitOf(withSummary(changes));
    expect(visit.arrivedWith).toBeUndefined();
    expect(visit.otherTables?.['XML1']?.[0]).toMatchObject(changes);
  });

  it('of another facility is kept but is not this facility’s', () => {
    const record = read(
      withSummary({ MA_LOAI_RV: '2' }, { XML13: [{ ...transferRow, MA_NOI_DI: '08Z12', MA_CSKCB_DI: '08Z12' }] }),
      { form: 'both' },
    );
    expect(record.visits[0]?.visit.transfer).toBeUndefined();
    expect(record.visits[0]?.visit.otherTables?.['XML13']?.[0]).toMatchObject({
      MA_NOI_DI: '08Z12',
      SO_CHUYENTUYEN: '08Z11-CT-00001',
    });
    expect(faults(record)).toEqual(['warning not-own-paper HOSO[1]/XML13']);
  });
});

describe('an appointment', () => {
  it('is read from its paper, or from the summary alone', () => {
    const paper = {
      MA_LK: summaryRow['MA_LK'] ?? '',
      SO_GIAYHEN_KL: '08Z11-HK-1',
      NGAY_HEN_KL: '202610030800',
      HO_TEN: 'Nông Thị Hoa',
    };
    expect(visitOf({ ...episode, XML14: [paper] }).appointment).toEqual({ number: '08Z11-HK-1', on: '2026-10-03' });
    expect(visitOf(withSummary({ NGAY_TAI_KHAM: '20261003' })).appointment).toEqual({ on: '2026-10-03' });
  });
});

describe('faults', () => {
  it.each([
    [{ MA_LK: '' }, 'error required HOSO[1]/XML1/MA_LK'],
    [{ MA_LK: '08Z11 1' }, 'error not-an-episode-number HOSO[1]/XML1/MA_LK'],
    [{ NGAY_VAO: '' }, 'error required HOSO[1]/XML1/NGAY_VAO'],
    [{ NGAY_VAO: '202613021050' }, 'error not-a-date HOSO[1]/XML1/NGAY_VAO'],
    [{ HO_TEN: '' }, 'error required HOSO[1]/XML1/HO_TEN'],
    [{ MA_CSKCB: '08Z12' }, 'error other-facility HOSO[1]/XML1/MA_CSKCB'],
  ])('that keep an episode out: %j', (changes, fault) => {
    const record = read(withSummary(changes));
    expect(faults(record)).toContain(fault);
    expect(record.person).toBeUndefined();
    expect(record.visits).toEqual([]);
  });

  it.each([
    [{ GIOI_TINH: '7' }, 'warning unknown-code HOSO[1]/XML1/GIOI_TINH'],
    [{ KET_QUA_DTRI: '9' }, 'warning unknown-code HOSO[1]/XML1/KET_QUA_DTRI'],
    [{ MA_LOAI_KCB: '17' }, 'warning unknown-code HOSO[1]/XML1/MA_LOAI_KCB'],
    [{ MA_DANTOC: '77' }, 'warning unknown-code HOSO[1]/XML1/MA_DANTOC'],
    [{ NGAY_SINH: '19613201' }, 'warning not-a-date HOSO[1]/XML1/NGAY_SINH'],
    [{ NGAY_RA: '202609011150' }, 'warning dates-out-of-order HOSO[1]/XML1/NGAY_RA'],
    [{ NGAY_SINH: '20270101' }, 'warning dates-out-of-order HOSO[1]/XML1/NGAY_VAO'],
    [{ SO_CCCD: '1234' }, 'warning bad-person-number HOSO[1]/XML1/SO_CCCD'],
    [{ MA_THE_BHYT: 'GD4' }, 'warning bad-card-number HOSO[1]/XML1/MA_THE_BHYT'],
    [{ GT_THE_DEN: '20260831' }, 'warning card-not-valid HOSO[1]/XML1/MA_THE_BHYT'],
    [{ MA_BENH_CHINH: 'hypertension' }, 'warning too-long HOSO[1]/XML1/MA_BENH_CHINH'],
    [{ MA_BENH_CHINH: '10I' }, 'warning not-icd-10 HOSO[1]/XML1/MA_BENH_CHINH'],
    [{ CAN_NANG: '5550' }, 'warning implausible HOSO[1]/XML1/CAN_NANG'],
    [{ T_TONGCHI_BV: 'free' }, 'warning not-a-number HOSO[1]/XML1/T_TONGCHI_BV'],
    [{ T_TONGCHI_BV: '61500' }, 'warning money-does-not-add-up HOSO[1]/XML1/T_TONGCHI_BV'],
    [{ T_BHTT: '1000' }, 'warning money-does-not-add-up HOSO[1]/XML1/T_TONGCHI_BH'],
    [{ MA_BN: '' }, 'warning required HOSO[1]/XML1/MA_BN'],
    [{ MA_LOAI_RV: '2' }, 'information transfer-paper-missing HOSO[1]/XML1/MA_LOAI_RV'],
    [{ MA_DOITUONG_KCB: '1.3' }, 'information transfer-number-missing HOSO[1]/XML1/GIAY_CHUYEN_TUYEN'],
    [{ NGAY_VAO_NOI_TRU: '202609011050' }, 'warning dates-out-of-order HOSO[1]/XML1/NGAY_VAO_NOI_TRU'],
    [{ SO_CCCD: '008061689048' }, 'warning number-disagrees HOSO[1]/XML1/SO_CCCD'],
    [{ SO_CCCD: '008162689048' }, 'warning number-disagrees HOSO[1]/XML1/SO_CCCD'],
    [{ MATINH_CU_TRU: '99' }, 'warning unknown-code HOSO[1]/XML1/MATINH_CU_TRU'],
    [{ MA_DOITUONG_KCB: '5.5' }, 'warning unknown-code HOSO[1]/XML1/MA_DOITUONG_KCB'],
    [{ MA_DKBD: '08Z12' }, 'information registered-elsewhere HOSO[1]/XML1/MA_DKBD'],
    [{ MA_DOITUONG_KCB: '3.6' }, 'information region-missing HOSO[1]/XML1/MA_KHUVUC'],
    [{ MA_DOITUONG_KCB: '1.17' }, 'information not-in-annex HOSO[1]/XML1/MA_BENH_CHINH'],
    [{ MA_THE_BHYT: 'ZZ4080883970800' }, 'information unknown-card-group HOSO[1]/XML1/MA_THE_BHYT'],
    [{ MA_THE_BHYT: '' }, 'warning card-missing HOSO[1]/XML1/MA_THE_BHYT'],
    [{ NGAY_VAO: '20260902' }, 'information time-missing HOSO[1]/XML1/NGAY_VAO'],
  ])('that do not: %j', (changes, fault) => {
    const record = read(withSummary(changes));
    expect(faults(record)).toEqual([fault]);
    expect(record.visits).toHaveLength(1);
  });

  it('name the field in Vietnamese and English and hold nothing of its value', () => {
    const [fault] = read(withSummary({ SO_CCCD: '00816168' })).faults;
    expect(fault?.text).toEqual({
      vi: 'Số căn cước/định danh cá nhân (SO_CCCD) không phải 12 số, 9 số hoặc số hộ chiếu.',
      en: 'The personal identification number (SO_CCCD) is not 12 digits, 9 digits or a passport number.',
    });
  });

  it.each(['A17.0', 'I50.9', 'C25.1', 'C92.0', 'Q21.0'])('of payer category 1.17 are none for %s', (code) => {
    const child = { NGAY_SINH: '20150511', SO_CCCD: '', MA_BENH_CHINH: code, MA_DOITUONG_KCB: '1.17' };
    expect(faults(read(withSummary(child)))).toEqual([]);
  });

  it.each(['C83.5', 'Q21.0', 'C50.9'])('of payer category 1.17 are told of an adult with %s', (code) => {
    expect(faults(read(withSummary({ MA_BENH_CHINH: code, MA_DOITUONG_KCB: '1.17' })))).toEqual([
      'information not-in-annex HOSO[1]/XML1/MA_BENH_CHINH',
    ]);
  });

  it.each([
    [
      { XML2: [{ ...drugRow, THANH_TIEN_BH: '15000', T_BHTT: '1000', T_BNCCT: '0' }] },
      'money-does-not-add-up',
      'XML2[1]/THANH_TIEN_BH',
    ],
    [{ XML3: [{ ...serviceRow, NGAY_KQ: '202609021000' }] }, 'dates-out-of-order', 'XML3[1]/NGAY_KQ'],
    [{ XML7: [{ NGAY_VAO: '202609010000' }] }, 'differs-from-xml1', 'XML7/NGAY_VAO'],
    [{ XML8: [{ KET_QUA_DTRI: '1' }] }, 'differs-from-xml1', 'XML8/KET_QUA_DTRI'],
    [{ XML15: [{ HO_TEN: 'Nông Thị Hòa' }] }, 'differs-from-xml1', 'XML15[1]/HO_TEN'],
    [
      { XML11: [{ TU_NGAY: '20260902', DEN_NGAY: '20260904', SO_NGAY_NGHI: '2' }] },
      'days-do-not-add-up',
      'XML11/SO_NGAY_NGHI',
    ],
    [{ XML10: [{ TU_NGAY: '20260904', DEN_NGAY: '20260902' }] }, 'dates-out-of-order', 'XML10/DEN_NGAY'],
    [
      { XML6: [{ NGAY_XN_PCR: '20260904', NGAY_KQ_XN_PCR: '20260902' }] },
      'dates-out-of-order',
      'XML6[1]/NGAY_KQ_XN_PCR',
    ],
  ] as const)('of other tables: %j', (tables, code, path) => {
    expect(faults(read(withSummary({}, tables as RecordTables)))).toContain(`warning ${code} HOSO[1]/${path}`);
  });

  it('say what was expected and found where that is money', () => {
    const [fault] = read(withSummary({ T_TONGCHI_BV: '61500' })).faults;
    expect(fault?.text.vi).toContain('61.500 nhưng tổng các dòng của XML2, XML3 là 51.500');
    expect(fault?.text.en).toContain('61,500, but the lines of XML2, XML3 make 51,500');
  });

  it('do not ask for a district since July 2025, but before', () => {
    const before = withSummary(
      { NGAY_VAO: '202504021050', NGAY_RA: '202504021150', GT_THE_TU: '20250101' },
      { XML2: [], XML3: [], XML5: [] },
    );
    expect(faults(read(before))).toContain('warning required HOSO[1]/XML1/MAHUYEN_CU_TRU');
  });

  it('tell what differs between a transfer paper and the summary', () => {
    const tables = withSummary(
      { MA_LOAI_RV: '2' },
      { XML13: [{ ...transferRow, GIOI_TINH: '1', MA_BENH_CHINH: 'E11.9' }] },
    );
    expect(faults(read(tables))).toEqual([
      'warning differs-from-xml1 HOSO[1]/XML13/GIOI_TINH',
      'warning differs-from-xml1 HOSO[1]/XML13/MA_BENH_CHINH',
    ]);
  });

  it('set a row of another episode aside', () => {
    const record = read({ ...episode, XML2: [drugRow, { ...drugRow, MA_LK: 'other', TEN_THUOC: 'Metformin' }] });
    expect(record.visits[0]?.visit.medications.map((line) => line.display)).toEqual(['Amlodipin 5mg']);
    expect(record.visits[0]?.visit.otherTables?.['XML2']?.[1]).toMatchObject({
      MA_LK: 'other',
      TEN_THUOC: 'Metformin',
    });
    expect(faults(record)).toContain('warning other-episode HOSO[1]/XML2[2]/MA_LK');
  });

  it('refuse a record one table of which is broken, and no other', () => {
    const good = writeEnvelope({
      sender: '08Z11',
      created: '20260902',
      records: [episode, withSummary({ MA_LK: 'second' }, { XML2: [], XML3: [], XML5: [] })],
    }).toString();
    const broken = Buffer.from('<CHITIEU_CHITIET_THUOC><DSACH').toString('base64');
    const message = readStationMessage(
      Buffer.from(good.replace(/(<LOAIHOSO>XML2<\/LOAIHOSO>\n<NOIDUNGFILE>)[^<]*/, `$1${broken}`)),
    );
    expect(
      message.records.map((record) => [
        record.visits.length,
        record.faults.find((fault) => fault.severity === 'error')?.path,
      ]),
    ).toEqual([
      [0, 'HOSO[1]/XML2'],
      [1, undefined],
    ]);
  });

  it.each(['XML1', 'XML2'] as const)('call what is not base64 by its name in %s', (table) => {
    const text = writeEnvelope({ sender: '08Z11', created: '20260902', records: [episode] }).toString();
    const [record] = readStationMessage(
      Buffer.from(text.replace(new RegExp(`(<LOAIHOSO>${table}</LOAIHOSO>\n<NOIDUNGFILE>)[^<]*`), '$1?*?')),
    ).records;
    expect(record?.faults[0]).toMatchObject({ severity: 'error', code: 'not-well-formed', path: `HOSO[1]/${table}` });
  });
});

describe('the envelope', () => {
  const text = writeEnvelope({ sender: '08Z11', created: '20260902', records: [episode] }).toString();
  const messageFaults = (changed: string): readonly string[] =>
    readStationMessage(Buffer.from(changed)).faults.map((fault) => `${fault.severity} ${fault.code} ${fault.path}`);

  it('names a missing sender, a wrong date and a wrong count', () => {
    expect(messageFaults(text.replace('08Z11</MACSKCB>', '</MACSKCB>'))).toEqual([
      'error required THONGTINDONVI/MACSKCB',
    ]);
    expect(messageFaults(text.replace('20260902', '20261302'))).toEqual(['warning not-a-date THONGTINHOSO/NGAYLAP']);
    expect(messageFaults(text.replace('<SOLUONGHOSO>1', '<SOLUONGHOSO>2'))).toEqual([
      'warning wrong-count THONGTINHOSO/SOLUONGHOSO',
    ]);
    expect(messageFaults('<GIAMDINHHS><THONGTINDONVI><MACSKCB>08Z11</MACSKCB></THONGTINDONVI></GIAMDINHHS>')).toContain(
      'error no-records THONGTINHOSO/DANHSACHHOSO',
    );
  });

  it('has one sender: a second one, after the records, does not make them its own', () => {
    const foreign = withSummary({ MA_CSKCB: '08Z12' });
    const bytes = writeEnvelope({ sender: '08Z12', created: '20260902', records: [foreign] });
    const text = bytes.toString().replace('</GIAMDINHHS>', '<MACSKCB>08Z11</MACSKCB></GIAMDINHHS>');
    const read = readStationMessage(Buffer.from(text));
    expect(read.sender).toBe('08Z12');
    expect(read.faults.map(({ code }) => code)).toEqual(['repeated-field']);
  });

  it('finds the table by its root element where LOAIHOSO is wrong or missing', () => {
    for (const kind of ['XML3', '', 'NONSENSE', 'xml2']) {
      const [record] = readStationMessage(Buffer.from(text.replace('<LOAIHOSO>XML2<', `<LOAIHOSO>${kind}<`))).records;
      expect(record?.visits[0]?.visit.medications).toHaveLength(1);
    }
  });

  it('keeps tables and parts that nobody knows', () => {
    const extra = (kind: string, content: string): string =>
      text.replace(
        '</HOSO>',
        `<FILEHOSO><LOAIHOSO>${kind}</LOAIHOSO><NOIDUNGFILE>${content}</NOIDUNGFILE></FILEHOSO></HOSO>`,
      );
    const [table] = readStationMessage(
      Buffer.from(
        extra('XML99', '<NEW_TABLE><ROW><MA_LK>x</MA_LK><A>1</A></ROW><ROW><MA_LK>x</MA_LK><A>2</A></ROW></NEW_TABLE>'),
      ),
    ).records;
    expect(table?.visits[0]?.visit.otherTables?.['NEW_TABLE']).toEqual([
      { MA_LK: 'x', A: '1' },
      { MA_LK: 'x', A: '2' },
    ]);
    const [part] = readStationMessage(Buffer.from(extra('SIGNATURE', 'MIIB????'))).records;
    expect(part?.visits[0]?.visit.otherTables?.['SIGNATURE']).toEqual([{ NOIDUNGFILE: 'MIIB????' }]);
    expect(faults(part ?? read(episode))).toEqual(['information unknown-table HOSO[1]/SIGNATURE']);
  });

  it('reads UTF-8 that declares UTF-16, and says so', () => {
    expect(messageFaults(text.replace('encoding="utf-8"', 'encoding="utf-16"'))).toEqual([
      'warning declared-encoding ',
    ]);
  });
});

describe('nothing that was sent is lost', () => {
  /** All texts of a value, however deep. */
  function texts(value: unknown): readonly string[] {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
  }

  it('of fields that no table knows, repeated or nested', () => {
    const inner =
      '<TONG_HOP><MA_LK>E1</MA_LK><HO_TEN>A B</HO_TEN><HO_TEN>A C</HO_TEN><NGAY_VAO>202609021050</NGAY_VAO><TRUONG_MOI>x1</TRUONG_MOI><LY_DO_VV>đau<br/>đầu</LY_DO_VV><KHAC><SAU>x2</SAU></KHAC></TONG_HOP>';
    const text = `<GIAMDINHHS><THONGTINDONVI><MACSKCB>08Z11</MACSKCB></THONGTINDONVI><THONGTINHOSO><NGAYLAP>20260902</NGAYLAP><SOLUONGHOSO>1</SOLUONGHOSO><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>${inner}</NOIDUNGFILE></FILEHOSO></HOSO></THONGTINHOSO></GIAMDINHHS>`;
    const [record] = readStationMessage(Buffer.from(text)).records;
    expect(record?.visits[0]?.visit.reason).toBe('đauđầu');
    expect(record?.visits[0]?.visit.otherTables).toEqual({
      XML1: [{ 'HO_TEN[2]': 'A C', TRUONG_MOI: 'x1', 'KHAC/SAU': 'x2' }],
    });
    expect(faults(record ?? read(episode))).toEqual(
      expect.arrayContaining([
        'information unknown-field HOSO[1]/XML1/TRUONG_MOI',
        'information unknown-field HOSO[1]/XML1/KHAC/SAU',
        'warning repeated-field HOSO[1]/XML1/HO_TEN',
      ]),
    );
  });

  it('of any free text in any field of the translated tables', () => {
    const tables = { XML1: summaryRow, XML2: drugRow, XML3: serviceRow, XML5: noteRow, XML13: transferRow } as const;
    // These decide whether the episode is taken at all, or are turned into something else than text.
    const fixed = new Set(['MA_LK', 'NGAY_VAO', 'MA_CSKCB', 'MA_THE_BHYT', 'MA_DKBD']);
    const spots = Object.entries(tables).flatMap(([table, row]) =>
      Object.keys(row)
        .filter((field) => !fixed.has(field))
        .map((field) => [table, field] as const),
    );
    fc.assert(
      fc.property(fc.constantFrom(...spots), fc.nat(), ([table, field], number) => {
        const mark = `mark${number}`;
        const base: RecordTables = { ...withSummary({ MA_LOAI_RV: '2', MA_NOI_DEN: '08Z01' }), XML13: [transferRow] };
        const changed = { ...base, [table]: [{ ...base[table as keyof typeof tables]?.[0], [field]: mark }] };
        const record = read(changed, { form: 'both' });
        expect(
          texts([record.person, record.visits.map(({ visit }) => visit)]).some(
            (text) => text.includes(mark) || text.includes(mark.toUpperCase()),
          ),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
