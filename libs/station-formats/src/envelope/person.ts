import type { Residence, Sex } from '#domain/codes.js';
import { addDays, dayPart, type DateTime, type LocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type { InsuranceCard, ResidentIdentifier } from '#domain/residents/resident-content.js';
import type { ObservedPerson } from '../station-message.js';
import { readBirthDate, readDay } from '../values/dates.js';
import { definedOnly } from '../values/defined-only.js';
import { splitPlaces } from '../values/lists.js';
import { compactCard, normaliseName, readInsuranceNumber, readPersonNumber } from '../values/person-numbers.js';
import type { FieldRow } from './field-row.js';

const sexes: Readonly<Record<string, Sex>> = { '1': 'male', '2': 'female', '3': 'unknown' };

/** DIA_CHI and the administrative codes, by the map of the day they were written. */
export function takeResidence(row: FieldRow): Residence | undefined {
  const text = row.take('DIA_CHI');
  const provinceCode = row.take('MATINH_CU_TRU');
  const districtCode = row.take('MAHUYEN_CU_TRU');
  const communeCode = row.take('MAXA_CU_TRU');
  if (text === undefined && provinceCode === undefined && districtCode === undefined && communeCode === undefined)
    return undefined;
  return {
    ...(text !== undefined && { text }),
    ...(provinceCode !== undefined && { provinceCode }),
    ...(districtCode !== undefined && { districtCode }),
    ...(communeCode !== undefined && { communeCode }),
  };
}

/** Every card of the episode; the n-th value of each field belongs to the n-th card (QĐ 4750: several separated by `;`). */
export function takeCards(row: FieldRow): readonly InsuranceCard[] {
  const numbers = splitPlaces(row.take('MA_THE_BHYT') ?? '');
  if (numbers.every((number) => number === '')) return [];
  const registered = splitPlaces(row.take('MA_DKBD') ?? '');
  const [fromText, toText] = [row.get('GT_THE_TU') ?? '', row.get('GT_THE_DEN') ?? ''];
  const [from, to] = [splitPlaces(fromText), splitPlaces(toText)];
  // Dates that cannot be read stay with the visit as they were sent.
  if (from.every((day) => day === '' || readDay(day) !== undefined)) row.drop('GT_THE_TU');
  if (to.every((day) => day === '' || readDay(day) !== undefined)) row.drop('GT_THE_DEN');
  return numbers.flatMap((number, index) => {
    if (number === '') return [];
    const registeredFacility = registered[index] || (registered.length === 1 ? registered[0] : undefined);
    const [validFrom, validTo] = [readDay(from[index] ?? ''), readDay(to[index] ?? '')];
    return [
      {
        number: compactCard(number),
        ...(registeredFacility && { registeredFacility }),
        ...(validFrom && { validFrom }),
        ...(validTo && { validTo }),
      },
    ];
  });
}

/** What XML1 says of the patient; takes those fields. The name must be there. */
export function takePerson(
  row: FieldRow,
  facility: FacilityCode,
  residence: Residence | undefined,
  cards: readonly InsuranceCard[],
  observedOn: LocalDate,
): ObservedPerson {
  const name = normaliseName(row.take('HO_TEN') ?? '');
  const sex = sexes[row.get('GIOI_TINH') ?? ''];
  if (sex) row.drop('GIOI_TINH');
  const birthDate = readBirthDate(row.get('NGAY_SINH') ?? '');
  if (birthDate) row.drop('NGAY_SINH');
  const details = {
    ethnicGroup: row.take('MA_DANTOC'),
    nationality: row.take('MA_QUOCTICH'),
    occupation: row.take('MA_NGHE_NGHIEP'),
    phone: row.take('DIEN_THOAI'),
    bloodGroup: row.take('NHOM_MAU'),
  };
  return {
    details: {
      name,
      sex: sex ?? 'unknown',
      ...(birthDate && { birthDate }),
      ...definedOnly(details),
      ...(residence && { residence }),
    },
    identifiers: takeIdentifiers(row, facility, cards),
    cards,
    observedOn,
  };
}

function takeIdentifiers(
  row: FieldRow,
  facility: FacilityCode,
  cards: readonly InsuranceCard[],
): readonly ResidentIdentifier[] {
  const found: ResidentIdentifier[] = [];
  const personal = readPersonNumber(row.get('SO_CCCD') ?? '');
  if (personal) {
    found.push(personal);
    row.drop('SO_CCCD');
  }
  for (const card of cards) {
    const insurance = readInsuranceNumber(card.number);
    if (insurance && !found.some((known) => known.system === insurance.system && known.value === insurance.value))
      found.push(insurance);
  }
  const patientNumber = row.take('MA_BN');
  if (patientNumber !== undefined) found.push({ system: 'facility-patient-number', value: patientNumber, facility });
  return found;
}

/**
 * The day on which the envelope spoke of the person: the day it was made, but not before the visit, nor so long after it that
 * the date must be a slip of the pen.
 */
export function observationDay(created: string, start: DateTime): LocalDate {
  const day = dayPart(start);
  const made = readDay(created);
  if (made === day) return day;
  return made !== undefined && made >= day && made <= addDays(day, 366) ? made : day;
}
