import type { DateTime } from '#domain/dates.js';
import { parseFacilityCode, parseReferralNumber, type FacilityCode, type ReferralNumber } from '#domain/ids.js';
import type { TransferPaper, VisitContent } from '#domain/visits/visit-content.js';
import type { FaultList } from '../faults/fault-list.js';
import { definedOnly } from '../values/defined-only.js';
import { diagnosesOf } from './diagnoses.js';
import type { FieldRow } from './field-row.js';

const facilityIn = (row: FieldRow, ...names: readonly string[]): FacilityCode | undefined =>
  names.map((name) => parseFacilityCode((row.get(name) ?? '').toUpperCase())).find((code) => code !== undefined);

const numberIn = (row: FieldRow, ...names: readonly string[]): ReferralNumber | undefined =>
  names.map((name) => parseReferralNumber(row.get(name) ?? '')).find((number) => number !== undefined);

/**
 * The paper the patient left with (XML13), in the form of QĐ 4750 (MA_NOI_DI, MA_NOI_DEN) or QĐ 3176 (MA_CSKCB_DI,
 * MA_CSKCB_DEN, TINH_TRANG_CT) or both at once. Only a paper that this facility issued: another's is kept as sent.
 */
export function takeTransfer(
  row: FieldRow,
  facility: FacilityCode,
  end: DateTime,
  path: string,
  faults: FaultList,
): TransferPaper | undefined {
  const number = numberIn(row, 'SO_CHUYENTUYEN', 'GIAY_CHUYEN_TUYEN');
  const from = facilityIn(row, 'MA_CSKCB_DI', 'MA_NOI_DI') ?? facility;
  const to = facilityIn(row, 'MA_CSKCB_DEN', 'MA_NOI_DEN');
  if (from !== facility) {
    faults.add('warning', 'not-own-paper', path, {
      vi: 'Giấy chuyển tuyến không phải do cơ sở này cấp; được giữ nguyên cùng lượt khám.',
      en: 'The transfer paper was not issued by this facility; it is kept as sent with the visit.',
    });
    return undefined;
  }
  if (number === undefined || to === undefined || to === facility) {
    faults.add('warning', 'incomplete-transfer', path, {
      vi: 'Giấy chuyển tuyến thiếu số chuyển tuyến hoặc nơi chuyển đến hợp lệ nên chưa lập được lượt chuyển; được giữ nguyên cùng lượt khám.',
      en: 'The transfer paper has no number or no valid destination, so no referral is made of it; it is kept as sent with the visit.',
    });
    return undefined;
  }
  const issuedAt = row.takeMoment('NGAY_RA') ?? end;
  const diagnoses = diagnosesOf(row);
  for (const [field, value] of [
    ['SO_CHUYENTUYEN', number],
    ['GIAY_CHUYEN_TUYEN', number],
    ['MA_CSKCB_DI', from],
    ['MA_NOI_DI', from],
    ['MA_CSKCB_DEN', to],
    ['MA_NOI_DEN', to],
  ] as const) {
    if (row.get(field) === value) row.drop(field);
  }
  const escort = [row.take('HOTEN_NGUOI_HT'), row.take('CHUCDANH_NGUOI_HT')]
    .filter((part) => part !== undefined)
    .join(', ');
  const treatment = row.take('PP_DIEUTRI');
  if (row.get('PP_DIEU_TRI') === treatment) row.drop('PP_DIEU_TRI');
  return {
    number,
    from,
    to,
    issuedAt,
    diagnoses,
    ...definedOnly({
      reasonCode: row.take('MA_LYDO_CT'),
      diagnosisText: row.take('CHAN_DOAN_RV'),
      clinicalSigns: row.take('DAU_HIEU_LS'),
      course: row.take('QT_BENHLY'),
      findings: row.take('TOMTAT_KQ'),
      treatment: treatment ?? row.take('PP_DIEU_TRI'),
      direction: row.take('HUONG_DIEU_TRI'),
      transport: row.take('PHUONGTIEN_VC'),
      escort: escort || undefined,
      conditionAtTransfer: row.take('TINH_TRANG_CT'),
      practitioner: row.take('MA_BAC_SI'),
    }),
  };
}

/** The paper the patient came with: the sending facility and its number, in XML1. Not the facility's own outgoing paper. */
export function takeArrival(row: FieldRow, facility: FacilityCode): VisitContent['arrivedWith'] {
  const number = numberIn(row, 'GIAY_CHUYEN_TUYEN');
  const from = facilityIn(row, 'MA_NOI_DI');
  if (number === undefined || from === undefined || from === facility) return undefined;
  row.drop('GIAY_CHUYEN_TUYEN');
  row.drop('MA_NOI_DI');
  return { number, from };
}
