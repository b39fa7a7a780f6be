import type {
  BirthStatus,
  Exposure,
  HealthHistory,
  HistoryItem,
  ReproductiveHistory,
  RiskFactor,
} from '#domain/residents/resident-content.js';
import { readCount, readWithin } from '../values/numbers.js';
import { definedOnly } from '../values/defined-only.js';
import type { XmlElement } from '../xml/xml-element.js';

const riskKinds: Readonly<Record<string, RiskFactor['kind']>> = {
  '1': 'tobacco',
  '2': 'alcohol',
  '3': 'drugs',
  '4': 'physical-activity',
};
const riskStates: Readonly<Record<string, RiskFactor['status']>> = { '0': 'no', '1': 'yes', '2': 'regular' };

/** TIENSU: how the person was born, risk factors, allergies, diseases, surgery, disabilities, own and in the family. Takes what it reads. */
export function takeHistory(section: XmlElement): Omit<HealthHistory, 'other'> {
  const own = section.child('TIEUSU_BENHTAT') ?? section.child('TIENSU_BENHTAT');
  const family = section.child('TIENSU_GIADINH');
  const lists = {
    riskFactors: takeList(section.child('YEUTO_SUCKHOE'), 'DSYEUTO', takeRiskFactor),
    allergies: takeList(own?.child('DIUNG'), 'DSDIUNG', takeAllergy),
    diseases: takeList(own?.child('BENHTAT'), 'DSBENH', takeDisease),
    familyAllergies: takeList(family?.child('DIUNG'), 'DSDIUNG', takeAllergy),
    familyDiseases: takeList(family?.child('BENHTAT'), 'DSBENH', takeDisease),
    disabilities: takeList(section.child('KHUYETTAT'), 'DSKHUYETTAT', takeDisability),
    birth: takeSection(section.child('TINHTRANG_LUCSINH'), takeBirth),
    exposure: takeSection(section.child('YEUTO_SUCKHOE'), takeExposure),
    reproductive: takeSection(section.child('SUCKHOE_SINHSAN'), takeReproductive),
    surgeries: section.take('TIENSU_PHAUTHUAT'),
    otherProblems: section.take('VANDEKHAC'),
  };
  return definedOnly(lists);
}

function takeSection<T extends object>(
  section: XmlElement | undefined,
  take: (section: XmlElement) => T,
): T | undefined {
  const taken = section && take(section);
  return taken && Object.keys(taken).length > 0 ? taken : undefined;
}

const flag = (text: string): boolean | undefined => (text === '1' ? true : text === '0' ? false : undefined);
const deliveries: Readonly<Record<string, BirthStatus['delivery']>> = { '0': 'vaginal', '1': 'caesarean' };

function takeBirth(section: XmlElement): BirthStatus {
  return definedOnly({
    delivery: section.takeAs('LOAIDE', (code) => deliveries[code]),
    preterm: section.takeAs('DETHIEUTHANG', flag),
    asphyxia: section.takeAs('BINGAT_LUCDE', flag),
    weight: section.takeAs('CANNANG', readBirthWeight),
    length: section.takeAs('CHIEUDAI', (text) => readWithin(text, 20, 70)),
    defects: section.take('DITAT_BAMSINH'),
    other: section.take('KHAC'),
  });
}

/** Grams; some write kilograms. */
const readBirthWeight = (text: string): number | undefined => {
  const kilograms = readWithin(text, 0.3, 8);
  return kilograms === undefined ? readWithin(text, 300, 8000) : Math.round(kilograms * 1000);
};

function takeExposure(section: XmlElement): Exposure {
  return definedOnly({
    substances: section.take('YEUTO_TIEPXUC'),
    duration: section.take('THOIGIAN_TIEPXUC'),
    latrine: section.take('LOAIHOXIGD'),
    other: section.take('KHAC'),
  });
}

function takeReproductive(section: XmlElement): ReproductiveHistory {
  const count = (name: string): number | undefined => section.takeAs(name, (text) => readCount(text, 0, 30));
  return definedOnly({
    contraception: section.take('BIENPHAP_TRANHTHAI'),
    lastPregnancy: section.take('KYTHAICUOI'),
    pregnancies: count('SOLAN_COTHAI'),
    miscarriages: count('SOLAN_SAYTHAI'),
    abortions: count('SOLAN_PHATHAI'),
    births: count('SOLAN_SINHDE'),
    vaginalBirths: count('SOLAN_DETHUONG'),
    caesareanBirths: count('SOLAN_DEMO'),
    difficultBirths: count('SOLANDEKHO'),
    termBirths: count('SOLANDE_DUTHANG'),
    pretermBirths: count('SOLAN_DENON'),
    livingChildren: count('SOCON_HIENSONG'),
    gynaecologicalDiseases: section.take('BENH_PHUKHOA'),
  });
}

function takeList<T>(
  parent: XmlElement | undefined,
  name: string,
  take: (item: XmlElement) => T | undefined,
): readonly T[] | undefined {
  const items = parent?.all(name).flatMap((item) => {
    const taken = take(item);
    return taken === undefined ? [] : [taken];
  });
  return items && items.length > 0 ? items : undefined;
}

function takeRiskFactor(item: XmlElement): RiskFactor | undefined {
  const kind = riskKinds[item.peek('LOAI') ?? ''];
  const status = riskStates[item.peek('TRANGTHAI') ?? ''];
  if (kind === undefined || status === undefined) return undefined;
  for (const name of ['LOAI', 'TRANGTHAI', 'TENLOAI']) item.drop(name);
  const stopped = item.takeAs('DABO', flag);
  return { kind, status, ...definedOnly({ stopped, amount: item.take('SOLUONG') }) };
}

function takeAllergy(item: XmlElement): HistoryItem | undefined {
  const display = item.take('TEN');
  const code = item.take('LOAI');
  const note = item.take('MOTA');
  if (display === undefined && code === undefined && note === undefined) return undefined;
  return {
    code: code ?? '4',
    present: true,
    ...definedOnly({ display, note, relative: item.take('NGUOIMAC'), reference: item.take('MASO') }),
  };
}

function takeDisease(item: XmlElement): HistoryItem | undefined {
  const display = item.take('TENBENH');
  const code = item.take('LOAIBENH');
  if (display === undefined && code === undefined) return undefined;
  const present = item.takeAs('TRANGTHAI', flag);
  return {
    code: code ?? '15',
    present: present !== false,
    ...definedOnly({ display, note: item.take('MOTA'), relative: item.take('NGUOIMAC') }),
  };
}

function takeDisability(item: XmlElement): HistoryItem | undefined {
  const display = item.take('TENLOAI');
  const code = item.take('LOAI');
  const note = item.take('MOTA');
  if (code === undefined && note === undefined) return undefined;
  return { code: code ?? '7', present: true, ...definedOnly({ display, note }) };
}
