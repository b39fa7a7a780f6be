import type { Residence, Sex } from '#domain/codes.js';
import type { LocalDate } from '#domain/dates.js';
import type {
  HealthHistory,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
} from '#domain/residents/resident-content.js';
import { sameContent } from '#domain/same-content.js';
import type { FaultList } from '../faults/fault-list.js';
import type { ObservedPerson } from '../station-message.js';
import { readSlashedDay, readSlashedPartialDate } from '../values/dates.js';
import { definedOnly } from '../values/defined-only.js';
import { splitValues } from '../values/lists.js';
import { compactCard, normaliseName, readInsuranceNumber, readPersonNumber } from '../values/person-numbers.js';
import type { XmlElement } from '../xml/xml-element.js';
import { motherAmong } from './relatives.js';

const sexes: Readonly<Record<string, Sex>> = { '1': 'male', '2': 'female', '3': 'unknown' };

/** THONGTINCHUNG as a person; `undefined`, and an error among the faults, without a name. */
export function takePerson(
  general: XmlElement | undefined,
  history: () => HealthHistory | undefined,
  observedOn: LocalDate,
  faults: FaultList,
): ObservedPerson | undefined {
  const name = normaliseName(general?.take('HOTEN') ?? '');
  if (!general || name === '') {
    faults.add('error', 'required', 'THONGTINCHUNG/HOTEN', {
      vi: 'Thiếu họ và tên (HOTEN); hồ sơ không nhận được.',
      en: 'The full name is missing (HOTEN); the record cannot be taken.',
    });
    return undefined;
  }
  const cards = splitValues(general.take('MATHE') ?? '').map((number): InsuranceCard => ({
    number: compactCard(number),
  }));
  const identifiers = takeIdentifiers(general, cards, faults);
  const sex = general.takeAs('GIOITINH', (code) => sexes[code]);
  if (sex === undefined) {
    faults.add(
      'warning',
      general.peek('GIOITINH') === undefined ? 'required' : 'unknown-code',
      'THONGTINCHUNG/GIOITINH',
      {
        vi: 'Giới tính (GIOITINH) trống hoặc không phải 1 (nam), 2 (nữ).',
        en: 'The sex (GIOITINH) is empty or not 1 (male) or 2 (female).',
      },
    );
  }
  const birthDate = general.takeAs('NGAYSINH', readSlashedPartialDate);
  if (birthDate === undefined) {
    faults.add(
      'warning',
      general.peek('NGAYSINH') === undefined ? 'required' : 'not-a-date',
      'THONGTINCHUNG/NGAYSINH',
      {
        vi: 'Ngày sinh (NGAYSINH) trống hoặc không phải là ngày có thật (dd/MM/yyyy).',
        en: 'The birth date (NGAYSINH) is empty or not a real date (dd/MM/yyyy).',
      },
    );
  }
  const bloodGroup = [general.take('NHOMMAU_HEABO'), general.take('NHOMMAU_HERH')]
    .filter((part) => part !== undefined)
    .join(' ');
  const details = {
    birthDate,
    ethnicGroup: general.take('MADANTOC'),
    nationality: general.take('MAQUOCTICH'),
    occupation: general.take('MANGHENGHIEP'),
    phone: general.take('DIENTHOAI_DD') ?? general.take('DIENTHOAI_CD'),
    email: general.take('EMAIL'),
    bloodGroup: bloodGroup || undefined,
    ...takeResidences(general),
    otherPhone: general.take('DIENTHOAI_CD'),
    religion: general.take('MATONGIAO'),
    birthProvinceCode: general.take('MATINH_KHAISINH'),
    vneid: general.take('VNEID'),
    identityPaper: emptyless({
      issuedOn: general.takeAs('NGAYCAP', readSlashedDay),
      issuedBy: general.take('NOICAP'),
    }),
    household: emptyless({
      number: general.take('MAHO_GIADINH'),
      memberNumber: general.take('MA_NHANKHAU'),
      relationToHead: general.take('QUANHE_CHUHO'),
    }),
  };
  const rest = history();
  const mother = motherAmong(rest?.relatives);
  return {
    details: { name, sex: sex ?? 'unknown', ...definedOnly(details) },
    identifiers,
    cards,
    ...(rest && { history: rest }),
    ...(mother && { mother }),
    observedOn,
  };
}

const emptyless = <T extends object>(fields: T): ReturnType<typeof definedOnly<T>> | undefined => {
  const defined = definedOnly(fields);
  return Object.keys(defined).length > 0 ? defined : undefined;
};

/** Where somebody lives, and where else they are registered. */
function takeResidences(general: XmlElement): Pick<ResidentDetails, 'residence' | 'registeredResidence'> {
  const present = takeResidence(general, 'HIENTAI');
  const registered = takeResidence(general, 'THUONGTRU');
  if (!present || !registered) return definedOnly({ residence: present ?? registered });
  return { residence: present, ...(!sameContent(present, registered) && { registeredResidence: registered }) };
}

/** Where somebody lives now (`HIENTAI`), or is registered (`THUONGTRU`). */
function takeResidence(general: XmlElement, kind: 'HIENTAI' | 'THUONGTRU'): Residence | undefined {
  if (general.peek(`MAXA_${kind}`) === undefined && general.peek(`DIACHI_${kind}`) === undefined) return undefined;
  return definedOnly({
    text: general.take(`DIACHI_${kind}`),
    provinceCode: general.take(`MATINH_${kind}`),
    districtCode: general.take(`MAHUYEN_${kind}`),
    communeCode: general.take(`MAXA_${kind}`),
    villageCode: general.take(`MATHONXOM_${kind}`),
  });
}

function takeIdentifiers(
  general: XmlElement,
  cards: readonly InsuranceCard[],
  faults: FaultList,
): readonly ResidentIdentifier[] {
  const found: ResidentIdentifier[] = [];
  const add = (identifier: ResidentIdentifier | undefined): void => {
    if (identifier && !found.some((known) => known.system === identifier.system && known.value === identifier.value))
      found.push(identifier);
  };
  for (const field of ['MADINHDANH', 'VNEID', 'SOCMND']) {
    add(general.takeAs(field, readPersonNumber));
    // An account name may stand in VNEID; it is kept with the record.
    if (field !== 'VNEID' && general.peek(field) !== undefined) {
      faults.add('warning', 'bad-person-number', `THONGTINCHUNG/${field}`, {
        vi: `Số định danh (${field}) không phải 12 số, 9 số hoặc số hộ chiếu.`,
        en: `The identification number (${field}) is not 12 digits, 9 digits or a passport number.`,
      });
    }
  }
  const insurance = general.takeAs('MABHXH', (text) => readInsuranceNumber(compactCard(text)));
  add(insurance);
  if (general.peek('MABHXH') !== undefined) {
    faults.add('warning', 'bad-card-number', 'THONGTINCHUNG/MABHXH', {
      vi: 'Mã số BHXH (MABHXH) không phải 10 số.',
      en: 'The insurance number (MABHXH) does not have 10 digits.',
    });
  }
  for (const card of cards) add(readInsuranceNumber(card.number));
  return found;
}
