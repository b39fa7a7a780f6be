import { FaultList } from '../faults/fault-list.js';
import type { StationMessage, StationRecord } from '../station-message.js';
import type { XmlBudget, XmlScanner } from '../xml/xml-scanner.js';
import { parseFacilityCode } from '#domain/ids.js';
import { readDay } from '../values/dates.js';
import type { EnvelopeRecord } from './envelope-record.js';
import { readEnvelope, type EnvelopeHeader } from './read-envelope.js';
import { translateRecord } from './translate-record.js';

/** Reads an envelope behind the opening tag of `GIAMDINHHS`. @throws XmlFault */
export function readEnvelopeMessage(scanner: XmlScanner, budget: XmlBudget): StationMessage {
  const records: StationRecord[] = [];
  // The sender usually stands before the records. Where it does not, they wait for it.
  const waiting: EnvelopeRecord[] = [];
  const header = readEnvelope(scanner, budget, (record, soFar) => {
    if (soFar.sender === '' || soFar.created === '') waiting.push(record);
    else records.push(translateRecord(record, soFar));
  });
  for (const record of waiting) records.push(translateRecord(record, header));
  return { format: 'qd4750', sender: header.sender, records, faults: checkHeader(header, records.length) };
}

/** What is wrong with the envelope as a whole. @param count of its records */
export function checkHeader(header: EnvelopeHeader, count: number): StationMessage['faults'] {
  const faults = new FaultList('');
  if (parseFacilityCode(header.sender) === undefined) {
    faults.add('error', header.sender === '' ? 'required' : 'not-a-facility-code', 'THONGTINDONVI/MACSKCB', {
      vi: 'Thiếu mã cơ sở gửi hoặc mã không đúng dạng 5 ký tự (MACSKCB).',
      en: 'The code of the sending facility is missing or does not have five characters (MACSKCB).',
    });
  }
  if (header.otherSender) {
    faults.add('warning', 'repeated-field', 'THONGTINDONVI/MACSKCB', {
      vi: 'Tệp ghi nhiều mã cơ sở gửi khác nhau (MACSKCB); mã đầu tiên được dùng.',
      en: 'The file names several sending facilities (MACSKCB); the first is used.',
    });
  }
  if (readDay(header.created) === undefined) {
    faults.add('warning', header.created === '' ? 'required' : 'not-a-date', 'THONGTINHOSO/NGAYLAP', {
      vi: 'Thiếu ngày lập hoặc ngày lập không có thật (NGAYLAP).',
      en: 'The date of the envelope is missing or not a real date (NGAYLAP).',
    });
  }
  if (Number(header.announced) !== count) {
    faults.add('warning', 'wrong-count', 'THONGTINHOSO/SOLUONGHOSO', {
      vi: `Số lượng hồ sơ ghi (SOLUONGHOSO) không bằng số hồ sơ có trong tệp (${count}).`,
      en: `The stated number of records (SOLUONGHOSO) is not the number in the file (${count}).`,
    });
  }
  if (count === 0) {
    faults.add('error', 'no-records', 'THONGTINHOSO/DANHSACHHOSO', {
      vi: 'Tệp không có hồ sơ nào (HOSO).',
      en: 'The file holds no records (HOSO).',
    });
  }
  return faults.toArray();
}
