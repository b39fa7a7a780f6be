import type { Residence, Sex } from '#domain/codes.js';
import type { LocalDate } from '#domain/dates.js';
import { demographicKey } from '#domain/residents/identity.js';
import { foldName } from '#domain/residents/names.js';
import type {
  HealthHistory,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
  RiskFactor,
} from '#domain/residents/resident-content.js';
import type { ObservedPerson } from '../station-message.js';
import { definedOnly } from '../values/defined-only.js';
import { compactCard, normaliseName, readInsuranceNumber, readPersonNumber } from '../values/person-numbers.js';
import type { CommuneNames } from './commune-names.js';
import { restoredPersonNumber } from './dropped-zeros.js';
import type { RowCells } from './row-cells.js';
import { readTypedBirthDate } from './sheet-dates.js';

const sexes: ReadonlyMap<string, Sex> = new Map(
  Object.entries({
    nam: 'male',
    '1': 'male',
    m: 'male',
    male: 'male',
    trai: 'male',
    nu: 'female',
    '2': 'female',
    f: 'female',
    female: 'female',
    gai: 'female',
    khac: 'other',
  } as const),
);

/** Whom a row is about; `undefined`, and an error among the faults, when nobody could be found again by it. */
export function personOfRow(
  cells: RowCells,
  observedOn: LocalDate,
  communes: CommuneNames,
  province: string,
): ObservedPerson | undefined {
  const name = normaliseName(cells.line('name') ?? '');
  if (name === '') cells.report('error', 'required', 'name', { vi: 'còn trống.', en: 'is empty.' });
  const sex = sexOf(cells);
  const birthDate = birthDateOf(cells, observedOn);
  const residence = residenceOf(cells, communes, province);
  const phone = phoneOf(cells);
  const details: ResidentDetails = {
    name,
    sex,
    ...definedOnly({ birthDate, phone, residence }),
  };
  const { identifiers, cards } = numbersOf(cells, details);
  if (identifiers.length === 0 && demographicKey(details) === undefined) {
    cells.reportRow('error', 'cannot-be-recognised', {
      vi: 'Không đủ thông tin để nhận ra người này: cần số định danh hoặc thẻ BHYT, hoặc đủ ngày sinh, giới tính và xã/phường.',
      en: 'Not enough to recognise this person: a personal or insurance number is needed, or birth date, sex and commune together.',
    });
  }
  const history = historyOf(cells);
  return cells.hasErrors ? undefined : { details, identifiers, cards, ...(history && { history }), observedOn };
}

function sexOf(cells: RowCells): Sex {
  const text = cells.line('sex');
  const sex = text === undefined ? undefined : sexes.get(foldName(text));
  if (sex) return sex;
  cells.report('warning', text === undefined ? 'required' : 'unknown-code', 'sex', {
    vi: 'trống hoặc không phải Nam, Nữ.',
    en: 'is empty or neither Nam (male) nor Nữ (female).',
  });
  return 'unknown';
}

function birthDateOf(cells: RowCells, observedOn: LocalDate): ResidentDetails['birthDate'] {
  const text = cells.line('birthDate');
  if (text === undefined) {
    cells.report('warning', 'required', 'birthDate', { vi: 'còn trống.', en: 'is empty.' });
    return undefined;
  }
  const typed = readTypedBirthDate(text);
  if ('fault' in typed) {
    cells.report(
      'error',
      typed.fault,
      'birthDate',
      typed.fault === 'two-digit-year'
        ? { vi: 'năm chỉ có hai chữ số; ghi đủ bốn chữ số.', en: 'has a year of two digits; write all four.' }
        : { vi: 'không phải là ngày có thật (ngày/tháng/năm).', en: 'is not a real date (day/month/year).' },
    );
    return undefined;
  }
  const birthDate = typed.value;
  if (typed.fromSerial) {
    cells.report('warning', 'day-number', 'birthDate', {
      vi: 'là số ngày của Excel; đã đổi ra ngày, đề nghị kiểm tra lại.',
      en: 'is a day number of Excel; it was turned into a date, please check it.',
    });
  }
  const age = Number(observedOn.slice(0, 4)) - Number(birthDate.slice(0, 4));
  if (birthDate > observedOn.slice(0, birthDate.length) || age > 130) {
    cells.report('error', 'not-possible', 'birthDate', {
      vi: 'sau ngày khám hoặc quá xa.',
      en: 'is after the day of the screening, or too long ago.',
    });
    return undefined;
  }
  if (age < 18) {
    cells.report('warning', 'under-18', 'birthDate', {
      vi: 'dưới 18 tuổi; biểu sàng lọc dành cho người từ 18 tuổi.',
      en: 'under 18 years; the form is for those of 18 and older.',
    });
  }
  return birthDate;
}

function residenceOf(cells: RowCells, communes: CommuneNames, province: string): Residence | undefined {
  const written = cells.line('commune');
  const village = cells.line('village');
  const text = [village, written].filter((part) => part !== undefined && !/^\d+$/.test(part)).join(', ');
  const plain: Residence | undefined = text === '' ? undefined : { text };
  if (written === undefined) return plain;
  const found = communes.find(written, province);
  switch (found.outcome) {
    case 'found': {
      const { code, provinceCode, districtCode, name } = found.place;
      return {
        text: text === village ? `${village}, ${name}` : text || name,
        provinceCode,
        ...(districtCode !== undefined && { districtCode }),
        communeCode: code,
      };
    }
    case 'ambiguous':
      cells.report('warning', 'ambiguous-place', 'commune', {
        vi: `có nhiều xã/phường trùng tên: ${found.candidates.slice(0, 5).join('; ')}. Ghi thêm tỉnh hoặc ghi mã.`,
        en: `may be one of several: ${found.candidates.slice(0, 5).join('; ')}. Add the province or write the code.`,
      });
      return plain;
    case 'unknown':
      cells.report('warning', 'unknown-place', 'commune', {
        vi: 'không có trong bản đồ hành chính của ngày khám; hồ sơ không được tính cho xã/phường nào.',
        en: 'is not on the administrative map of that day; the row counts for no commune.',
      });
      return plain;
    default:
      return found satisfies never;
  }
}

function phoneOf(cells: RowCells): string | undefined {
  const text = cells.line('phone');
  if (text === undefined) return undefined;
  const digits = text.replaceAll(/[\s.()-]/g, '').replace(/^\+84/, '0');
  const phone = /^[1-9]\d{8}$/.test(digits) ? `0${digits}` : digits;
  if (/^0\d{9,10}$/.test(phone)) return phone;
  cells.report('warning', 'bad-phone', 'phone', {
    vi: 'không phải số điện thoại 10 số; không ghi vào hồ sơ.',
    en: 'is not a telephone number of 10 digits; it was left out.',
  });
  return undefined;
}

function numbersOf(
  cells: RowCells,
  details: ResidentDetails,
): { readonly identifiers: readonly ResidentIdentifier[]; readonly cards: readonly InsuranceCard[] } {
  const card = compactCard(cells.line('insuranceCard') ?? '');
  const insurance = card === '' ? undefined : readInsuranceNumber(card);
  if (card !== '' && !insurance) {
    cells.report('warning', 'bad-card-number', 'insuranceCard', {
      vi: 'không phải thẻ 15 ký tự hay mã số 10 số; không ghi vào hồ sơ.',
      en: 'has neither 15 characters nor 10 digits; it was left out.',
    });
  }
  const number = personNumberOf(cells, details);
  return {
    identifiers: [number, insurance].filter((one) => one !== undefined),
    cards: insurance ? [{ number: card }] : [],
  };
}

function personNumberOf(cells: RowCells, details: ResidentDetails): ResidentIdentifier | undefined {
  const text = cells.line('personNumber');
  if (text === undefined) return undefined;
  if (/^\d+(?:[.,]\d+)?E\+?\d+$/i.test(text)) {
    cells.report('error', 'rounded-number', 'personNumber', {
      vi: 'đã bị Excel đổi thành dạng 8,16E+10 và mất số; định dạng cột là Văn bản (Text) rồi gõ lại.',
      en: 'was turned by Excel into the form 8.16E+10 and has lost digits; format the column as text and type it again.',
    });
    return undefined;
  }
  const restored = restoredPersonNumber(text, details);
  if (restored) {
    cells.report('warning', 'leading-zeros', 'personNumber', {
      vi: 'thiếu số 0 ở đầu (Excel bỏ mất); đã bù lại vì khớp năm sinh và giới tính.',
      en: 'lacked its leading zeros (Excel drops them); they were put back, since birth year and sex agree.',
    });
    return { system: 'national-id', value: restored };
  }
  const number = readPersonNumber(text);
  if (!number) {
    cells.report('warning', 'bad-person-number', 'personNumber', {
      vi: 'không phải 12 số, 9 số hoặc số hộ chiếu; không ghi vào hồ sơ.',
      en: 'has neither 12 nor 9 digits and is no passport number; it was left out.',
    });
  }
  return number;
}

const habits: ReadonlyMap<string, Pick<RiskFactor, 'status' | 'stopped'>> = new Map(
  Object.entries({
    khong: { status: 'no' },
    k: { status: 'no' },
    '0': { status: 'no' },
    no: { status: 'no' },
    'chua bao gio': { status: 'no' },
    co: { status: 'yes' },
    c: { status: 'yes' },
    '1': { status: 'yes' },
    x: { status: 'yes' },
    yes: { status: 'yes' },
    'thinh thoang': { status: 'yes' },
    'doi khi': { status: 'yes' },
    it: { status: 'yes' },
    'thuong xuyen': { status: 'regular' },
    'hang ngay': { status: 'regular' },
    nhieu: { status: 'regular' },
    'da bo': { status: 'yes', stopped: true },
    bo: { status: 'yes', stopped: true },
  } as const),
);

function historyOf(cells: RowCells): HealthHistory | undefined {
  const riskFactors = (['tobacco', 'alcohol'] as const).flatMap((kind): RiskFactor[] => {
    const text = cells.line(kind);
    if (text === undefined) return [];
    const habit = habits.get(foldName(text));
    if (habit) return [{ kind, ...habit }];
    cells.report('warning', 'unknown-code', kind, {
      vi: 'không phải Không, Có, Thường xuyên, Đã bỏ; không ghi vào hồ sơ.',
      en: 'is none of Không, Có, Thường xuyên, Đã bỏ; it was left out.',
    });
    return [];
  });
  return riskFactors.length === 0 ? undefined : { riskFactors };
}
