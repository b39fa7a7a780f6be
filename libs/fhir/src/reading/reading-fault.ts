import type { Bilingual } from '#domain/bilingual.js';

/** One thing wrong with a message; the form that receipts give it. Holds no value from the message but codes. */
export interface ReadingFault {
  /** FHIRPath: `Bundle.entry[3].resource.status`. */
  readonly path: string;
  /** Kebab-case, stable. */
  readonly code: string;
  /** `error`: this part was not taken. `warning`: taken, but something is wrong with it. `information`: taken, worth knowing. */
  readonly severity: 'error' | 'warning' | 'information';
  readonly text: Bilingual;
}

const faultTexts = {
  'not-json': { vi: 'Nội dung không phải JSON hợp lệ (UTF-8).', en: 'The body is not valid JSON (UTF-8).' },
  'not-utf-8': { vi: 'Nội dung không phải UTF-8 hợp lệ.', en: 'The body is not valid UTF-8.' },
  'not-fhir': { vi: 'Không phải tài nguyên FHIR R4.', en: 'Not a FHIR R4 resource.' },
  'too-deep': { vi: 'Cấu trúc lồng quá sâu.', en: 'Nested too deeply.' },
  'too-many-entries': {
    vi: 'Quá nhiều mục trong một Bundle; hãy chia nhỏ.',
    en: 'Too many entries for one Bundle; split it.',
  },
  'unknown-element': { vi: 'Phần tử không có trong FHIR R4.', en: 'Not an element of FHIR R4 here.' },
  'wrong-type': { vi: 'Sai kiểu dữ liệu.', en: 'A value of the wrong type.' },
  'wrong-form': { vi: 'Giá trị sai dạng theo FHIR R4.', en: 'The value has not the form FHIR R4 asks for.' },
  required: { vi: 'Bắt buộc phải có.', en: 'Required.' },
  'more-than-one': { vi: 'Chỉ được có một giá trị.', en: 'Only one value may stand here.' },
  'not-repeating': { vi: 'Phần tử này không phải danh sách.', en: 'This element is not a list.' },
  empty: { vi: 'Phần tử rỗng.', en: 'Empty elements are not allowed.' },
  'unknown-code': { vi: 'Mã không thuộc danh mục bắt buộc.', en: 'The code is not in the required value set.' },
  'not-a-number': { vi: 'Số không biểu diễn được.', en: 'Not a number that can be represented.' },
  'period-reversed': { vi: 'Kết thúc trước khi bắt đầu.', en: 'Ends before it begins.' },
  'duplicate-full-url': { vi: 'Hai mục có cùng fullUrl.', en: 'Two entries have the same fullUrl.' },
  'duplicate-encounter': {
    vi: 'Hai Encounter trong Bundle là cùng một lượt khám.',
    en: 'Two Encounters of this Bundle are the same visit.',
  },
  'first-entry': {
    vi: 'Mục đầu tiên không đúng loại Bundle.',
    en: 'The first entry does not fit the type of the Bundle.',
  },
  'bundle-type': {
    vi: 'Loại Bundle không được nhận (nhận: transaction, batch, message, document, collection).',
    en: 'This type of Bundle is not taken (taken: transaction, batch, message, document, collection).',
  },
  'method-not-supported': {
    vi: 'Chỉ nhận POST, PUT và DELETE Encounter?identifier=…; không đọc qua Bundle này.',
    en: 'Only POST, PUT and DELETE Encounter?identifier=… are taken; nothing is read through this Bundle.',
  },
  'request-url': { vi: 'request.url không khớp với tài nguyên.', en: 'request.url does not fit the resource.' },
  'reference-not-found': {
    vi: 'Tham chiếu tới mục không có trong Bundle và không có trong hệ thống.',
    en: 'The reference leads to nothing in this Bundle, and to nothing of this system.',
  },
  'reference-ambiguous': {
    vi: 'Tham chiếu có điều kiện khớp với nhiều mục.',
    en: 'The conditional reference fits several entries.',
  },
  'no-patient': { vi: 'Không rõ tài nguyên này của người bệnh nào.', en: 'Whose resource this is cannot be told.' },
  'patient-not-found': {
    vi: 'Không tìm thấy người bệnh được tham chiếu.',
    en: 'The patient referred to is not known here.',
  },
  'patient-not-recognisable': {
    vi: 'Người bệnh không có số định danh nào được biết: lần gửi sau có thể thành hồ sơ mới.',
    en: 'The patient has no number known here: the next message may make another record.',
  },
  'identifier-form': {
    vi: 'Số định danh sai dạng của hệ thống số đó, nên không dùng để nhận ra người bệnh.',
    en: 'The number has not the form of its system and is not used to recognise the patient.',
  },
  'encounter-of-another-facility': {
    vi: 'Lượt khám của cơ sở khác: được giữ nguyên trong hồ sơ, không ghi thành lượt khám.',
    en: 'An encounter of another facility: kept as it is in the record, not recorded as a visit.',
  },
  'too-large': {
    vi: 'Lượt khám hoặc tài nguyên quá lớn để lưu.',
    en: 'The visit or resource is too large to be stored.',
  },
  'withdrawal-unnamed': {
    vi: 'Muốn rút lại một lượt khám phải ghi identifier của nó.',
    en: 'To withdraw an encounter its identifier must be given.',
  },
  'referral-incomplete': {
    vi: 'Giấy chuyển thiếu số, nơi nhận hoặc thời điểm: được giữ nguyên, không lập phiếu chuyển.',
    en: 'The referral has no number, addressee or time: kept as it is, no referral was issued.',
  },
} as const satisfies Record<string, Bilingual>;

export type ReadingFaultCode = keyof typeof faultTexts;

export function readingFault(
  path: string,
  code: ReadingFaultCode,
  severity: ReadingFault['severity'] = 'error',
): ReadingFault {
  const { vi, en } = faultTexts[code];
  return { path, code, severity, text: path === '' ? { vi, en } : { vi: `${path}: ${vi}`, en: `${path}: ${en}` } };
}
