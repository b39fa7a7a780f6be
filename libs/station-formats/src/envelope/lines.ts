import type { ClinicalNote, MedicationLine, ResultLine, ServiceLine } from '#domain/visits/visit-content.js';
import { definedOnly } from '../values/defined-only.js';
import type { FieldRow } from './field-row.js';

/** XML2 */
export function takeMedication(row: FieldRow): MedicationLine {
  return {
    code: row.take('MA_THUOC') ?? '',
    ...definedOnly({
      display: row.take('TEN_THUOC'),
      strength: row.take('HAM_LUONG'),
      route: row.take('DUONG_DUNG'),
      dosage: row.take('LIEU_DUNG'),
      instructions: row.take('CACH_DUNG'),
      quantity: row.takeNumber('SO_LUONG'),
      unit: row.take('DON_VI_TINH'),
      prescribedAt: row.takeMoment('NGAY_YL'),
      practitioner: row.take('MA_BAC_SI'),
      amount: row.takeNumber('THANH_TIEN_BV'),
    }),
  };
}

/** XML3: a supply where it has a supply code or name and no service name, else a service. */
export function takeService(row: FieldRow): ServiceLine {
  const hasSupply = row.get('MA_VAT_TU') !== undefined || row.get('TEN_VAT_TU') !== undefined;
  const supply = hasSupply && row.get('TEN_DICH_VU') === undefined;
  return {
    code: row.take(supply ? 'MA_VAT_TU' : 'MA_DICH_VU') ?? row.take('MA_XANG_DAU') ?? '',
    supply,
    ...definedOnly({
      display: row.take(supply ? 'TEN_VAT_TU' : 'TEN_DICH_VU'),
      group: row.take('MA_NHOM'),
      quantity: row.takeNumber('SO_LUONG'),
      unit: row.take('DON_VI_TINH'),
      orderedAt: row.takeMoment('NGAY_YL'),
      performedAt: row.takeMoment('NGAY_TH_YL'),
      resultAt: row.takeMoment('NGAY_KQ'),
      practitioner: row.take('MA_BAC_SI'),
      amount: row.takeNumber('THANH_TIEN_BV'),
    }),
  };
}

/** XML4 */
export function takeResult(row: FieldRow): ResultLine {
  const code = row.take('MA_CHI_SO');
  return {
    name: row.take('TEN_CHI_SO') ?? code ?? row.get('MA_DICH_VU') ?? '',
    ...definedOnly({
      serviceCode: row.take('MA_DICH_VU'),
      code,
      value: row.take('GIA_TRI'),
      unit: row.take('DON_VI_DO'),
      description: row.take('MO_TA'),
      conclusion: row.take('KET_LUAN'),
      at: row.takeMoment('NGAY_KQ'),
    }),
  };
}

const noteKinds = [
  ['DIEN_BIEN_LS', 'course'],
  ['GIAI_DOAN_BENH', 'stage'],
  ['HOI_CHAN', 'consultation'],
  ['PHAU_THUAT', 'surgery'],
] as const;

/** XML5: one note for each of its texts. */
export function takeNotes(row: FieldRow): readonly ClinicalNote[] {
  if (!noteKinds.some(([field]) => row.get(field) !== undefined)) return [];
  const common = definedOnly({ at: row.takeMoment('THOI_DIEM_DBLS'), practitioner: row.take('NGUOI_THUC_HIEN') });
  return noteKinds.flatMap(([field, kind]) => {
    const text = row.take(field);
    return text === undefined ? [] : [{ text, kind, ...common }];
  });
}
