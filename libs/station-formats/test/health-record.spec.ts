import { describe, expect, it } from '@jest/globals';
import { readStationMessage } from '../src/read-station-message.js';
import type { StationMessage } from '../src/station-message.js';
import { writeHealthRecord, type ElementContent } from '../src/writing/write-health-record.js';

const general: ElementContent = {
  MADINHDANH: '008051828479',
  MABHXH: '0808451310',
  MATHE: 'HN2080808451310',
  HOTEN: 'Chẩu Văn Bình',
  GIOITINH: '1',
  NGAYSINH: '02/08/1951',
  MADANTOC: '05',
  MAQUOCTICH: '000',
  DIACHI_THUONGTRU: 'Thôn Nà Mèn, Xã Phúc Yên',
  MATINH_THUONGTRU: '08',
  MAXA_THUONGTRU: '02266',
  DIENTHOAI_DD: '0930280156',
};

const visit: ElementContent = {
  MA_LK: '08Z11.202609.00009',
  NGAYKHAM: '05/09/2026',
  LYDOKHAM: 'Khám định kỳ',
  MACH: '76',
  NHIETDO: '36,8',
  HUYETAPTT: '131',
  HUYETAPTD: '79',
  CHIEUCAO: '163',
  CANNANG: '60',
  KHAMTIMMACH: 'Tim đều',
  MATPHAI: '10/10',
  CANLAMSANG: { DICHVU: [{ MADICHVU: '23.0075.1494', MANHOM: '1', TENDICHVU: 'Glucose', KETQUA: '7.5' }] },
  CHANDOANKETLUAN: {
    CHANDOANBENH: [
      { MABENH: 'I10', TENBENH: 'Tăng huyết áp' },
      { MABENH: 'E11.9', TENBENH: 'Đái tháo đường', KETLUAN: 'Ổn định' },
    ],
  },
};

const message = (
  parts: {
    general?: ElementContent;
    visits?: readonly ElementContent[];
    body?: ElementContent;
    header?: ElementContent;
  } = {},
): StationMessage =>
  readStationMessage(
    writeHealthRecord({
      HEADER: { SENDER_CODE: '08Z11', TRANSACTION_DATE: '28/10/2026', ...parts.header },
      BODY: {
        HOSOSUCKHOE: {
          THONGTINCHUNG: { ...general, ...parts.general },
          DANHSACHHOSOKHAMCHUABENH: { HOSOKHAMCHUABENH: parts.visits ?? [visit] },
          ...parts.body,
        },
      },
    }),
  );

const allFaults = ({ faults, records }: StationMessage): readonly string[] =>
  [...faults, ...records.flatMap((record) => [...record.faults, ...record.visits.flatMap((read) => read.faults)])].map(
    (fault) => `${fault.severity} ${fault.code} ${fault.path}`,
  );

describe('a health record', () => {
  it('tells of a person', () => {
    const read = message();
    expect(read).toMatchObject({ format: 'qd831', sender: '08Z11' });
    expect(read.records[0]).toMatchObject({
      path: 'HOSOSUCKHOE',
      source: 'health-record',
      person: {
        details: {
          name: 'Chẩu Văn Bình',
          sex: 'male',
          birthDate: '1951-08-02',
          ethnicGroup: '05',
          nationality: '000',
          phone: '0930280156',
          residence: { text: 'Thôn Nà Mèn, Xã Phúc Yên', provinceCode: '08', communeCode: '02266' },
        },
        identifiers: [
          { system: 'national-id', value: '008051828479' },
          { system: 'insurance-number', value: '0808451310' },
        ],
        cards: [{ number: 'HN2080808451310' }],
        observedOn: '2026-10-28',
      },
    });
    expect(allFaults(read)).toEqual([]);
  });

  it('tells of visits with what was measured', () => {
    const [read] = message().records[0]?.visits ?? [];
    expect(read?.visit).toEqual({
      facility: '08Z11',
      episode: '08Z11.202609.00009',
      start: '2026-09-05',
      insured: false,
      cards: [],
      reason: 'Khám định kỳ',
      dischargeDiagnosis: 'Tăng huyết áp; Đái tháo đường',
      diagnoses: [
        { code: 'I10', display: 'Tăng huyết áp', role: 'main' },
        { code: 'E11.9', display: 'Đái tháo đường', role: 'comorbidity' },
      ],
      vitals: { pulse: 76, temperature: 36.8, systolic: 131, diastolic: 79, height: 163, weight: 60 },
      vitalsSource: 'measured',
      medications: [],
      services: [],
      results: [{ name: 'Glucose', serviceCode: '23.0075.1494', value: '7.5', group: '1' }],
      notes: [
        { text: 'Tim đều', kind: 'examination', topic: 'heart' },
        { text: '10/10', kind: 'examination', topic: 'visual-acuity-right' },
        { text: 'Ổn định', kind: 'conclusion', topic: 'E11.9' },
      ],
    });
  });

  it('tells of the past, and keeps by path what has no place of its own', () => {
    const { records } = message({
      general: { MAHO_GIADINH: 'H7', QUANHE_GIADINH: [{ LOAI_QUANHE: '1', HOTEN: 'Chẩu Văn A' }] },
      body: {
        TIENSU: {
          TINHTRANG_LUCSINH: { CANNANG: '3200' },
          YEUTO_SUCKHOE: {
            DSYEUTO: [
              { LOAI: '1', TENLOAI: 'Hút thuốc lá', TRANGTHAI: '2', DABO: '1', SOLUONG: '10 điếu/ngày' },
              { LOAI: '4', TENLOAI: 'Hoạt động thể lực', TRANGTHAI: '1' },
              { LOAI: '9', TENLOAI: 'Khác', TRANGTHAI: '1' },
            ],
          },
          TIEUSU_BENHTAT: {
            DIUNG: { DSDIUNG: [{ LOAI: '1', TEN: 'Penicillin', MOTA: 'Nổi mẩn' }] },
            BENHTAT: {
              DSBENH: [
                { LOAIBENH: '2', TENBENH: 'Tăng huyết áp', TRANGTHAI: '1' },
                { LOAIBENH: '3', TENBENH: 'Đái tháo đường', TRANGTHAI: '0' },
              ],
            },
          },
          TIENSU_GIADINH: { BENHTAT: { DSBENH: [{ LOAIBENH: '3', TENBENH: 'Đái tháo đường', NGUOIMAC: 'Mẹ' }] } },
          KHUYETTAT: { DSKHUYETTAT: [{ LOAI: '1', TENLOAI: 'Thính lực', MOTA: 'Tai phải' }] },
        },
        TIEMCHUNG: { THONGTINMUITIEM: [{ MAVACXIN: 'BCG', TRANGTHAI: '1', NGAYTIEM: '03/08/2022' }] },
      },
    });
    expect(records[0]?.person?.history).toEqual({
      riskFactors: [
        { kind: 'tobacco', status: 'regular', stopped: true, amount: '10 điếu/ngày' },
        { kind: 'physical-activity', status: 'yes' },
      ],
      allergies: [{ code: '1', display: 'Penicillin', note: 'Nổi mẩn', present: true }],
      diseases: [
        { code: '2', display: 'Tăng huyết áp', present: true },
        { code: '3', display: 'Đái tháo đường', present: false },
      ],
      familyDiseases: [{ code: '3', display: 'Đái tháo đường', present: true, relative: 'Mẹ' }],
      disabilities: [{ code: '1', display: 'Thính lực', note: 'Tai phải', present: true }],
      birth: { weight: 3200 },
      relatives: [{ relationCode: '1', name: 'Chẩu Văn A' }],
      other: {
        'TIENSU/YEUTO_SUCKHOE/DSYEUTO[3]/LOAI': '9',
        'TIENSU/YEUTO_SUCKHOE/DSYEUTO[3]/TENLOAI': 'Khác',
        'TIENSU/YEUTO_SUCKHOE/DSYEUTO[3]/TRANGTHAI': '1',
      },
    });
    expect(records[0]?.immunizations).toEqual([
      { facility: '08Z11', vaccineCode: 'BCG', vaccineName: 'BCG', givenOn: '2022-08-03' },
    ]);
  });

  it('knows birth, exposure, reproductive health, surgery, household and the mother', () => {
    const { records } = message({
      general: {
        MAHO_GIADINH: 'H7',
        MA_NHANKHAU: '3',
        QUANHE_CHUHO: 'Con',
        MATONGIAO: '1',
        NGAYCAP: '02/03/2021',
        NOICAP: 'Cục CSQLHC',
        DIENTHOAI_CD: '02073000000',
        QUANHE_GIADINH: [
          { TEN_QUANHE: 'Bố', HOTEN: 'Chẩu Văn A', GIAMHO: '1' },
          { TEN_QUANHE: 'Mẹ', HOTEN: 'Nông Thị B', MADINHDANH: '008160000001', DIDONG: '0900000000' },
        ],
      },
      body: {
        TIENSU: {
          TINHTRANG_LUCSINH: { LOAIDE: '1', DETHIEUTHANG: '0', BINGAT_LUCDE: '1', CANNANG: '3,2', CHIEUDAI: '50' },
          YEUTO_SUCKHOE: { YEUTO_TIEPXUC: 'Bụi đá', THOIGIAN_TIEPXUC: '5 năm', LOAIHOXIGD: 'Tự hoại' },
          SUCKHOE_SINHSAN: { BIENPHAP_TRANHTHAI: 'Vòng', SOLAN_COTHAI: '3', SOLAN_DEMO: 'hai', SOCON_HIENSONG: '2' },
          TIENSU_PHAUTHUAT: 'Mổ ruột thừa 2010',
          VANDEKHAC: 'Không',
        },
        TIEMCHUNG: { SOMUIUONVANMETIEM: '2' },
      },
    });
    const person = records[0]?.person;
    expect(person?.details).toMatchObject({
      household: { number: 'H7', memberNumber: '3', relationToHead: 'Con' },
      religion: '1',
      identityPaper: { issuedOn: '2021-03-02', issuedBy: 'Cục CSQLHC' },
      otherPhone: '02073000000',
    });
    expect(person?.mother).toEqual({
      name: 'Nông Thị B',
      identifiers: [{ system: 'national-id', value: '008160000001' }],
    });
    expect(person?.history).toMatchObject({
      birth: { delivery: 'caesarean', preterm: false, asphyxia: true, weight: 3200, length: 50 },
      exposure: { substances: 'Bụi đá', duration: '5 năm', latrine: 'Tự hoại' },
      reproductive: { contraception: 'Vòng', pregnancies: 3, livingChildren: 2 },
      surgeries: 'Mổ ruột thừa 2010',
      otherProblems: 'Không',
      tetanusDosesOfMother: 2,
      relatives: [
        { relation: 'Bố', guardian: true },
        { relation: 'Mẹ', mobile: '0900000000' },
      ],
      // What is not a number is kept as sent.
      other: { 'TIENSU/SUCKHOE_SINHSAN/SOLAN_DEMO': 'hai' },
    });
  });

  it('is taken at the present address where it has one, and keeps the registered one', () => {
    const person = message({ general: { DIACHI_HIENTAI: 'Bản Luông', MAXA_HIENTAI: '02269', MATINH_HIENTAI: '08' } })
      .records[0]?.person;
    expect(person?.details.residence).toEqual({ text: 'Bản Luông', provinceCode: '08', communeCode: '02269' });
    expect(person?.details.registeredResidence).toMatchObject({ communeCode: '02266' });
  });

  it('does not become newer than its last visit when it has no date', () => {
    const read = message({ header: { TRANSACTION_DATE: '' } });
    expect(read.records[0]?.person?.observedOn).toBe('2026-09-05');
    expect(allFaults(read)).toEqual(['warning required HEADER/TRANSACTION_DATE']);
  });
});

describe('faults', () => {
  const visitFault = 'BODY/HOSOSUCKHOE/DANHSACHHOSOKHAMCHUABENH/HOSOKHAMCHUABENH[1]';

  it.each([
    [{ MA_LK: '' }, `error required ${visitFault}/MA_LK`],
    [{ NGAYKHAM: '32/09/2026' }, `error not-a-date ${visitFault}/NGAYKHAM`],
  ])('keep a visit out, but not the person: %j', (changes, fault) => {
    const read = message({ visits: [{ ...visit, ...changes }] });
    expect(allFaults(read)).toEqual([fault]);
    expect(read.records[0]?.visits).toEqual([]);
    expect(read.records[0]?.person).toBeDefined();
  });

  it.each([
    [{ HUYETAPTT: '1310' }, `warning implausible ${visitFault}/HUYETAPTT`],
    [{ HUYETAPTD: '140' }, `warning implausible ${visitFault}/HUYETAPTD`],
    [{ NGAYBATDAU: '04/09/2026 07:30' }, `warning differs-from-start ${visitFault}/NGAYKHAM`],
    [{ TRUONGMOI: '1' }, 'information unknown-field BODY/HOSOSUCKHOE/TRUONGMOI'],
  ])('are told of a visit that is taken: %j', (changes, fault) => {
    const read = message({ visits: [{ ...visit, ...changes }] });
    expect(allFaults(read)).toEqual([fault]);
    expect(read.records[0]?.visits).toHaveLength(1);
  });

  it.each([
    [{ HOTEN: '' }, 'error required BODY/HOSOSUCKHOE/THONGTINCHUNG/HOTEN'],
    [{ GIOITINH: '5' }, 'warning unknown-code BODY/HOSOSUCKHOE/THONGTINCHUNG/GIOITINH'],
    [{ NGAYSINH: '1951-08-02' }, 'warning not-a-date BODY/HOSOSUCKHOE/THONGTINCHUNG/NGAYSINH'],
    [{ MADINHDANH: '0080' }, 'warning bad-person-number BODY/HOSOSUCKHOE/THONGTINCHUNG/MADINHDANH'],
    [{ MABHXH: '08' }, 'warning bad-card-number BODY/HOSOSUCKHOE/THONGTINCHUNG/MABHXH'],
  ])('are told of the person: %j', (changes, fault) => {
    const read = message({ general: changes });
    expect(allFaults(read)).toEqual([fault]);
    expect(read.records[0]?.person === undefined).toBe(fault.startsWith('error'));
  });

  it('name a missing sender and a missing record', () => {
    expect(allFaults(message({ header: { SENDER_CODE: '' } }))).toEqual(['error required HEADER/SENDER_CODE']);
    expect(
      allFaults(
        readStationMessage(
          Buffer.from(
            '<DATA><HEADER><SENDER_CODE>08Z11</SENDER_CODE><TRANSACTION_DATE>28/10/2026</TRANSACTION_DATE></HEADER></DATA>',
          ),
        ),
      ),
    ).toEqual(['error no-records BODY/HOSOSUCKHOE']);
  });
});
