import { addDays, type LocalDate } from '#domain/dates.js';
import { acuteDiseases, copd, diabetes, hypertension, type Disease } from './care.js';
import type { Place, Station, SyntheticFacilities } from './facilities.js';
import type { SeededRandom } from './random.js';

/** A resident of the synthetic world. Nobody real. */
export interface Resident {
  /** `R0001` */
  readonly number: string;
  readonly name: string;
  readonly sex: 'male' | 'female';
  /** `yyyymmdd`; month and day `00` where they are not known. */
  readonly birth: string;
  readonly nationalId?: string;
  readonly insuranceNumber: string;
  /** Card prefix such as `GD4`; absent: comes without a card. */
  readonly cardGroup?: string;
  /** A second, older card that some software still sends along. */
  readonly olderCard?: string;
  readonly ethnicGroup: string;
  readonly phone: string;
  readonly village: string;
  readonly station: Station;
  readonly chronic: readonly Disease[];
  /** Blood pressure around which the readings lie. */
  readonly systolic: number;
}

export interface ScriptedVisit {
  readonly facility: Place;
  readonly episode: string;
  readonly resident: Resident;
  readonly day: LocalDate;
  /** Minutes after midnight. */
  readonly minute: number;
  readonly diagnoses: readonly Disease[];
  readonly systolic: number;
  readonly diastolic: number;
  readonly pulse: number;
  readonly weight: number;
  /** mmol/L, where glucose was measured. */
  readonly glucose?: number;
  readonly appointment?: { readonly number: string; readonly on: LocalDate };
  /** The paper the patient left with. */
  readonly transfer?: { readonly number: string; readonly to: Place };
  /** The paper the patient came with. */
  readonly arrivedWith?: { readonly number: string; readonly from: Place };
}

export interface Script {
  readonly residents: readonly Resident[];
  readonly visits: readonly ScriptedVisit[];
  /** Residents of whom a QĐ 831 record is sent. */
  readonly recorded: readonly Resident[];
}

export const familyNames = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Vũ',
  'Đặng',
  'Bùi',
  'Nông',
  'Ma',
  'Quan',
  'Chẩu',
  'Triệu',
  'Hà',
  'Lương',
];
export const middleNames = {
  female: ['Thị', 'Thị Hồng', 'Thị Thu', 'Thị Kim', 'Ngọc'],
  male: ['Văn', 'Hữu', 'Đức', 'Minh', 'Xuân', 'Quốc'],
};
export const givenNames = {
  female: ['Hoa', 'Lan', 'Mai', 'Huệ', 'Hương', 'Thảo', 'Linh', 'Nga', 'Dung', 'Yến'],
  male: ['Bình', 'Hùng', 'Sơn', 'Long', 'Tuấn', 'Khánh', 'Dũng', 'Thắng', 'Phúc', 'Đạt'],
};
export const villages = ['Nà Mèn', 'Phai Che', 'Bản Luông', 'Nà Tông', 'Khau Cau', 'Nà Khà'];
const ethnicGroups = ['01', '02', '03', '05', '22'];

export interface ScriptOptions {
  readonly residents: number;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly untidy: boolean;
}

/** Who lives in the world and what happens to them. Everything the messages say and all the truth comes from here. */
export function writeScript(random: SeededRandom, facilities: SyntheticFacilities, options: ScriptOptions): Script {
  const taken = new Set<string>();
  const residents = Array.from({ length: options.residents }, (_, index) =>
    makeResident(random, index + 1, facilities, options, taken),
  );
  const days = (Date.parse(options.to) - Date.parse(options.from)) / 86_400_000;
  if (!(days >= 1)) throw new RangeError('`to` must be after `from`');
  const visits: ScriptedVisit[] = [];
  const recorded = residents.filter(() => random.chance(0.6));
  for (const resident of residents) {
    // Some are known from a health record only.
    if (random.chance(0.05)) continue;
    for (const [day, diagnoses] of occasions(random, resident, options.from, days)) {
      visits.push(...careFor(random, resident, day, diagnoses, visits.length + 1, facilities, options));
    }
  }
  return { residents, visits, recorded };
}

function makeResident(
  random: SeededRandom,
  order: number,
  facilities: SyntheticFacilities,
  options: ScriptOptions,
  taken: Set<string>,
): Resident {
  const sex = random.chance(0.55) ? 'female' : 'male';
  const station = random.pick(facilities.stations);
  const latest = Number(options.from.slice(0, 4)) - 1;
  // Two people whom nobody could tell apart would make the counts a matter of opinion.
  for (;;) {
    const name = `${random.pick(familyNames)} ${random.pick(middleNames[sex])} ${random.pick(givenNames[sex])}`;
    const year = random.chance(0.55) ? random.int(1940, 1980) : random.int(1981, latest);
    const unknownDay = options.untidy && year < 1960 && random.chance(0.3);
    const birth = `${year}${unknownDay ? '0000' : `${two(random.int(1, 12))}${two(random.int(1, 28))}`}`;
    const key = `${name} ${birth.slice(0, 4)} ${sex} ${station.commune}`;
    const nationalId = `008${(year >= 2000 ? 2 : 0) + (sex === 'female' ? 1 : 0)}${String(year % 100).padStart(2, '0')}${random.digits(6)}`;
    const insuranceNumber = `08${random.digits(8)}`;
    if ([key, nationalId, insuranceNumber].some((mark) => taken.has(mark))) continue;
    for (const mark of [key, nationalId, insuranceNumber]) taken.add(mark);
    const age = latest + 1 - year;
    const chronic =
      age >= 35 && random.chance(0.7)
        ? random.pick([[hypertension], [hypertension], [hypertension, diabetes], [diabetes], [copd]])
        : [];
    const without = options.untidy ? 0.06 : 0.02;
    const cardGroup = age < 6 ? 'TE1' : random.pick(['GD4', 'HN2', 'CN2', 'DK2', 'HT3', 'DN4']);
    return {
      number: `R${String(order).padStart(4, '0')}`,
      name,
      sex,
      birth,
      ...(!random.chance(without) && { nationalId }),
      insuranceNumber,
      ...(!random.chance(without) && {
        cardGroup,
        ...(options.untidy && random.chance(0.08) && { olderCard: `GD4${insuranceNumber}` }),
      }),
      ethnicGroup: random.pick(ethnicGroups),
      phone: `09${random.digits(8)}`,
      village: `Thôn ${random.pick(villages)}`,
      station,
      chronic,
      systolic: chronic.includes(hypertension) ? random.int(125, 168) : random.int(105, 135),
    };
  }
}

function occasions(
  random: SeededRandom,
  resident: Resident,
  from: LocalDate,
  days: number,
): readonly (readonly [LocalDate, readonly Disease[]])[] {
  const found: (readonly [LocalDate, readonly Disease[]])[] = [];
  if (resident.chronic.length > 0) {
    for (let at = random.int(0, Math.min(28, days)); at <= days; at += random.int(28, 33))
      found.push([addDays(from, at), resident.chronic]);
  }
  for (
    let count = random.int(resident.chronic.length > 0 ? 0 : 1, resident.chronic.length > 0 ? 1 : 2);
    count > 0;
    count -= 1
  ) {
    found.push([addDays(from, random.int(0, days)), [random.pick(acuteDiseases)]]);
  }
  return found;
}

/** A visit to the station and, where it refers the patient, what the district centre did. */
function careFor(
  random: SeededRandom,
  resident: Resident,
  day: LocalDate,
  diagnoses: readonly Disease[],
  order: number,
  facilities: SyntheticFacilities,
  options: ScriptOptions,
): readonly ScriptedVisit[] {
  const { station } = resident;
  const chronic = diagnoses.some((disease) => disease.historyCode !== undefined);
  const refer = random.chance(0.08);
  const common = { resident, diagnoses };
  const first: ScriptedVisit = {
    ...common,
    ...measured(random, resident, diagnoses),
    facility: station,
    episode: episodeNumber(station, day, order),
    day,
    minute: random.int(7 * 60, 16 * 60 + 30),
    ...(chronic && !refer && { appointment: { number: `${station.code}-HK-${five(order)}`, on: addDays(day, 31) } }),
    ...(refer && { transfer: { number: `${station.code}-CT-${five(order)}`, to: facilities.centre } }),
  };
  const arrival = addDays(day, random.int(0, 4));
  if (!first.transfer || !random.chance(0.85) || arrival > options.to) return [first];
  const { centre } = facilities;
  const back = random.chance(0.45);
  const second: ScriptedVisit = {
    ...common,
    ...measured(random, resident, diagnoses),
    facility: centre,
    episode: episodeNumber(centre, arrival, order + 1),
    day: arrival,
    minute: arrival === day ? Math.min(first.minute + 90, 22 * 60) : random.int(7 * 60, 20 * 60),
    arrivedWith: { number: first.transfer.number, from: station },
    ...(back && { transfer: { number: `${centre.code}-CT-${five(order + 1)}`, to: station } }),
  };
  return [first, second];
}

function measured(random: SeededRandom, resident: Resident, diagnoses: readonly Disease[]) {
  const systolic = resident.systolic + random.int(-8, 8);
  const diabetic = diagnoses.includes(diabetes);
  return {
    systolic,
    diastolic: Math.round(systolic * 0.6),
    pulse: random.int(62, 95),
    weight: random.int(42, 76),
    ...((diabetic || random.chance(0.1)) && { glucose: random.int(diabetic ? 60 : 42, diabetic ? 105 : 60) / 10 }),
  };
}

const two = (value: number): string => String(value).padStart(2, '0');
const five = (value: number): string => String(value).padStart(5, '0');
const episodeNumber = (facility: Place, day: LocalDate, order: number): string =>
  `${facility.code}.${day.slice(0, 4)}${day.slice(5, 7)}.${five(order)}`;
