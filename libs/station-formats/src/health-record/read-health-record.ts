import { parseFacilityCode, type FacilityCode } from '#domain/ids.js';
import type { LocalDate } from '#domain/dates.js';
import type { HealthHistory } from '#domain/residents/resident-content.js';
import { FaultList } from '../faults/fault-list.js';
import type { ReadVisit, StationMessage, StationRecord } from '../station-message.js';
import { definedOnly } from '../values/defined-only.js';
import { readCount } from '../values/numbers.js';
import { readSlashedDay } from '../values/dates.js';
import { plainName } from '../xml/plain-name.js';
import { XmlElement, readElement } from '../xml/xml-element.js';
import type { XmlBudget, XmlScanner } from '../xml/xml-scanner.js';
import { takeImmunizations } from './immunizations.js';
import { takeHistory } from './history.js';
import { knownElements, repeatingElements } from './known-elements.js';
import { takePerson } from './person.js';
import { takeRelatives } from './relatives.js';
import { takeVisit } from './visit.js';

/** A record has some hundred elements; the tree of a hostile one must stay small. */
const mostElements = 200_000;
const mostUnknown = 50;

/** Reads a QĐ 831 record behind the opening tag of `DATA`. @throws XmlFault */
export function readHealthRecordMessage(scanner: XmlScanner, budget: XmlBudget): StationMessage {
  budget.elements = Math.min(budget.elements, mostElements);
  const data = readElement(scanner, elementName);
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
  checkHeader(header, faults);
  const bodies = data.child('BODY')?.all('HOSOSUCKHOE') ?? [];
  if (bodies.length === 0) {
    faults.add('error', 'no-records', 'BODY/HOSOSUCKHOE', {
      vi: 'Tệp không có hồ sơ sức khỏe nào (HOSOSUCKHOE).',
      en: 'The file holds no health record (HOSOSUCKHOE).',
    });
  }
  const records = (isStatement(header) ? bodies : []).map((body, index) =>
    takeRecord(body, index === 0 ? 'HOSOSUCKHOE' : `HOSOSUCKHOE[${index + 1}]`, facility, sentOn),
  );
  return { format: 'qd831', sender, records, faults: faults.toArray() };
}

/** What software writes: ACTION_TYPE 0, a new statement. An update is one too; what else it may mean is in no public source. */
const statements: ReadonlySet<string> = new Set(['', '0', '1']);
/** REQUEST_ID of at most 100 characters is the key of a message at the provincial warehouses that take this form. */
const longestRequestId = 100;

function checkHeader(header: XmlElement, faults: FaultList): void {
  if (!isStatement(header)) {
    faults.add('error', 'unknown-action', 'HEADER/ACTION_TYPE', {
      vi: 'Loại thao tác (ACTION_TYPE) không phải 0 (gửi mới) hoặc 1 (cập nhật) nên hồ sơ không được nhận. Để rút lại một lượt khám, dùng lệnh retract-visit.',
      en: 'The action (ACTION_TYPE) is not 0 (new) or 1 (update), so the record is not taken. To take back a visit, use the command retract-visit.',
    });
  }
  if ((header.peek('REQUEST_ID') ?? '').length > longestRequestId) {
    faults.add('warning', 'too-long', 'HEADER/REQUEST_ID', {
      vi: `Mã yêu cầu (REQUEST_ID) dài quá ${longestRequestId} ký tự.`,
      en: `The request id (REQUEST_ID) is longer than ${longestRequestId} characters.`,
    });
  }
  const version = header.peek('MESSAGE_VERSION');
  if (version !== undefined && version !== '1.0') {
    faults.add('information', 'unknown-version', 'HEADER/MESSAGE_VERSION', {
      vi: 'Phiên bản thông điệp (MESSAGE_VERSION) không phải 1.0; đã đọc như 1.0.',
      en: 'The version of the message (MESSAGE_VERSION) is not 1.0; it was read as 1.0.',
    });
  }
}

const isStatement = (header: XmlElement): boolean => statements.has(header.peek('ACTION_TYPE') ?? '');

const elementName = (name: string): string => {
  if (knownElements.has(name)) return name;
  const plain = plainName(name);
  return knownElements.has(plain) ? plain : name;
};

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
  const tetanus = body.child('TIEMCHUNG')?.takeAs('SOMUIUONVANMETIEM', (text) => readCount(text, 0, 20));
  const relatives = takeRelatives(body.child('THONGTINCHUNG'));
  const other = Object.fromEntries(body.leftovers('', repeatingElements));
  const whole: HealthHistory = {
    ...history,
    ...definedOnly({ tetanusDosesOfMother: tetanus, relatives }),
    ...(Object.keys(other).length > 0 && { other }),
  };
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
