/** Events of as many residents as wanted: visits with diagnoses, vital signs, a result and medicines. Synthetic. */
import type { DateTime, LocalDate, PartialDate } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '#domain/ids.js';
import type { ResidentRegistered } from '#domain/residents/resident-events.js';
import { residentStream, type StreamKey, visitStream } from '#domain/streams.js';
import type { VisitRecorded } from '#domain/visits/visit-events.js';
import { type RecordedEvent, streamName } from '#event-store/event-store.js';

/** Of somebody with one visit; each visit makes one less. */
const resourcesOfMost = 10;
/** One of so many comes again and again: some 200 resources. */
export const longRecordEvery = 2_000;
const visitsOfLong = 22;

export const isLong = (index: number): boolean => index % longRecordEvery === longRecordEvery - 1;
const visitsOf = (index: number): number => (isLong(index) ? visitsOfLong : 1);

/** Of the residents up to an index. */
export function eventCount(residents: number): number {
  return residents * 2 + Math.floor(residents / longRecordEvery) * (visitsOfLong - 1);
}

/** Clinical resources alone, without the Provenance of each event. */
export function resourceCount(residents: number): number {
  const more = Math.floor(residents / longRecordEvery) * (visitsOfLong - 1);
  return residents * resourcesOfMost + more * (resourcesOfMost - 1);
}

const surnames = [
  'Nguyễn',
  'Trần',
  'Lê',
  'Phạm',
  'Hoàng',
  'Vũ',
  'Đặng',
  'Bùi',
  'Đỗ',
  'Hồ',
  'Ngô',
  'Dương',
  'Lý',
  'Chẩu',
];
const middles = ['Văn', 'Thị', 'Đức', 'Minh', 'Thanh', 'Hữu', 'Thu', 'Ngọc', 'Quang', 'Xuân'];
const names = [
  'Bình',
  'Hương',
  'An',
  'Đạt',
  'Hòa',
  'Lan',
  'Hùng',
  'Mai',
  'Sơn',
  'Tuấn',
  'Yến',
  'Phúc',
  'Thảo',
  'Khánh',
];
const diagnoses = ['I10', 'E11.9', 'J06.9', 'J20.9', 'K29.7', 'M54.5', 'I25.9', 'J44.9', 'N39.0', 'B34.9'];
const medicines = ['40.30.501', '40.12', '40.480', '40.817', '40.988'];

export const residentOf = (index: number): ResidentId =>
  `${index.toString(16).padStart(8, '0')}-0000-4000-8000-${(index * 7919).toString(16).padStart(12, '0')}` as ResidentId;

/** One event for each resident from one index up to another, and one for each visit. */
export function eventsOf(from: number, to: number): readonly RecordedEvent[] {
  const events: RecordedEvent[] = [];
  let position = eventCount(from);
  for (let index = from; index < to; index += 1) {
    const resident = residentOf(index);
    const facility = `08${(index % 140).toString().padStart(3, '0')}` as FacilityCode;
    events.push(recorded(++position, residentStream(resident), facility, registered(index, resident, facility)));
    for (let turn = 0; turn < visitsOf(index); turn += 1) {
      const day = new Date(Date.UTC(2024, 0, 1) + ((index * 37 + turn * 41) % 1000) * 86_400_000);
      const episode = `L${index}.${turn}` as EpisodeNumber;
      const visit = visited(index + turn, resident, facility, episode, day.toISOString().slice(0, 10));
      events.push(recorded(++position, visitStream(facility, episode), facility, visit));
    }
  }
  return events;
}

function recorded(
  position: number,
  { category, key }: StreamKey,
  facility: FacilityCode,
  event: ResidentRegistered | VisitRecorded,
): RecordedEvent {
  const recordedAt = new Date(Date.UTC(2026, 0, 1) + position * 20).toISOString();
  return {
    id: `00000000-0000-7000-8000-${position.toString(16).padStart(12, '0')}`,
    type: event.type,
    data: event.data,
    metadata: { occurredAt: recordedAt, facility, actor: `station:${facility}` },
    schemaVersion: 1,
    stream: streamName(category, key),
    revision: 0,
    position,
    recordedAt,
  };
}

const pick = (items: readonly string[], index: number): string => items[index % items.length] ?? '';

function registered(index: number, resident: ResidentId, facility: FacilityCode): ResidentRegistered {
  const name = `${pick(surnames, index)} ${pick(middles, Math.floor(index / 14))} ${pick(names, Math.floor(index / 140))}`;
  return {
    type: 'ResidentRegistered',
    data: {
      resident,
      details: {
        name,
        sex: index % 2 ? 'male' : 'female',
        birthDate: `${1940 + (index % 80)}-0${1 + (index % 9)}-1${index % 10}` as PartialDate,
        phone: `09${(index * 7919).toString().padStart(8, '0').slice(-8)}`,
      },
      identifiers: [{ system: 'national-id', value: (8_000_000_000 + index).toString().padStart(12, '0') }],
      cards: [],
      registeredBy: facility,
      observedOn: '2026-01-01' as LocalDate,
    },
  };
}

function visited(
  index: number,
  resident: ResidentId,
  facility: FacilityCode,
  episode: EpisodeNumber,
  day: string,
): VisitRecorded {
  return {
    type: 'VisitRecorded',
    data: {
      resident,
      source: 'insurance-claim',
      visit: {
        facility,
        episode,
        start: `${day}T08:${(index % 60).toString().padStart(2, '0')}:00+07:00` as DateTime,
        end: `${day}T09:30:00+07:00` as DateTime,
        careType: '01',
        insured: true,
        cards: [],
        diagnoses: [
          { code: pick(diagnoses, index), role: 'main' },
          { code: pick(diagnoses, index + 3), role: 'comorbidity' },
        ],
        vitals: {
          systolic: 100 + (index % 90),
          diastolic: 60 + (index % 40),
          pulse: 60 + (index % 50),
          weight: 40 + (index % 45),
        },
        medications: [pick(medicines, index), pick(medicines, index + 1)].map((code) => ({
          code,
          display: `Thuốc ${code}`,
          quantity: 20,
          unit: 'viên',
        })),
        services: [],
        results: [{ code: 'GLU', name: 'Định lượng Glucose', value: String(4 + (index % 100) / 10), unit: 'mmol/L' }],
        notes: [],
      },
    },
  };
}
