import type { LocalDate } from '#domain/dates.js';
import type { RecordTables, TableRow } from '../writing/write-envelope.js';
import { consultation, glucoseTest, type Service } from './care.js';
import type { SeededRandom } from './random.js';
import type { Resident, ScriptedVisit } from './script.js';

const practitioner = '000123/TQ-CCHN';
const head = '0812345678';

const digits = (day: LocalDate): string => day.replaceAll('-', '');
const money = (amount: number): string => amount.toFixed(2);
const clock = (day: LocalDate, minute: number): string =>
  `${digits(day)}${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}`;

/** How a station's software writes what the standard leaves open. */
export interface Habits {
  readonly untidy: boolean;
  /** The sender corrected its diagnosis and sends again. */
  readonly corrected: boolean;
}

/** The tables of one visit as its software fills them. */
export function tablesOf(random: SeededRandom, visit: ScriptedVisit, habits: Habits): RecordTables {
  const facts = factsOf(visit, habits);
  const services = [consultation, ...(visit.glucose === undefined ? [] : [glucoseTest])];
  return {
    XML1: [summary(visit, facts, services, habits)],
    XML2: drugRows(visit, facts),
    XML3: serviceRows(visit, facts, services),
    ...(visit.glucose !== undefined && { XML4: resultRows(visit.glucose, visit, facts) }),
    XML5: [
      {
        MA_LK: visit.episode,
        STT: '1',
        DIEN_BIEN_LS: noteOf(random, visit, habits),
        THOI_DIEM_DBLS: facts.arrival,
        NGUOI_THUC_HIEN: practitioner,
      },
    ],
    ...(visit.transfer && { XML13: [transferRow(visit, facts)] }),
    ...(visit.appointment && { XML14: [appointmentRow(visit, facts)] }),
  };
}

interface Facts {
  readonly arrival: string;
  readonly discharge: string;
  readonly diagnosis: string;
  readonly main: string;
  readonly comorbidities: string;
  readonly person: TableRow;
  readonly cards: string;
  readonly cardsTo: string;
  readonly cardsFrom: string;
  readonly cardRegistered: string;
}

function factsOf(visit: ScriptedVisit, habits: Habits): Facts {
  const { resident } = visit;
  const year = visit.day.slice(0, 4);
  const [main, ...others] = visit.diagnoses;
  const card = resident.cardGroup === undefined ? undefined : `${resident.cardGroup}08${resident.insuranceNumber}`;
  const cards = card === undefined ? [] : [card, ...(resident.olderCard === undefined ? [] : [olderCardOf(resident)])];
  return {
    arrival: clock(visit.day, visit.minute),
    discharge: clock(visit.day, visit.minute + 60),
    diagnosis: visit.diagnoses.map((disease) => disease.name).join('; ') + (habits.corrected ? ' (đã hiệu chỉnh)' : ''),
    main: main?.code ?? '',
    comorbidities: others.map((disease) => disease.code).join(';'),
    cards: cards.join(';'),
    cardRegistered: cards.map(() => resident.station.code).join(';'),
    cardsFrom: cards.map(() => `${year}0101`).join(';'),
    cardsTo: cards.map(() => `${year}1231`).join(';'),
    person: {
      HO_TEN: nameAsWritten(resident, habits),
      NGAY_SINH: `${resident.birth}0000`,
      GIOI_TINH: resident.sex === 'male' ? '1' : '2',
      MA_QUOCTICH: '000',
      MA_DANTOC: resident.ethnicGroup,
      MA_NGHE_NGHIEP: '00000',
      DIA_CHI: `${resident.village}, ${resident.station.area}, Tuyên Quang`,
    },
  };
}

const olderCardOf = (resident: Resident): string => `DK208${resident.insuranceNumber}`;

/** Some software doubles blanks, some sends accents as separate characters. */
function nameAsWritten(resident: Resident, habits: Habits): string {
  if (!habits.untidy) return resident.name;
  const order = Number(resident.number.slice(1)) % 5;
  if (order === 1) return resident.name.replace(' ', '  ');
  return order === 2 ? resident.name.normalize('NFD') : resident.name;
}

function summary(visit: ScriptedVisit, facts: Facts, services: readonly Service[], habits: Habits): TableRow {
  const { resident } = visit;
  const drugs = visit.diagnoses
    .flatMap((disease) => disease.drugs)
    .reduce((total, drug) => total + drug.quantity * drug.price, 0);
  const total = drugs + services.reduce((sum, service) => sum + service.price, 0);
  const insured = facts.cards !== '';
  const chronic = visit.diagnoses.some((disease) => disease.historyCode !== undefined);
  return {
    MA_LK: visit.episode,
    STT: '1',
    MA_BN: `${visit.facility.code}-${resident.number}`,
    SO_CCCD: resident.nationalId ?? '',
    ...facts.person,
    MATINH_CU_TRU: '08',
    MAHUYEN_CU_TRU: resident.station.district ?? '',
    MAXA_CU_TRU: resident.station.commune,
    DIEN_THOAI: resident.phone,
    MA_THE_BHYT: facts.cards,
    MA_DKBD: facts.cardRegistered,
    GT_THE_TU: facts.cardsFrom,
    GT_THE_DEN: facts.cardsTo,
    LY_DO_VV: visit.arrivedWith
      ? 'Tuyến dưới chuyển'
      : chronic
        ? 'Khám định kỳ bệnh mạn tính'
        : (visit.diagnoses[0]?.name ?? ''),
    CHAN_DOAN_VAO: visit.diagnoses.map((disease) => disease.name).join('; '),
    CHAN_DOAN_RV: facts.diagnosis,
    MA_BENH_CHINH: facts.main,
    MA_BENH_KT: facts.comorbidities,
    MA_DOITUONG_KCB: !insured ? '9' : visit.arrivedWith ? '1.3' : '1.1',
    MA_NOI_DI: visit.arrivedWith?.from.code ?? '',
    MA_NOI_DEN: visit.transfer?.to.code ?? '',
    NGAY_VAO: facts.arrival,
    NGAY_RA: facts.discharge,
    GIAY_CHUYEN_TUYEN: visit.arrivedWith?.number ?? '',
    SO_NGAY_DTRI: '1',
    PP_DIEU_TRI: 'Điều trị thuốc, tư vấn',
    KET_QUA_DTRI: habits.corrected ? '1' : visit.transfer && !visit.arrivedWith ? '4' : '2',
    MA_LOAI_RV: visit.transfer ? '2' : '1',
    NGAY_TTOAN: facts.discharge,
    T_THUOC: money(drugs),
    T_VTYT: '0',
    T_TONGCHI_BV: money(total),
    T_TONGCHI_BH: money(insured ? total : 0),
    T_BNTT: money(insured ? 0 : total),
    T_BNCCT: '0',
    T_BHTT: money(insured ? total : 0),
    T_NGUONKHAC: '0',
    T_BHTT_GDV: '0',
    NAM_QT: visit.day.slice(0, 4),
    THANG_QT: visit.day.slice(5, 7),
    MA_LOAI_KCB: chronic && !visit.arrivedWith ? '05' : '01',
    MA_KHOA: 'K01',
    MA_CSKCB: visit.facility.code,
    MA_KHUVUC: 'K1',
    CAN_NANG: String(visit.weight),
    NGAY_TAI_KHAM: visit.appointment ? digits(visit.appointment.on) : '',
    MA_HSBA: visit.episode,
    MA_TTDV: head,
  };
}

const shares = (amount: number, insured: boolean): TableRow => ({
  THANH_TIEN_BV: money(amount),
  THANH_TIEN_BH: money(insured ? amount : 0),
  T_NGUONKHAC: '0',
  MUC_HUONG: insured ? '100' : '0',
  T_BNTT: money(insured ? 0 : amount),
  T_BNCCT: '0',
  T_BHTT: money(insured ? amount : 0),
});

function drugRows(visit: ScriptedVisit, facts: Facts): readonly TableRow[] {
  return visit.diagnoses
    .flatMap((disease) => disease.drugs)
    .map((drug, index) => ({
      MA_LK: visit.episode,
      STT: String(index + 1),
      MA_THUOC: drug.code,
      MA_NHOM: '4',
      TEN_THUOC: drug.name,
      DON_VI_TINH: drug.unit,
      HAM_LUONG: drug.strength,
      DUONG_DUNG: '1.01',
      LIEU_DUNG: 'Ngày 1 lần',
      CACH_DUNG: 'Uống sau ăn',
      PHAM_VI: '1',
      TYLE_TT_BH: '100',
      SO_LUONG: String(drug.quantity),
      DON_GIA: String(drug.price),
      ...shares(drug.quantity * drug.price, facts.cards !== ''),
      MA_KHOA: 'K01',
      MA_BAC_SI: practitioner,
      NGAY_YL: facts.arrival,
      MA_PTTT: '1',
      NGUON_CTRA: '1',
    }));
}

function serviceRows(visit: ScriptedVisit, facts: Facts, services: readonly Service[]): readonly TableRow[] {
  return services.map((service, index) => ({
    MA_LK: visit.episode,
    STT: String(index + 1),
    MA_DICH_VU: service.code,
    MA_NHOM: service.group,
    TEN_DICH_VU: service.name,
    DON_VI_TINH: 'lần',
    PHAM_VI: '1',
    SO_LUONG: '1',
    DON_GIA_BV: String(service.price),
    DON_GIA_BH: String(service.price),
    TYLE_TT_DV: '100',
    TYLE_TT_BH: '100',
    ...shares(service.price, facts.cards !== ''),
    MA_KHOA: 'K01',
    MA_BAC_SI: practitioner,
    MA_BENH: facts.main,
    NGAY_YL: facts.arrival,
    NGAY_TH_YL: facts.arrival,
    NGAY_KQ: facts.discharge,
    MA_PTTT: '1',
  }));
}

function resultRows(glucose: number, visit: ScriptedVisit, facts: Facts): readonly TableRow[] {
  return [
    {
      MA_LK: visit.episode,
      STT: '1',
      MA_DICH_VU: glucoseTest.code,
      MA_CHI_SO: glucoseTest.code,
      TEN_CHI_SO: 'Glucose máu lúc đói',
      GIA_TRI: glucose.toFixed(1),
      DON_VI_DO: 'mmol/L',
      KET_LUAN: glucose >= 7 ? 'Tăng' : 'Bình thường',
      NGAY_KQ: facts.discharge,
      MA_BS_DOC_KQ: practitioner,
    },
  ];
}

function noteOf(random: SeededRandom, visit: ScriptedVisit, habits: Habits): string {
  const pressure = `${visit.systolic}/${visit.diastolic}`;
  if (visit.arrivedWith) return `Vào viện theo giấy chuyển ${visit.arrivedWith.number}. HA ${pressure} mmHg.`;
  const forms = [
    `Tỉnh, tiếp xúc tốt. HA ${pressure} mmHg, mạch ${visit.pulse} l/p.`,
    `Tỉnh, huyết áp: ${pressure}mmHg; M ${visit.pulse} l/p, T 36,8`,
    `Bệnh ổn định\nHA: ${pressure} & mạch ${visit.pulse} lần/phút`,
  ];
  return habits.untidy ? random.pick(forms) : (forms[0] ?? '');
}

function transferRow(visit: ScriptedVisit, facts: Facts): TableRow {
  const { transfer, facility } = visit;
  const back = visit.arrivedWith !== undefined;
  const drugs = visit.diagnoses.flatMap((disease) => disease.drugs).map((drug) => drug.name);
  return {
    MA_LK: visit.episode,
    SO_HOSO: visit.episode,
    SO_CHUYENTUYEN: transfer?.number ?? '',
    GIAY_CHUYEN_TUYEN: transfer?.number ?? '',
    MA_CSKCB: facility.code,
    MA_NOI_DI: facility.code,
    MA_NOI_DEN: transfer?.to.code ?? '',
    MA_CSKCB_DI: facility.code,
    MA_CSKCB_DEN: transfer?.to.code ?? '',
    ...facts.person,
    MA_THE_BHYT: facts.cards,
    GT_THE_DEN: facts.cardsTo,
    NGAY_VAO: facts.arrival,
    NGAY_RA: facts.discharge,
    DAU_HIEU_LS: back ? 'Ổn định' : `Tỉnh, tiếp xúc tốt. HA ${visit.systolic}/${visit.diastolic} mmHg.`,
    CHAN_DOAN_RV: facts.diagnosis,
    QT_BENHLY: back ? 'Đáp ứng điều trị' : 'Bệnh diễn biến 3 ngày, điều trị tại trạm không đỡ',
    TOMTAT_KQ: back ? 'Xét nghiệm ổn định' : 'Chưa làm xét nghiệm',
    PP_DIEUTRI: 'Điều trị thuốc, tư vấn',
    MA_BENH_CHINH: facts.main,
    MA_BENH_KT: facts.comorbidities,
    TEN_DICH_VU: consultation.name,
    TEN_THUOC: drugs.join('; '),
    PP_DIEU_TRI: 'Điều trị thuốc, tư vấn',
    TINH_TRANG_CT: '1',
    MA_LOAI_RV: '2',
    MA_LYDO_CT: '1',
    HUONG_DIEU_TRI: back ? 'Tiếp tục điều trị ngoại trú tại trạm y tế' : 'Khám, điều trị chuyên khoa',
    PHUONGTIEN_VC: back ? 'Tự túc' : 'Xe cứu thương',
    MA_BAC_SI: back ? '000456/TQ-CCHN' : practitioner,
    MA_TTDV: head,
  };
}

function appointmentRow(visit: ScriptedVisit, facts: Facts): TableRow {
  return {
    MA_LK: visit.episode,
    SO_GIAYHEN_KL: visit.appointment?.number ?? '',
    MA_CSKCB: visit.facility.code,
    HO_TEN: facts.person['HO_TEN'] ?? '',
    NGAY_SINH: facts.person['NGAY_SINH'] ?? '',
    GIOI_TINH: facts.person['GIOI_TINH'] ?? '',
    DIA_CHI: facts.person['DIA_CHI'] ?? '',
    MA_THE_BHYT: facts.cards,
    GT_THE_DEN: facts.cardsTo,
    NGAY_VAO: facts.arrival,
    NGAY_RA: facts.discharge,
    NGAY_HEN_KL: visit.appointment ? `${digits(visit.appointment.on)}0000` : '',
    CHAN_DOAN_RV: facts.diagnosis,
    MA_BENH_CHINH: facts.main,
    MA_BENH_KT: facts.comorbidities,
    MA_DOITUONG_KCB: facts.cards === '' ? '9' : '1.1',
    MA_BAC_SI: practitioner,
    MA_TTDV: head,
    NGAY_CT: digits(visit.day),
  };
}
