/** A resident with something of everything a page shows. Every name and number is synthetic. */
import type { PartialDate } from '#domain/dates.js';
import type { ResidentId } from '#domain/ids.js';
import { residentStream } from '#domain/streams.js';
import type { MedicationLine } from '#domain/visits/visit-content.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { at, day, EventLog, facility, paper, visitContent } from '../recorded-events.js';

export const station = facility('08Z11');
export const hospital = facility('08Z01');
export const strangers = facility('08Z12');
export const nationalId = '008161000017';
export const card = 'DN4080816100017';

export interface ExampleRecord {
  readonly events: readonly RecordedEvent[];
  readonly hoa: ResidentId;
  /** Known at the strangers' station, with next to nothing recorded. */
  readonly empty: ResidentId;
  /** When the n-th event was recorded: one an hour, so that each is a stop of the slider. */
  recordedAt(index: number): string;
  /** Index of the last event that was recorded before her newest visit. */
  readonly beforeNewestVisit: number;
}

const amlodipin: MedicationLine = {
  code: '40.30.501',
  display: 'Amlodipin 5mg',
  dosage: 'Ngày 1 lần',
  instructions: 'Uống sau ăn',
  quantity: 30,
  unit: 'viên',
};
const hypertension = { code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' as const };
const diabetes = { code: 'E11.9', display: 'Đái tháo đường không phụ thuộc insulin', role: 'comorbidity' as const };

export function exampleRecord(): ExampleRecord {
  const log = new EventLog();
  log.facility({ code: station, name: 'Trạm Y tế Xã Phúc Yên (giả lập)' });
  log.facility({ code: hospital, name: 'Trung tâm Y tế Lâm Bình (giả lập)', kind: 'district-health-centre' });
  log.facility({ code: strangers, name: 'Trạm Y tế Xã Xuân Lập (giả lập)' });
  const hoa = log.resident(
    'Nông Thị Hòa',
    station,
    {
      sex: 'female',
      birthDate: '1951-08-02' as PartialDate,
      phone: '0900000017',
      residence: { text: 'Thôn Phai Che' },
    },
    [
      { system: 'national-id', value: nationalId },
      { system: 'insurance-number', value: '0816100017' },
    ],
  );
  const empty = log.resident('Ma Văn Mẫu', strangers, { birthDate: '2024-03' as PartialDate });
  log.record(
    residentStream(hoa),
    {
      type: 'HealthHistoryRecorded',
      data: {
        resident: hoa,
        history: {
          riskFactors: [{ kind: 'tobacco', status: 'no' }],
          allergies: [{ code: '1', display: 'Penicillin', present: true, note: 'nổi mề đay' }],
          diseases: [{ code: '2', display: 'Tăng huyết áp', present: true }],
          familyDiseases: [{ code: '3', display: 'Đái tháo đường', present: true, relative: 'Mẹ' }],
        },
        changed: [],
        observedOn: day('2026-03-01'),
      },
    },
    station,
  );
  log.visit(
    hoa,
    visitContent(station, 'V1', '2026-03-02T08:00:00+07:00', {
      diagnoses: [hypertension, diabetes],
      vitals: { systolic: 168, diastolic: 102, pulse: 78, weight: 61.5 },
      medications: [amlodipin, { code: '40.999', display: 'Paracetamol 500mg', quantity: 10, unit: 'viên' }],
      results: [
        { group: '1', name: 'Glucose máu lúc đói', value: '9.4', unit: 'mmol/L', conclusion: 'Tăng' },
        { group: '1', name: 'HbA1c', value: '8.1', unit: '%' },
      ],
    }),
  );
  log.immunization(hoa, station, {
    vaccineName: 'Cúm mùa',
    givenOn: at('2026-04-10'),
    lotNumber: 'GL-17',
    doseNumber: 1,
  });
  log.visit(
    hoa,
    visitContent(station, 'HIV', '2026-05-02T08:00:00+07:00', {
      diagnoses: [{ code: 'B20', display: 'Bệnh HIV', role: 'main' }],
      vitals: { systolic: 121, diastolic: 79 },
      medications: [{ code: 'X.1', display: 'Efavirenz 600mg' }],
    }),
  );
  log.visit(
    hoa,
    visitContent(station, 'MIXED', '2026-06-03T08:00:00+07:00', {
      diagnoses: [
        { ...diabetes, role: 'main' },
        { code: 'F32.1', display: 'Giai đoạn trầm cảm', role: 'comorbidity' },
      ],
      vitals: { systolic: 151, diastolic: 92 },
    }),
  );
  const referral = log.referral(hoa, {
    ...paper(station, hospital, 'CT-17', '2026-08-05T08:00:00+07:00'),
    diagnoses: [hypertension],
  });
  const step = { referral, resident: hoa, by: hospital };
  log.step({ type: 'PatientArrived', data: { ...step, at: at('2026-08-05T14:00:00+07:00'), late: false } });
  log.step({
    type: 'ReferralAnswered',
    data: {
      ...step,
      at: at('2026-08-06T09:00:00+07:00'),
      answer: { diagnoses: [hypertension], treatment: 'Chỉnh liều Amlodipin', summary: 'Huyết áp ổn định' },
    },
  });
  const beforeNewestVisit = log.events.length - 1;
  log.visit(
    hoa,
    visitContent(hospital, 'V2', '2026-10-20T09:30:00+07:00', {
      diagnoses: [hypertension, diabetes],
      vitals: { systolic: 132, diastolic: 78 },
      medications: [amlodipin],
      results: [
        { group: '1', name: 'Glucose máu lúc đói', value: '6.8', unit: 'mmol/L' },
        { group: '1', name: 'HbA1c', value: '6.9', unit: '%' },
      ],
    }),
  );
  const recordedAt = (index: number): string => new Date(Date.UTC(2026, 9, 25) + index * 3_600_000).toISOString();
  return {
    events: log.events.map((event, index) => ({ ...event, recordedAt: recordedAt(index) })),
    hoa,
    empty,
    recordedAt,
    beforeNewestVisit,
  };
}
