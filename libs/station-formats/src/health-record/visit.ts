import type { Diagnosis, Vitals } from '#domain/codes.js';
import { parseEpisodeNumber, type FacilityCode } from '#domain/ids.js';
import type { ClinicalNote, ResultLine } from '#domain/visits/visit-content.js';
import type { ReadVisit } from '../station-message.js';
import { FaultList } from '../faults/fault-list.js';
import { readSlashedMoment } from '../values/dates.js';
import { definedOnly } from '../values/defined-only.js';
import { readWithin } from '../values/numbers.js';
import type { XmlElement } from '../xml/xml-element.js';
import { repeatingElements } from './known-elements.js';

interface Measure {
  readonly vital: keyof Vitals;
  readonly low: number;
  readonly high: number;
  readonly vi: string;
  readonly en: string;
}

/** Limits beyond which a value is a slip of the pen, not a measurement. */
const measures: Readonly<Record<string, Measure>> = {
  MACH: { vital: 'pulse', low: 20, high: 250, vi: 'Mạch', en: 'pulse' },
  NHIETDO: { vital: 'temperature', low: 30, high: 45, vi: 'Nhiệt độ', en: 'temperature' },
  HUYETAPTT: { vital: 'systolic', low: 40, high: 300, vi: 'Huyết áp tâm thu', en: 'systolic blood pressure' },
  HUYETAPTD: { vital: 'diastolic', low: 20, high: 200, vi: 'Huyết áp tâm trương', en: 'diastolic blood pressure' },
  NHIPTHO: { vital: 'respiratoryRate', low: 4, high: 100, vi: 'Nhịp thở', en: 'respiratory rate' },
  CHIEUCAO: { vital: 'height', low: 20, high: 250, vi: 'Chiều cao', en: 'height' },
  CHISOBMI: { vital: 'bmi', low: 5, high: 100, vi: 'Chỉ số BMI', en: 'body-mass index' },
  CANNANG: { vital: 'weight', low: 0.3, high: 400, vi: 'Cân nặng', en: 'weight' },
  VONGBUNG: { vital: 'waist', low: 20, high: 250, vi: 'Vòng bụng', en: 'waist' },
};

const noteFields: Readonly<Record<string, readonly [kind: ClinicalNote['kind'], topic?: string]>> = {
  BENHSU: ['history'],
  TUVAN: ['advice'],
  KHAMDA: ['examination', 'skin'],
  KHAMNIEMMAC: ['examination', 'mucosa'],
  KHAMTOANTHANKHAC: ['examination', 'general'],
  KHAMTIMMACH: ['examination', 'heart'],
  KHAMHOHAP: ['examination', 'respiratory'],
  KHAMTIEUHOA: ['examination', 'digestive'],
  KHAMTIETNIEU: ['examination', 'urinary'],
  KHAMCOXUONGKHOP: ['examination', 'musculoskeletal'],
  KHAMNOITIET: ['examination', 'endocrine'],
  KHAMTHANKINH: ['examination', 'nervous-system'],
  KHAMTAMTHAN: ['examination', 'mental'],
  KHAMNGOAIKHOA: ['examination', 'surgical'],
  KHAMPHUKHOA: ['examination', 'gynaecological'],
  KHAMTAIMUIHONG: ['examination', 'ear-nose-throat'],
  KHAMRHM: ['examination', 'dental'],
  KHAMMAT: ['examination', 'eye'],
  KHAMDALIEU: ['examination', 'dermatological'],
  KHAMDINHDUONG: ['examination', 'nutrition'],
  KHAMVANDONG: ['examination', 'movement'],
  KHAC: ['examination', 'other'],
  TC_TT_VD: ['examination', 'development'],
  SUDUNGKINH: ['examination', 'glasses'],
  MATPHAI: ['examination', 'visual-acuity-right'],
  MATTRAI: ['examination', 'visual-acuity-left'],
};

/**
 * One HOSOKHAMCHUABENH as a visit, or `undefined` and an error in `faults`. It says nothing of who pays: `insured` is false and
 * `cards` empty, whatever cards the person has.
 */
export function takeVisit(
  element: XmlElement,
  facility: FacilityCode,
  path: string,
  faults: FaultList,
): ReadVisit | undefined {
  const number = element.peek('MA_LK');
  const episode = number === undefined ? undefined : parseEpisodeNumber(number);
  const start = element.takeAs('NGAYBATDAU', readSlashedMoment) ?? element.takeAs('NGAYKHAM', readSlashedMoment);
  if (episode === undefined) {
    faults.add('error', number === undefined ? 'required' : 'not-an-episode-number', `${path}/MA_LK`, {
      vi: 'Lượt khám thiếu mã liên kết hợp lệ (MA_LK) nên không nhận được.',
      en: 'The visit has no valid episode number (MA_LK), so it cannot be taken.',
    });
  }
  if (start === undefined) {
    faults.add('error', element.peek('NGAYKHAM') === undefined ? 'required' : 'not-a-date', `${path}/NGAYKHAM`, {
      vi: 'Lượt khám thiếu ngày khám có thật (NGAYKHAM, dd/MM/yyyy) nên không nhận được.',
      en: 'The visit has no real date (NGAYKHAM, dd/MM/yyyy), so it cannot be taken.',
    });
  }
  if (episode === undefined || start === undefined) return undefined;
  const own = new FaultList(`BODY/HOSOSUCKHOE/${path}`);
  element.drop('MA_LK');
  const examined = element.takeAs('NGAYKHAM', readSlashedMoment);
  if (examined !== undefined && examined.slice(0, 10) !== start.slice(0, 10)) {
    own.add('warning', 'differs-from-start', 'NGAYKHAM', {
      vi: 'Ngày khám (NGAYKHAM) khác với ngày bắt đầu (NGAYBATDAU); ngày bắt đầu được dùng.',
      en: 'The date of the examination (NGAYKHAM) differs from the start (NGAYBATDAU); the start is used.',
    });
  }
  const end = element.takeAs('NGAYKETTHUC', readSlashedMoment);
  const practitioner = element.take('MABACSI');
  const practitionerName = element.take('BACSIKHAM');
  const vitals = takeVitals(element, own);
  const results = takeResults(element);
  const { diagnoses, words, conclusions } = takeDiagnoses(element, own);
  const notes = [...takeNotes(element), ...conclusions];
  const reason = element.take('LYDOKHAM');
  const leftovers = Object.fromEntries(element.leftovers('', repeatingElements));
  return {
    visit: {
      facility,
      episode,
      start,
      insured: false,
      cards: [],
      diagnoses,
      vitals,
      medications: [],
      services: [],
      results,
      notes,
      ...definedOnly({
        end,
        reason,
        dischargeDiagnosis: words,
        vitalsSource: Object.keys(vitals).length > 0 ? ('measured' as const) : undefined,
        practitioner,
        practitionerName,
      }),
      ...(Object.keys(leftovers).length > 0 && { otherTables: { HOSOKHAMCHUABENH: [leftovers] } }),
    },
    faults: own.toArray(),
  };
}

function takeNotes(element: XmlElement): readonly ClinicalNote[] {
  return Object.entries(noteFields).flatMap(([field, [kind, topic]]) => {
    const text = element.take(field);
    return text === undefined ? [] : [{ text, kind, ...definedOnly({ topic }) }];
  });
}

function takeVitals(element: XmlElement, faults: FaultList): Vitals {
  const vitals: { -readonly [K in keyof Vitals]: Vitals[K] } = {};
  for (const [field, { vital, low, high, vi, en }] of Object.entries(measures)) {
    const value = element.takeAs(field, (text) => readWithin(text, low, high));
    if (value !== undefined) vitals[vital] = value;
    else if (element.peek(field) !== undefined) {
      faults.add('warning', 'implausible', field, {
        vi: `${vi} (${field}) không phải là số hợp lý; giá trị được giữ nguyên nhưng không dùng.`,
        en: `The ${en} (${field}) is not a plausible number; it is kept as sent but not used.`,
      });
    }
  }
  if (vitals.systolic !== undefined && vitals.diastolic !== undefined && vitals.diastolic >= vitals.systolic) {
    faults.add('warning', 'implausible', 'HUYETAPTD', {
      vi: 'Huyết áp tâm trương (HUYETAPTD) không thấp hơn huyết áp tâm thu (HUYETAPTT).',
      en: 'The diastolic blood pressure (HUYETAPTD) is not below the systolic (HUYETAPTT).',
    });
  }
  return vitals;
}

function takeResults(element: XmlElement): readonly ResultLine[] {
  return (element.child('CANLAMSANG')?.all('DICHVU') ?? []).flatMap((service) => {
    const [serviceCode, value] = [service.take('MADICHVU'), service.take('KETQUA')];
    const name = service.take('TENDICHVU') ?? serviceCode;
    if (name === undefined && value === undefined) return [];
    return [{ name: name ?? '', ...definedOnly({ serviceCode, value, group: service.take('MANHOM') }) }];
  });
}

const icd10 = /^[A-Z][0-9]{2}(?:\.[0-9A-Z]{1,3})?[*†+]?$/;

function takeDiagnoses(
  element: XmlElement,
  faults: FaultList,
): {
  readonly diagnoses: readonly Diagnosis[];
  readonly words: string | undefined;
  readonly conclusions: readonly ClinicalNote[];
} {
  const words: string[] = [];
  const conclusions: ClinicalNote[] = [];
  const diagnoses: Diagnosis[] = [];
  const entries = element.child('CHANDOANKETLUAN')?.all('CHANDOANBENH') ?? [];
  entries.forEach((entry, index) => {
    const [code, name] = [entry.take('MABENH'), entry.take('TENBENH')];
    const conclusion = entry.take('KETLUAN');
    if (conclusion !== undefined)
      conclusions.push({ text: conclusion, kind: 'conclusion', ...definedOnly({ topic: code }) });
    if (name !== undefined) words.push(name);
    if (code === undefined) return;
    if (!icd10.test(code)) {
      faults.add('warning', 'not-icd-10', `CHANDOANKETLUAN/CHANDOANBENH[${index + 1}]/MABENH`, {
        vi: 'Mã bệnh (MABENH) không đúng dạng ICD-10.',
        en: 'The diagnosis code (MABENH) is not written like an ICD-10 code.',
      });
    }
    diagnoses.push({
      code,
      // A name of several parts speaks of more than this code.
      ...(name !== undefined && !name.includes(';') && { display: name }),
      role: diagnoses.length === 0 ? 'main' : 'comorbidity',
    });
  });
  return { diagnoses, words: words.length > 0 ? words.join('; ') : undefined, conclusions };
}
