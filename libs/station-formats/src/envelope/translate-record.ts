import type { DateTime } from '#domain/dates.js';
import { parseEpisodeNumber, parseFacilityCode, type EpisodeNumber, type FacilityCode } from '#domain/ids.js';
import type { VisitSource } from '#domain/visits/visit-events.js';
import type { StationRecord } from '../station-message.js';
import { readMoment } from '../values/dates.js';
import { normaliseName } from '../values/person-numbers.js';
import { checkEpisode, checkRequiredFields } from './check-episode.js';
import { rowPath, type EnvelopeRecord } from './envelope-record.js';
import type { FieldRow } from './field-row.js';
import { observationDay, takeCards, takePerson, takeResidence } from './person.js';
import { motherIn } from './mother.js';
import type { EnvelopeHeader } from './read-envelope.js';
import { dropRepeats, takeVisit } from './visit.js';

interface EpisodeKey {
  readonly facility: FacilityCode;
  readonly episode: EpisodeNumber;
  readonly start: DateTime;
}

/** One HOSO as the episode of care and the person it tells of, or the errors for which it cannot be taken. */
export function translateRecord(record: EnvelopeRecord, header: EnvelopeHeader): StationRecord {
  const { path, faults } = record;
  const { summary, table, source } = summaryOf(record);
  const key = summary && episodeKey(record, summary, table, header);
  if (!summary || !key || faults.hasErrors) return { path, source, visits: [], faults: faults.toArray() };
  if (summary.get('MA_DOITUONG_KCB') === withdrawn) {
    const { facility, episode } = key;
    const withdrawal = { facility, episode, reason: 'MA_DOITUONG_KCB 8' };
    return { path, source, visits: [], withdrawal, faults: faults.toArray() };
  }
  if (source === 'insurance-claim') checkEpisode(record, summary, key.start);
  else checkRequiredFields(record, key.start);
  setForeignRowsAside(record, summary.get('MA_LK') ?? '');
  dropRepeats(record, summary);
  const residence = takeResidence(summary);
  const cards = takeCards(summary);
  const person = takePerson(summary, key.facility, residence, cards, observationDay(header.created, key.start));
  const visit = takeVisit(record, summary, key, { ...(residence && { residence }), cards });
  const mother = visit.papers && motherIn(visit.papers, person.details.birthDate);
  return {
    path,
    source,
    person: mother ? { ...person, mother } : person,
    visits: [{ visit, faults: [] }],
    faults: faults.toArray(),
  };
}

/** MA_DOITUONG_KCB 8, withdrawal of the request for payment (QĐ 3276/QĐ-BYT 2025, annex 1): the record that was sent is taken back. */
const withdrawn = '8';

/** What the episode is read from: table 1, or table 0 of a patient who has only checked in. */
interface Summary {
  readonly summary: FieldRow | undefined;
  readonly table: 'XML1' | 'XML0';
  readonly source: Extract<VisitSource, 'insurance-claim' | 'check-in'>;
}

function summaryOf(record: EnvelopeRecord): Summary {
  const rows = record.tables.get('XML1')?.rows ?? [];
  if (rows.length > 1) {
    record.faults.add('warning', 'repeated-table', 'XML1', {
      vi: 'Hồ sơ có nhiều bảng XML1; bảng đầu được dùng, các bảng sau được giữ nguyên cùng lượt khám.',
      en: 'The record has several XML1 tables; the first is used, the others are kept as sent with the visit.',
    });
  }
  const checkIn = record.tables.get('XML0')?.rows[0];
  if (rows[0] === undefined && checkIn && !record.faults.hasErrors) {
    return { summary: checkIn, table: 'XML0', source: 'check-in' };
  }
  if (rows[0] === undefined && !record.faults.hasErrors) {
    record.faults.add('error', 'missing-table', 'XML1', {
      vi: 'Hồ sơ không có bảng tổng hợp XML1 nên không nhận được.',
      en: 'The record has no summary table XML1, so it cannot be taken.',
    });
  }
  return { summary: rows[0], table: 'XML1', source: 'insurance-claim' };
}

/** What no episode can be without: its number, its facility, its first moment and a name. Every one that is missing is an error. */
function episodeKey(
  record: EnvelopeRecord,
  summary: FieldRow,
  table: Summary['table'],
  header: EnvelopeHeader,
): EpisodeKey | undefined {
  const { faults } = record;
  const missing = (field: string, vi: string, en: string): undefined => {
    faults.add('error', 'required', `${table}/${field}`, {
      vi: `Thiếu ${vi} (${field}); hồ sơ không nhận được.`,
      en: `The ${en} is missing (${field}); the record cannot be taken.`,
    });
    return undefined;
  };
  const number = summary.get('MA_LK');
  const episode = number === undefined ? missing('MA_LK', 'mã liên kết', 'episode number') : parseEpisodeNumber(number);
  if (number !== undefined && episode === undefined) {
    faults.add('error', 'not-an-episode-number', `${table}/MA_LK`, {
      vi: 'Mã liên kết (MA_LK) có khoảng trắng hoặc dài quá 100 ký tự; hồ sơ không nhận được.',
      en: 'The episode number (MA_LK) holds blanks or is longer than 100 characters; the record cannot be taken.',
    });
  }
  const arrival = summary.get('NGAY_VAO');
  const start = arrival === undefined ? missing('NGAY_VAO', 'ngày vào khám', 'date of arrival') : readMoment(arrival);
  if (arrival !== undefined && start === undefined) {
    faults.add('error', 'not-a-date', `${table}/NGAY_VAO`, {
      vi: 'Ngày vào khám (NGAY_VAO) không phải là ngày giờ có thật; hồ sơ không nhận được.',
      en: 'The date of arrival (NGAY_VAO) is not a real date and time; the record cannot be taken.',
    });
  }
  if (normaliseName(summary.get('HO_TEN') ?? '') === '')
    missing('HO_TEN', 'họ và tên người bệnh', 'name of the patient');
  const facility = facilityOf(record, summary, table, header.sender);
  return episode && start && facility ? { facility, episode, start } : undefined;
}

function facilityOf(
  record: EnvelopeRecord,
  summary: FieldRow,
  table: Summary['table'],
  sender: string,
): FacilityCode | undefined {
  const stated = summary.get('MA_CSKCB')?.toUpperCase();
  const facility = parseFacilityCode(stated ?? sender);
  if (facility === undefined) {
    record.faults.add('error', 'not-a-facility-code', `${table}/MA_CSKCB`, {
      vi: 'Không có mã cơ sở khám chữa bệnh hợp lệ (MA_CSKCB); hồ sơ không nhận được.',
      en: 'There is no valid facility code (MA_CSKCB); the record cannot be taken.',
    });
    return undefined;
  }
  if (sender !== '' && facility !== sender) {
    record.faults.add('error', 'other-facility', `${table}/MA_CSKCB`, {
      vi: `Lượt khám là của cơ sở ${facility}, không phải của nơi gửi ${parseFacilityCode(sender) ?? ''}; hồ sơ không nhận được.`,
      en: `The episode belongs to facility ${facility}, not to the sender ${parseFacilityCode(sender) ?? ''}; the record cannot be taken.`,
    });
    return undefined;
  }
  return facility;
}

/** Rows that bear another MA_LK may be about another patient: they are kept as sent, and nothing is read out of them. */
function setForeignRowsAside(record: EnvelopeRecord, episode: string): void {
  for (const table of record.tables.values()) {
    if (!table.schema || table.name === 'XML1') continue;
    table.rows.forEach((row, index) => {
      const stated = row.get('MA_LK');
      if (stated === undefined) return;
      if (stated === episode) {
        row.drop('MA_LK');
        return;
      }
      row.markForeign();
      record.faults.add('warning', 'other-episode', `${rowPath(table, index)}/MA_LK`, {
        vi: 'Dòng có mã liên kết (MA_LK) khác với bảng XML1; dòng được giữ nguyên nhưng không tính vào lượt khám.',
        en: 'The row bears another episode number (MA_LK) than table XML1; it is kept as sent but is not part of the visit.',
      });
    });
  }
}
