/**
 * The columns of a screening day's sheet: the template, the reader, the guide for users and the messages are all made from this
 * table. What is asked follows the NCD screening form (Biểu 2, blood pressure, blood glucose, risk factors, from 18 years).
 */
import type { Bilingual } from '#domain/bilingual.js';

export type ColumnKey =
  | 'serial'
  | 'formNumber'
  | 'facility'
  | 'name'
  | 'birthDate'
  | 'sex'
  | 'personNumber'
  | 'insuranceCard'
  | 'phone'
  | 'commune'
  | 'village'
  | 'screenedOn'
  | 'programme'
  | 'systolic'
  | 'diastolic'
  | 'bloodPressure'
  | 'pulse'
  | 'glucoseFasting'
  | 'glucoseRandom'
  | 'hba1c'
  | 'height'
  | 'weight'
  | 'waist'
  | 'tobacco'
  | 'alcohol'
  | 'findings'
  | 'conclusion'
  | 'practitioner';

/** Keys of the columns that hold one number each. */
export type MeasureKey = Extract<
  ColumnKey,
  'systolic' | 'diastolic' | 'pulse' | 'glucoseFasting' | 'glucoseRandom' | 'hba1c' | 'height' | 'weight' | 'waist'
>;

export interface Measure {
  readonly unit: string;
  /** Outside of these the value is a slip of the pen and the row is not taken. */
  readonly possible: readonly [low: number, high: number];
  /** Outside of these it is taken, with a word of warning. */
  readonly usual: readonly [low: number, high: number];
}

export interface Column {
  readonly key: ColumnKey;
  /** As it stands in the template. */
  readonly heading: string;
  /** Other headings stations write, compared without diacritics, case, punctuation and units. */
  readonly aliases: readonly string[];
  /** `sheet`: the column must be there; `row`: a value is expected in every row. */
  readonly required?: 'sheet' | 'row';
  readonly measure?: Measure;
  /** Characters of a text. */
  readonly longest?: number;
  /** In the template; the others are understood where a sheet has them. */
  readonly inTemplate: boolean;
  readonly guide: Bilingual;
  readonly example: string;
}

const column = (
  key: ColumnKey,
  heading: string,
  aliases: readonly string[],
  example: string,
  guide: Bilingual,
  more: Partial<Pick<Column, 'required' | 'measure' | 'longest' | 'inTemplate'>> = {},
): Column => ({ key, heading, aliases, example, guide, inTemplate: true, ...more });

const measured = (
  unit: string,
  possible: readonly [number, number],
  usual: readonly [number, number],
): { readonly measure: Measure } => ({ measure: { unit, possible, usual } });

export const outreachColumns: readonly Column[] = [
  column('serial', 'STT', ['so thu tu', 'no', 'tt'], '1', {
    vi: 'Số thứ tự, để người đọc dễ tìm; không ghi vào hồ sơ.',
    en: 'A running number for human readers; not recorded.',
  }),
  column(
    'formNumber',
    'Mã phiếu',
    ['so phieu', 'ma so phieu', 'form number'],
    'P-001',
    {
      vi: 'Số của phiếu giấy, không trùng trong ngày khám. Có mã phiếu thì sửa cả họ tên, số định danh vẫn là sửa phiếu cũ.',
      en: 'Number of the paper form, unique within the day. With it, even a corrected name or number amends the earlier row.',
    },
    { longest: 50 },
  ),
  column(
    'facility',
    'Mã cơ sở',
    ['ma cskcb', 'ma co so kcb', 'ma co so kham chua benh', 'facility'],
    '08Z20',
    {
      vi: 'Mã cơ sở khám, 5 ký tự; nếu ghi thì phải là cơ sở đang đăng nhập.',
      en: 'Facility code, five characters; where given it must be the facility that is signed in.',
    },
    { inTemplate: false },
  ),
  column(
    'name',
    'Họ và tên',
    ['ho ten', 'ho va ten nguoi dan', 'ho va ten nguoi kham', 'ten', 'full name', 'name'],
    'Nông Thị Ví Dụ',
    { vi: 'Họ và tên đầy đủ.', en: 'Full name, family name first.' },
    { required: 'sheet', longest: 255 },
  ),
  column(
    'birthDate',
    'Ngày sinh',
    ['nam sinh', 'ngay thang nam sinh', 'sinh ngay', 'date of birth', 'birth date'],
    '11/05/1961',
    {
      vi: 'ngày/tháng/năm; chỉ biết tháng thì tháng/năm, chỉ biết năm thì ghi năm (4 chữ số).',
      en: 'day/month/year; month/year or the year alone (four digits) where no more is known.',
    },
    { required: 'row' },
  ),
  column(
    'sex',
    'Giới tính',
    ['gioi', 'nam nu', 'phai', 'sex', 'gender'],
    'Nữ',
    { vi: 'Nam hoặc Nữ (cũng nhận 1 = nam, 2 = nữ).', en: 'Nam (male) or Nữ (female); 1 and 2 are taken too.' },
    { required: 'row' },
  ),
  column(
    'personNumber',
    'Số định danh/CCCD',
    ['so dinh danh', 'cccd', 'so cccd', 'can cuoc', 'can cuoc cong dan', 'so can cuoc', 'cmnd', 'cmnd cccd', 'so cmnd'],
    '008161000001',
    {
      vi: '12 số (định danh), 9 số (CMND) hoặc số hộ chiếu. Số 0 ở đầu bị Excel bỏ mất được bù lại nếu khớp năm sinh, giới tính.',
      en: '12 digits (personal number), 9 digits (old identity card) or a passport number. Leading zeros that Excel drops are put back where birth year and sex agree.',
    },
  ),
  column(
    'insuranceCard',
    'Số thẻ BHYT',
    ['bhyt', 'the bhyt', 'ma the bhyt', 'so bhyt', 'ma bhyt', 'ma so bhxh', 'so bhxh', 'insurance card'],
    'GD4080123456789',
    { vi: 'Số thẻ 15 ký tự hoặc mã số BHXH 10 số.', en: 'Card number of 15 characters, or the 10-digit number.' },
  ),
  column('phone', 'Điện thoại', ['so dien thoai', 'sdt', 'dt', 'dien thoai lien he', 'phone'], '0900000001', {
    vi: 'Số điện thoại.',
    en: 'Telephone number.',
  }),
  column(
    'commune',
    'Xã/phường',
    ['xa', 'phuong', 'xa phuong thi tran', 'xa phuong noi o', 'noi cu tru', 'ma xa', 'commune'],
    'Xã Minh Quang',
    {
      vi: 'Tên xã/phường nơi ở (có dấu hoặc không) hoặc mã 5 số, theo bản đồ hành chính của ngày khám. Trùng tên thì ghi thêm tỉnh: “Xã Minh Quang, Tuyên Quang”.',
      en: 'Name of the commune of residence (diacritics or not) or its five-digit code, by the map of the day. Where names are shared add the province: “Xã Minh Quang, Tuyên Quang”.',
    },
    { longest: 255 },
  ),
  column(
    'village',
    'Thôn/tổ',
    ['thon', 'to', 'thon ban', 'thon xom', 'to dan pho', 'thon to dan pho', 'dia chi', 'village', 'address'],
    'Thôn Ví Dụ',
    { vi: 'Thôn, bản, tổ dân phố hoặc địa chỉ.', en: 'Village, hamlet or address.' },
    { longest: 255 },
  ),
  column(
    'screenedOn',
    'Ngày khám',
    ['ngay sang loc', 'ngay kham sang loc', 'ngay do', 'date', 'screened on'],
    '12/10/2026',
    {
      vi: 'ngày/tháng/năm; có thể thêm giờ: 12/10/2026 07:45.',
      en: 'day/month/year; a time may follow: 12/10/2026 07:45.',
    },
    { required: 'sheet' },
  ),
  column(
    'programme',
    'Chương trình',
    ['chuong trinh sang loc', 'loai sang loc', 'programme'],
    'Tổng quát',
    {
      vi: 'Tổng quát, Tăng huyết áp, Đái tháo đường, COPD/hen hoặc Ung thư; để trống là Tổng quát.',
      en: 'Tổng quát (general), Tăng huyết áp (hypertension), Đái tháo đường (diabetes), COPD/hen or Ung thư (cancer); empty means general.',
    },
    { inTemplate: false },
  ),
  column(
    'systolic',
    'Huyết áp tâm thu',
    ['ha tam thu', 'hatt', 'ha toi da', 'huyet ap toi da', 'tam thu', 'systolic'],
    '152',
    { vi: 'Số nguyên, mmHg.', en: 'mmHg.' },
    measured('mmHg', [50, 300], [80, 220]),
  ),
  column(
    'diastolic',
    'Huyết áp tâm trương',
    ['ha tam truong', 'hattr', 'ha toi thieu', 'huyet ap toi thieu', 'tam truong', 'diastolic'],
    '96',
    { vi: 'Số nguyên, mmHg; nhỏ hơn tâm thu.', en: 'mmHg; below the systolic.' },
    measured('mmHg', [20, 200], [40, 130]),
  ),
  column(
    'bloodPressure',
    'Huyết áp',
    ['ha', 'chi so huyet ap', 'blood pressure'],
    '152/96',
    {
      vi: 'Nếu ghi chung một ô: tâm thu/tâm trương, ví dụ 152/96.',
      en: 'Both in one cell where a sheet does so: systolic/diastolic, e.g. 152/96.',
    },
    { inTemplate: false },
  ),
  column(
    'pulse',
    'Mạch',
    ['nhip tim', 'tan so mach', 'pulse'],
    '78',
    { vi: 'Lần/phút.', en: 'Per minute.' },
    measured('lần/phút', [20, 250], [45, 130]),
  ),
  column(
    'glucoseFasting',
    'Đường huyết lúc đói',
    [
      'duong huyet doi',
      'duong mau luc doi',
      'duong mau doi',
      'glucose luc doi',
      'glucose doi',
      'dh luc doi',
      'fasting glucose',
    ],
    '5,6',
    {
      vi: 'Đường huyết mao mạch lúc đói, mmol/L (tiêu đề ghi mg/dL thì đọc theo mg/dL).',
      en: 'Fasting capillary glucose, mmol/L (mg/dL where the heading says so).',
    },
    measured('mmol/L', [1, 50], [3, 25]),
  ),
  column(
    'glucoseRandom',
    'Đường huyết bất kỳ',
    [
      'duong huyet',
      'duong mau',
      'duong mau bat ky',
      'duong huyet ngau nhien',
      'duong huyet mao mach',
      'glucose',
      'glucose bat ky',
      'random glucose',
    ],
    '7,2',
    {
      vi: 'Đường huyết mao mạch bất kỳ, mmol/L; cũng dùng khi không rõ đói hay no.',
      en: 'Random capillary glucose, mmol/L; also where it is not known whether fasting.',
    },
    measured('mmol/L', [1, 50], [3, 25]),
  ),
  column(
    'hba1c',
    'HbA1c',
    ['hb a1c'],
    '6,1',
    { vi: 'Phần trăm.', en: 'Percent.' },
    { ...measured('%', [3, 20], [4, 14]), inTemplate: false },
  ),
  column(
    'height',
    'Chiều cao',
    ['cao', 'height'],
    '152',
    { vi: 'cm.', en: 'cm.' },
    measured('cm', [80, 230], [130, 200]),
  ),
  column(
    'weight',
    'Cân nặng',
    ['can', 'trong luong', 'weight'],
    '54,5',
    { vi: 'kg.', en: 'kg.' },
    measured('kg', [15, 250], [30, 130]),
  ),
  column(
    'waist',
    'Vòng bụng',
    ['vong eo', 'waist'],
    '84',
    { vi: 'cm.', en: 'cm.' },
    measured('cm', [30, 200], [50, 140]),
  ),
  column('tobacco', 'Hút thuốc', ['thuoc la', 'hut thuoc la', 'thuoc la thuoc lao', 'tobacco', 'smoking'], 'Không', {
    vi: 'Không, Có, Thường xuyên hoặc Đã bỏ (cũng nhận 0, 1, x).',
    en: 'Không (no), Có (yes), Thường xuyên (regularly) or Đã bỏ (stopped); 0, 1 and x are taken too.',
  }),
  column(
    'alcohol',
    'Uống rượu bia',
    ['ruou bia', 'ruou', 'bia ruou', 'uong ruou', 'su dung ruou bia', 'alcohol'],
    'Có',
    {
      vi: 'Không, Có, Thường xuyên hoặc Đã bỏ.',
      en: 'Không (no), Có (yes), Thường xuyên (regularly) or Đã bỏ (stopped).',
    },
  ),
  column(
    'findings',
    'Chẩn đoán nghi ngờ (ICD-10)',
    [
      'chan doan nghi ngo',
      'chan doan',
      'nghi ngo',
      'ma benh',
      'ma benh icd 10',
      'icd 10',
      'icd10',
      'suspected diagnosis',
    ],
    'I10',
    {
      vi: 'Mã ICD-10, nhiều mã cách nhau bằng dấu chấm phẩy: I10; E11.9.',
      en: 'ICD-10 codes, several separated by semicolons: I10; E11.9.',
    },
    { longest: 500 },
  ),
  column(
    'conclusion',
    'Kết luận',
    ['ket luan xu tri', 'xu tri', 'ket qua', 'conclusion'],
    'Nghi tăng huyết áp, hẹn đo lại sau 1 tuần',
    { vi: 'Kết luận, hướng xử trí.', en: 'Conclusion and what is to be done.' },
    { longest: 2000 },
  ),
  column(
    'practitioner',
    'Người khám',
    ['bac si', 'can bo kham', 'nguoi do', 'nguoi thuc hien', 'practitioner'],
    'YS. Ma Văn Ví Dụ',
    { vi: 'Người khám (họ tên hoặc số CCHN).', en: 'Who examined (name or licence number).' },
    { longest: 100 },
  ),
];

const byKey = new Map(outreachColumns.map((one) => [one.key, one]));

export function columnOf(key: ColumnKey): Column {
  const found = byKey.get(key);
  if (!found) throw new Error(`No column ${key}`);
  return found;
}

/** Headings of the template, with the unit where there is one: `Huyết áp tâm thu (mmHg)`. */
export const templateHeadings: readonly string[] = outreachColumns
  .filter((one) => one.inTemplate)
  .map((one) => (one.measure ? `${one.heading} (${one.measure.unit})` : one.heading));
