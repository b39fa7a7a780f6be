import type { Coding, Vitals } from '#domain/codes.js';
import { dayPart, type DateTime, type LocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import { foldName } from '#domain/residents/names.js';
import type { ResultLine } from '#domain/visits/visit-content.js';
import { definedOnly } from '../values/defined-only.js';
import { readNumber } from '../values/numbers.js';
import { columnOf } from './columns.js';
import type { OutreachScreening, ScreeningProgramme } from './outreach-row.js';
import type { RowCells } from './row-cells.js';
import { readTypedMoment } from './sheet-dates.js';

const programmes: ReadonlyMap<string, ScreeningProgramme> = new Map(
  Object.entries({
    'tong quat': 'general',
    'suc khoe tong quat': 'general',
    'kham suc khoe': 'general',
    general: 'general',
    'tang huyet ap': 'hypertension',
    tha: 'hypertension',
    hypertension: 'hypertension',
    'dai thao duong': 'diabetes',
    dtd: 'diabetes',
    'tieu duong': 'diabetes',
    diabetes: 'diabetes',
    copd: 'copd-asthma',
    hen: 'copd-asthma',
    'copd hen': 'copd-asthma',
    'bptnmt hen': 'copd-asthma',
    'copd asthma': 'copd-asthma',
    'ung thu': 'cancer',
    cancer: 'cancer',
  } as const),
);

/** When the examination was; `undefined`, and an error among the faults, when it is not a day up to the one of receipt. */
export function momentOfRow(cells: RowCells, receivedOn: LocalDate): DateTime | undefined {
  const text = cells.line('screenedOn');
  if (text === undefined) {
    cells.report('error', 'required', 'screenedOn', { vi: 'còn trống.', en: 'is empty.' });
    return undefined;
  }
  const typed = readTypedMoment(text);
  if ('fault' in typed) {
    cells.report(
      'error',
      typed.fault,
      'screenedOn',
      typed.fault === 'two-digit-year'
        ? { vi: 'năm chỉ có hai chữ số; ghi đủ bốn chữ số.', en: 'has a year of two digits; write all four.' }
        : { vi: 'không phải là ngày có thật (ngày/tháng/năm).', en: 'is not a real date (day/month/year).' },
    );
    return undefined;
  }
  if (typed.fromSerial) {
    cells.report('warning', 'day-number', 'screenedOn', {
      vi: 'là số ngày của Excel; đã đổi ra ngày, đề nghị kiểm tra lại.',
      en: 'is a day number of Excel; it was turned into a date, please check it.',
    });
  }
  if (dayPart(typed.value) > receivedOn) {
    cells.report('error', 'in-the-future', 'screenedOn', { vi: 'ở tương lai.', en: 'is in the future.' });
    return undefined;
  }
  return typed.value;
}

/** What was found; `undefined`, and an error among the faults, when the row says nothing that was examined. */
export function screeningOfRow(cells: RowCells, facility: FacilityCode, at: DateTime): OutreachScreening | undefined {
  const vitals = vitalsOf(cells);
  const results = resultsOf(cells, at);
  const { findings, words } = findingsOf(cells);
  const conclusion = [cells.text('conclusion'), words].filter((part) => part !== undefined).join('. ');
  const practitioner = cells.line('practitioner');
  const examined = Object.keys(vitals).length + results.length + findings.length > 0 || conclusion !== '';
  // A value that was there and not taken has told its own fault.
  if (!examined && !cells.hasErrors) {
    cells.reportRow('error', 'nothing-examined', {
      vi: 'Dòng không có kết quả khám nào (huyết áp, đường huyết, cân đo, chẩn đoán hoặc kết luận).',
      en: 'The row holds no result (blood pressure, glucose, measurements, diagnosis or conclusion).',
    });
  }
  const programme = programmeOf(cells);
  if (cells.hasErrors) return undefined;
  return {
    facility,
    at,
    programme,
    vitals,
    results,
    findings,
    ...(conclusion !== '' && { conclusion }),
    ...(practitioner !== undefined && { practitioner }),
    ...(Object.keys(cells.others).length > 0 && { otherColumns: cells.others }),
  };
}

function vitalsOf(cells: RowCells): Vitals {
  const pressure = pressureOf(cells);
  return {
    ...pressure,
    ...definedOnly({
      pulse: cells.measure('pulse'),
      height: cells.measure('height'),
      weight: cells.measure('weight'),
      waist: cells.measure('waist'),
    }),
  };
}

function pressureOf(cells: RowCells): Pick<Vitals, 'systolic' | 'diastolic'> {
  const together = cells.has('bloodPressure') ? bothInOne(cells) : {};
  const systolic = cells.measure('systolic') ?? together.systolic;
  const diastolic = cells.measure('diastolic') ?? together.diastolic;
  if (systolic !== undefined && diastolic !== undefined && diastolic >= systolic) {
    cells.report('error', 'diastolic-not-below-systolic', cells.has('diastolic') ? 'diastolic' : 'bloodPressure', {
      vi: 'huyết áp tâm trương phải nhỏ hơn tâm thu; có thể hai số bị đảo.',
      en: '– the diastolic pressure must be below the systolic; the two may be swapped.',
    });
  }
  const written = cells.has('systolic') || cells.has('diastolic');
  if (written && !cells.hasErrors && (systolic === undefined || diastolic === undefined)) {
    cells.report('warning', 'half-a-blood-pressure', systolic === undefined ? 'systolic' : 'diastolic', {
      vi: 'còn trống trong khi số kia đã ghi; lần đo này không được tính là đã đo huyết áp.',
      en: 'is empty while the other number is there; the measurement does not count as a blood pressure.',
    });
  }
  return definedOnly({ systolic, diastolic });
}

function bothInOne(cells: RowCells): Pick<Vitals, 'systolic' | 'diastolic'> {
  const found = /^(\d{2,3})\s*[/\\-]\s*(\d{2,3})(?:\s*mmhg)?$/i.exec(cells.line('bloodPressure') ?? '');
  const [systolic, diastolic] = [readNumber(found?.[1] ?? ''), readNumber(found?.[2] ?? '')];
  const possible = (value: number | undefined, key: 'systolic' | 'diastolic'): boolean => {
    const [low, high] = columnOf(key).measure?.possible ?? [0, 0];
    return value !== undefined && value >= low && value <= high;
  };
  if (possible(systolic, 'systolic') && possible(diastolic, 'diastolic')) return definedOnly({ systolic, diastolic });
  cells.report('error', 'not-a-blood-pressure', 'bloodPressure', {
    vi: 'không phải dạng tâm thu/tâm trương có thể có, ví dụ 152/96.',
    en: 'is not a possible systolic/diastolic such as 152/96.',
  });
  return {};
}

/** Names as the record and the figures know them: a random glucose says nothing about the fasting target. */
const laboratoryNames = {
  glucoseFasting: 'Glucose máu mao mạch lúc đói',
  glucoseRandom: 'Glucose máu mao mạch bất kỳ',
  hba1c: 'HbA1c',
} as const;

function resultsOf(cells: RowCells, at: DateTime): readonly ResultLine[] {
  return (['glucoseFasting', 'glucoseRandom', 'hba1c'] as const).flatMap((key): ResultLine[] => {
    const value = cells.measure(key);
    const unit = columnOf(key).measure?.unit;
    if (value === undefined || unit === undefined) return [];
    return [{ name: laboratoryNames[key], value: String(value), unit, at }];
  });
}

/** ICD-10 codes; what stands there in other words goes into the conclusion. */
function findingsOf(cells: RowCells): { readonly findings: readonly Coding[]; readonly words?: string } {
  const parts = (cells.line('findings') ?? '').split(/[;,\n]/).map((part) => part.trim());
  const findings: Coding[] = [];
  const words: string[] = [];
  for (const part of parts.filter((one) => one !== '')) {
    const found = /^([A-Z]\d{2})(?:\.?(\d{1,2}))?[*†]?(?:\s*[-–:]?\s+(.+))?$/i.exec(part);
    if (!found?.[1]) words.push(part);
    else {
      const code = `${found[1].toUpperCase()}${found[2] ? `.${found[2]}` : ''}`;
      if (!findings.some((known) => known.code === code))
        findings.push({ code, ...(found[3] !== undefined && { display: found[3] }) });
    }
  }
  if (words.length === 0) return { findings };
  cells.report('warning', 'not-icd-10', 'findings', {
    vi: 'có phần không phải mã ICD-10; phần đó được ghi vào kết luận và không được thống kê.',
    en: 'holds something that is no ICD-10 code; it was put into the conclusion and is not counted.',
  });
  return { findings, words: words.join('; ') };
}

function programmeOf(cells: RowCells): ScreeningProgramme {
  const text = cells.line('programme');
  if (text === undefined) return 'general';
  const programme = programmes.get(foldName(text));
  if (programme) return programme;
  cells.report('error', 'unknown-code', 'programme', {
    vi: 'không phải Tổng quát, Tăng huyết áp, Đái tháo đường, COPD/hen hay Ung thư.',
    en: 'is none of general, hypertension, diabetes, COPD/asthma, cancer.',
  });
  return 'general';
}
