import { parseFacilityCode, type FacilityCode } from '#domain/ids.js';
import type { LocalDate } from '#domain/dates.js';
import type { HealthHistory } from '#domain/residents/resident-content.js';
import { FaultList } from '../faults/fault-list.js';
import type { ReadVisit, StationMessage, StationRecord } from '../station-message.js';
import { readSlashedDay } from '../values/dates.js';
import { XmlElement, readElement } from '../xml/xml-element.js';
import type { XmlBudget, XmlScanner } from '../xml/xml-scanner.js';
import { takeImmunizations } from './immunizations.js';
import { takeHistory } from './history.js';
import { knownElements, repeatingElements } from './known-elements.js';
import { takePerson } from './person.js';
import { takeVisit } from './visit.js';

/** A record has some hundred elements; the tree of a hostile one must stay small. */
const mostElements = 200_000;
const mostUnknown = 50;

/** Reads a QĐ 831 record behind the opening tag of `DATA`. @throws XmlFault */
export function readHealthRecordMessage(scanner: XmlScanner, budget: XmlBudget): StationMessage {
  budget.elements = Math.min(budget.elements, mostElements);
  const data = readElement(scanner);
  while (scanner.next() !== 'end');
  const header = data.child('HEADER') ?? new XmlElement('HEADER');
  const faults = new FaultList('');
  const sender = (header.peek('SENDER_CODE') ?? '').toUpperCase();
  const facility = parseFacilityCode(sender);
  if (facility === undefined) {
    faults.add('error', sender === '' ? 'required' : 'not-a-facility-code', 'HEADER/SENDER_CODE', {
      vi: 'Thiếu mã cơ sở gửi hoặc mã không đúng dạng 5 ký tự (SENDER_CODE).',
      en: 'The code of the sending facility is missing or does not have five characters (SENDER_CODE).',
    });
  }
  const sentOn = readSlashedDay(header.peek('TRANSACTION_DATE') ?? '');
  if (sentOn === undefined) {
    faults.add(
      'warning',
      header.peek('TRANSACTION_DATE') === undefined ? 'required' : 'not-a-date',
      'HEADER/TRANSACTION_DATE',
      {
        vi: 'Thiếu ngày gửi hoặc ngày gửi không có thật (TRANSACTION_DATE, dd/MM/yyyy).',
        en: 'The date of the message is missing or not a real date (TRANSACTION_DATE, dd/MM/yyyy).',
      },
    );
  }
  const bodies = data.child('BODY')?.all('HOSOSUCKHOE') ?? [];
  if (bodies.length === 0) {
    faults.add('error', 'no-records', 'BODY/HOSOSUCKHOE', {
      vi: 'Tệp không có hồ sơ sức khỏe nào (HOSOSUCKHOE).',
      en: 'The file holds no health record (HOSOSUCKHOE).',
    });
  }
  const records = bodies.map((body, index) =>
    takeRecord(body, index === 0 ? 'HOSOSUCKHOE' : `HOSOSUCKHOE[${index + 1}]`, facility, sentOn),
  );
  return { format: 'qd831', sender, records, faults: faults.toArray() };
}

function takeRecord(
  body: XmlElement,
  path: string,
  facility: FacilityCode | undefined,
  sentOn: LocalDate | undefined,
): StationRecord {
  const faults = new FaultList(`BODY/${path}`);
  reportUnknown(body, faults);
  const list = body.child('DANHSACHHOSOKHAMCHUABENH');
  const visits = (list?.all('HOSOKHAMCHUABENH') ?? []).flatMap((element, index): readonly ReadVisit[] => {
    const place = `DANHSACHHOSOKHAMCHUABENH/HOSOKHAMCHUABENH[${index + 1}]`;
    const read = facility && takeVisit(element, facility, place, faults);
    return read ? [read] : [];
  });
  body.drop('DANHSACHHOSOKHAMCHUABENH');
  const doses = facility === undefined ? undefined : takeImmunizations(body, facility, faults);
  // Without a date it must not overwrite anything newer: it speaks of its last visit's day, or of no day that matters.
  const observedOn =
    sentOn ??
    visits
      .map(({ visit }) => visit.start.slice(0, 10) as LocalDate)
      .toSorted()
      .at(-1) ??
    ('1900-01-01' as LocalDate);
  const person = takePerson(body.child('THONGTINCHUNG'), () => historyOf(body), observedOn, faults);
  return {
    path,
    source: 'health-record',
    ...(person && { person }),
    visits: person ? visits : [],
    ...(person && doses && doses.given.length > 0 && { immunizations: doses.given }),
    ...(person && doses && doses.notGiven.length > 0 && { immunizationsNotGiven: doses.notGiven }),
    faults: faults.toArray(),
  };
}

/** What the record tells of the past, and under `other` every text that has no place of its own. */
function historyOf(body: XmlElement): HealthHistory | undefined {
  const section = body.child('TIENSU');
  const history = section ? takeHistory(section) : {};
  const other = Object.fromEntries(body.leftovers('', repeatingElements));
  const whole: HealthHistory = { ...history, ...(Object.keys(other).length > 0 && { other }) };
  return Object.keys(whole).length > 0 ? whole : undefined;
}

function reportUnknown(element: XmlElement, faults: FaultList): void {
  const seen = new Set<string>();
  const open = [element];
  for (let current = open.pop(); current && seen.size < mostUnknown; current = open.pop()) {
    for (const child of current.children) {
      open.push(child);
      if (knownElements.has(child.name) || seen.has(child.name)) continue;
      seen.add(child.name);
      faults.add('information', 'unknown-field', child.name.slice(0, 80), {
        vi: 'Trường không có trong mẫu QĐ 831; được giữ nguyên cùng hồ sơ.',
        en: 'The field is not in the form of QĐ 831; it is kept as sent with the record.',
      });
    }
  }
}
