import type { HealthHistory, HistoryItem, RiskFactor } from '#domain/residents/resident-content.js';
import { definedOnly } from '../values/defined-only.js';
import type { XmlElement } from '../xml/xml-element.js';

const riskKinds: Readonly<Record<string, RiskFactor['kind']>> = {
  '1': 'tobacco',
  '2': 'alcohol',
  '3': 'drugs',
  '4': 'physical-activity',
};
const riskStates: Readonly<Record<string, RiskFactor['status']>> = { '0': 'no', '1': 'yes', '2': 'regular' };

/** TIENSU: risk factors, allergies, diseases and disabilities, own and in the family. Takes what it reads. */
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
  };
  return definedOnly(lists);
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
  const stopped = item.takeAs('DABO', (code) => (code === '1' ? true : code === '0' ? false : undefined));
  return { kind, status, ...definedOnly({ stopped, amount: item.take('SOLUONG') }) };
}

function takeAllergy(item: XmlElement): HistoryItem | undefined {
  const display = item.take('TEN');
  const code = item.take('LOAI');
  const note = item.take('MOTA');
  if (display === undefined && code === undefined && note === undefined) return undefined;
  return { code: code ?? '4', present: true, ...definedOnly({ display, note, relative: item.take('NGUOIMAC') }) };
}

function takeDisease(item: XmlElement): HistoryItem | undefined {
  const display = item.take('TENBENH');
  const code = item.take('LOAIBENH');
  const state = item.take('TRANGTHAI');
  if (display === undefined && code === undefined) return undefined;
  return {
    code: code ?? '15',
    present: state !== '0',
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
