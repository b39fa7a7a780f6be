import type { FacilityCode } from '#domain/ids.js';
import type { FaultList } from '../faults/fault-list.js';
import type { ObservedImmunization } from '../station-message.js';
import { readSlashedDay, readSlashedMoment } from '../values/dates.js';
import { definedOnly } from '../values/defined-only.js';
import { readCount } from '../values/numbers.js';
import type { XmlElement } from '../xml/xml-element.js';

export interface TakenImmunizations {
  readonly given: readonly ObservedImmunization[];
  readonly notGiven: readonly ObservedImmunization[];
}

/**
 * TIEMCHUNG: doses given (TRANGTHAI 1), and doses of a stated day that were not given after all (0). What names no vaccine or no
 * day cannot be told from another dose: it stays in the tree and is kept as sent.
 */
export function takeImmunizations(body: XmlElement, facility: FacilityCode, faults: FaultList): TakenImmunizations {
  const given: ObservedImmunization[] = [];
  const notGiven: ObservedImmunization[] = [];
  const entries = body.child('TIEMCHUNG')?.all('THONGTINMUITIEM') ?? [];
  entries.forEach((entry, index) => {
    const path = `TIEMCHUNG/THONGTINMUITIEM[${index + 1}]`;
    const state = entry.peek('TRANGTHAI');
    const named = (entry.peek('TENVACXIN') ?? entry.peek('MAVACXIN')) !== undefined;
    if (entry.isBlank) return;
    if (state !== '0' && state !== '1') {
      faults.add('warning', state === undefined ? 'required' : 'unknown-code', `${path}/TRANGTHAI`, {
        vi: 'Mũi tiêm không ghi đã tiêm (1) hay chưa tiêm (0) (TRANGTHAI); được giữ nguyên cùng hồ sơ.',
        en: 'The dose is not marked as given (1) or not given (0) (TRANGTHAI); it is kept as sent with the record.',
      });
      return;
    }
    if (!named) {
      faults.add('warning', 'required', `${path}/TENVACXIN`, {
        vi: 'Mũi tiêm không ghi mã hay tên vắc-xin (MAVACXIN, TENVACXIN); được giữ nguyên cùng hồ sơ.',
        en: 'The dose names no vaccine (MAVACXIN, TENVACXIN); it is kept as sent with the record.',
      });
      return;
    }
    const day = entry.peek('NGAYTIEM');
    if (day === undefined && state === '0') return;
    if (day === undefined || readSlashedMoment(day) === undefined) {
      faults.add('warning', day === undefined ? 'required' : 'not-a-date', `${path}/NGAYTIEM`, {
        vi: 'Mũi tiêm thiếu ngày tiêm có thật (NGAYTIEM, dd/MM/yyyy) nên chưa ghi nhận được; được giữ nguyên cùng hồ sơ.',
        en: 'The dose has no real date (NGAYTIEM, dd/MM/yyyy), so it is not recorded; it is kept as sent with the record.',
      });
      return;
    }
    const taken = takeDose(entry, facility);
    if (taken) (state === '1' ? given : notGiven).push(taken);
  });
  return { given, notGiven };
}

function takeDose(entry: XmlElement, facility: FacilityCode): ObservedImmunization | undefined {
  const givenOn = entry.takeAs('NGAYTIEM', readSlashedMoment);
  const vaccineCode = entry.take('MAVACXIN');
  const vaccineName = entry.take('TENVACXIN') ?? vaccineCode;
  if (givenOn === undefined || vaccineName === undefined) return undefined;
  entry.drop('TRANGTHAI');
  return {
    facility,
    vaccineName,
    givenOn,
    ...definedOnly({
      vaccineCode,
      vaccineGroup: entry.take('LOAIVACXIN'),
      reaction: entry.take('PHANUNGSAUTIEM'),
      nextDoseOn: entry.takeAs('NGAYHENTIEM', readSlashedDay),
      pregnancyMonth: entry.takeAs('THANGTHAI', (text) => readCount(text, 1, 10)),
      tetanusDosesOfMother: entry.takeAs('SOMUIUONVANMETIEM', (text) => readCount(text, 0, 20)),
    }),
  };
}
