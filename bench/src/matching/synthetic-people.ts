/** People of a province that never was, and the slips with which others write them down. Every name and number is invented. */
import type { LocalDate, PartialDate } from '#domain/dates.js';
import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { SeededRandom } from '#station-formats/synthetic/random.js';

/** About as common among people as here: the first of a list the most, after Zipf. */
const familyNames =
  'Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Nông Ma Quan Chẩu Triệu Hà Lương Lò Vàng Giàng Sùng'.split(
    ' ',
  );
const middleNames = {
  female: ['Thị', 'Thị', 'Thị', 'Thị', 'Thị Hồng', 'Thị Thu', 'Thị Kim', 'Ngọc', 'Thùy', 'Minh', 'Thanh'],
  male: ['Văn', 'Văn', 'Văn', 'Văn', 'Hữu', 'Đức', 'Minh', 'Xuân', 'Quốc', 'Đình', 'Công', 'Thanh'],
} as const;
const givenNames = {
  female:
    'Hoa Lan Mai Huệ Hương Thảo Linh Nga Dung Yến Trang Thủy Hạnh Hiền Hằng Nhung Ngân Phượng Loan Liên Oanh Quyên Thơm Tâm Vân Xuân Cúc Đào Lý Bích'.split(
      ' ',
    ),
  male: 'Bình Hùng Sơn Long Tuấn Khánh Dũng Thắng Phúc Đạt Nam Huy Hải Quân Cường Trung Kiên Việt Thành Toàn Hòa Lâm Tùng Minh Đức Anh Giang Vinh Phong Duy'.split(
    ' ',
  ),
} as const;

/** Rarer words, made up of syllables: half of the people have a given name that is on no list. */
const rareWords = 'B C Ch D G H Kh L M N Ng Nh Ph Qu S T Th Tr V X'
  .split(' ')
  .flatMap((initial) => ['an', 'oan', 'inh', 'uy', 'ương', 'iên', 'âu'].map((rime) => initial + rime));

export const syntheticCommunes = 124;

export function syntheticPerson(random: SeededRandom): ComparablePerson {
  const sex = random.chance(0.5) ? 'female' : 'male';
  const pick = <T>(items: readonly T[]): T =>
    random.pick(random.chance(0.5) ? items.slice(0, items.length / 2) : items);
  const year = random.int(1940, 2024);
  const two = (value: number): string => String(value).padStart(2, '0');
  const dated = year >= 1960 || !random.chance(0.3);
  const birthDate = dated ? `${year}-${two(random.int(1, 12))}-${two(random.int(1, 28))}` : `${year}`;
  const commune = String(2000 + random.int(1, syntheticCommunes) * 3).padStart(5, '0');
  return {
    details: {
      name: [
        pick(familyNames),
        pick(middleNames[sex]),
        ...(random.chance(0.3) ? [random.pick(rareWords)] : []),
        random.chance(0.5) ? pick(givenNames[sex]) : random.pick(rareWords),
      ].join(' '),
      sex,
      birthDate: birthDate as PartialDate,
      residence: { provinceCode: '08', communeCode: commune },
      ...(random.chance(0.6) && { phone: `09${random.digits(8)}` }),
    },
    identifiers: [{ system: 'insurance-number', value: `08${random.digits(8)}`, seenOn: '2026-01-05' as LocalDate }],
  };
}

/** The same person as somebody else writes them down, without a number: marks lost, a slip, a gap. */
export function written(random: SeededRandom, { details }: ComparablePerson): ComparablePerson {
  const { phone, residence, birthDate, ...rest } = details;
  const name = random.chance(0.4)
    ? details.name.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd').replace(/Đ/g, 'D').toUpperCase()
    : random.chance(0.1)
      ? droppedMiddle(details.name)
      : random.chance(0.05)
        ? misspelt(random, details.name)
        : details.name;
  const kept = birthDate === undefined || random.chance(0.92) ? birthDate : slipped(random, birthDate);
  return {
    details: {
      ...rest,
      name,
      ...(random.chance(0.01) && { sex: details.sex === 'male' ? ('female' as const) : ('male' as const) }),
      ...(kept !== undefined && { birthDate: kept }),
      ...(residence && random.chance(0.93) && { residence }),
      ...(phone !== undefined && random.chance(0.7) && { phone }),
    },
    identifiers: [],
  };
}

function droppedMiddle(name: string): string {
  const words = name.split(' ');
  return `${words[0]} ${words.at(-1)}`;
}

function misspelt(random: SeededRandom, name: string): string {
  const at = random.int(1, name.length - 1);
  return name.slice(0, at) + name.slice(at + 1);
}

function slipped(random: SeededRandom, date: PartialDate): PartialDate {
  if (date.length < 10 || random.chance(0.4)) return date.slice(0, 4) as PartialDate;
  if (random.chance(0.4) && Number(date.slice(8)) <= 12)
    return `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}` as PartialDate;
  return `${date.slice(0, 9)}${random.int(0, 8)}`.replace(/-00$/, '-01').replace(/-3[2-9]$/, '-28') as PartialDate;
}
