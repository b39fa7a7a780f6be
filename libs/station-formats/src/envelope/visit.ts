import type { Residence, Vitals } from '#domain/codes.js';
import type { DateTime } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode } from '#domain/ids.js';
import type { InsuranceCard } from '#domain/residents/resident-content.js';
import type {
  Appointment,
  Charges,
  ClinicalNote,
  ServiceLine,
  MedicationLine,
  VisitContent,
} from '#domain/visits/visit-content.js';
import { definedOnly } from '../values/defined-only.js';
import { readDay } from '../values/dates.js';
import { splitValues } from '../values/lists.js';
import { vitalsInNote } from '../values/note-vitals.js';
import { readWithin } from '../values/numbers.js';
import { diagnosesOf } from './diagnoses.js';
import type { EnvelopeRecord } from './envelope-record.js';
import type { FieldRow } from './field-row.js';
import { paperTables } from './papers/paper-fields.js';
import { takePapers } from './papers/take-papers.js';
import { takeMedication, takeNotes, takeResult, takeService } from './lines.js';
import { takeArrival, takeTransfer } from './transfer.js';

/** MA_NHOM of a consultation (QĐ 4750, table 3). */
const consultationGroup = '13';

/**
 * All tables as a visit. What has no place there is kept as sent, row by row, in `otherTables`; of the tables behind the first
 * only what does not repeat it.
 */
export function takeVisit(
  record: EnvelopeRecord,
  summary: FieldRow,
  key: { readonly facility: FacilityCode; readonly episode: EpisodeNumber; readonly start: DateTime },
  ofPerson: { readonly residence?: Residence; readonly cards: readonly InsuranceCard[] },
): VisitContent {
  const rows = (table: string): readonly FieldRow[] =>
    (record.tables.get(table)?.rows ?? []).filter((row) => !row.isForeign);
  for (const field of ['MA_LK', 'NGAY_VAO', 'MA_CSKCB']) summary.drop(field);
  const medications = rows('XML2').map(takeMedication);
  const services = rows('XML3').map(takeService);
  const results = rows('XML4').map(takeResult);
  const notes = rows('XML5').flatMap(takeNotes);
  const end = summary.takeMoment('NGAY_RA');
  const [paper] = rows('XML13');
  const transfer = paper && takeTransfer(paper, key.facility, end ?? key.start, 'XML13', record.faults);
  const appointment = takeAppointment(summary, rows('XML14')[0]);
  const diagnoses = diagnosesOf(summary);
  const { vitals, vitalsSource } = takeVitals(summary, notes);
  const charges = takeCharges(summary);
  const arrivedWith = takeArrival(summary, key.facility);
  const practitioner = responsible(services, medications, notes);
  const content = {
    end,
    careType: summary.take('MA_LOAI_KCB'),
    payerCategory: summary.take('MA_DOITUONG_KCB'),
    reason: summary.take('LY_DO_VV'),
    admissionDiagnosis: summary.take('CHAN_DOAN_VAO'),
    dischargeDiagnosis: summary.take('CHAN_DOAN_RV'),
    vitalsSource,
    treatment: summary.take('PP_DIEU_TRI'),
    treatmentResult: summary.take('KET_QUA_DTRI'),
    dischargeType: summary.take('MA_LOAI_RV'),
    appointment,
    arrivedWith,
    transfer,
    charges,
    practitioner,
    department: summary.take('MA_KHOA'),
  };
  const papers = takePapers(record);
  const otherTables = leftOver(record);
  return {
    ...key,
    insured: ofPerson.cards.length > 0,
    ...ofPerson,
    diagnoses,
    vitals,
    medications,
    services,
    results,
    notes,
    ...definedOnly(content),
    ...(papers.length > 0 && { papers }),
    ...(otherTables && { otherTables }),
  };
}

/**
 * Drops the fields of papers that say again what table 1 says, but for those that are read out of the paper itself. To be called
 * before anything is taken out of table 1.
 */
export function dropRepeats(record: EnvelopeRecord, summary: FieldRow): void {
  for (const { name: table, rows } of record.tables.values()) {
    const read = readFromPapers.get(table);
    if (!read) continue;
    for (const paper of rows) {
      if (paper.isForeign || paper === summary) continue;
      for (const [name, value] of paper.entries()) {
        if (!read.has(name) && value === summary.get(name)) paper.drop(name);
      }
    }
  }
}

const readFromTransfer: ReadonlySet<string> = new Set([
  'MA_NOI_DI',
  'MA_NOI_DEN',
  'GIAY_CHUYEN_TUYEN',
  'NGAY_RA',
  'CHAN_DOAN_RV',
  'MA_BENH_CHINH',
  'MA_BENH_KT',
  'MA_BENH_YHCT',
  'PP_DIEU_TRI',
]);
const readFromPapers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['XML13', readFromTransfer],
  ['XML14', new Set<string>()],
  ...[...paperTables].map(
    ([name, { fields }]) => [name, new Set(fields.map(([, field]) => field))] as [string, ReadonlySet<string>],
  ),
]);

function takeAppointment(summary: FieldRow, paper: FieldRow | undefined): Appointment | undefined {
  const onPaper = readDay(paper?.get('NGAY_HEN_KL') ?? '');
  const inSummary = splitValues(summary.get('NGAY_TAI_KHAM') ?? '').map(readDay);
  const on = onPaper ?? inSummary[0];
  if (on === undefined) return undefined;
  if (inSummary.length === 1 && inSummary[0] === on) summary.drop('NGAY_TAI_KHAM');
  if (onPaper !== undefined && /^\d{8}(?:0000)?$/.test(paper?.get('NGAY_HEN_KL') ?? '')) paper?.drop('NGAY_HEN_KL');
  const number = paper?.take('SO_GIAYHEN_KL');
  return { on, ...(number !== undefined && { number }) };
}

function takeVitals(summary: FieldRow, notes: readonly ClinicalNote[]): Pick<VisitContent, 'vitals' | 'vitalsSource'> {
  const weight = readWithin(summary.get('CAN_NANG'), 0.3, 400);
  if (weight !== undefined) summary.drop('CAN_NANG');
  let noted: Vitals = {};
  for (const note of notes) if (note.kind === 'course') noted = { ...vitalsInNote(note.text), ...noted };
  const vitals: Vitals = { ...noted, ...(weight !== undefined && { weight }) };
  if (Object.keys(noted).length > 0) return { vitals, vitalsSource: 'note' };
  return weight === undefined ? { vitals } : { vitals, vitalsSource: 'measured' };
}

function takeCharges(summary: FieldRow): Charges | undefined {
  const total = summary.takeNumber('T_TONGCHI_BV');
  if (total === undefined) return undefined;
  return {
    total,
    ...definedOnly({
      withinInsurance: summary.takeNumber('T_TONGCHI_BH'),
      insurancePaid: summary.takeNumber('T_BHTT'),
      copayment: summary.takeNumber('T_BNCCT'),
      patientPaid: summary.takeNumber('T_BNTT'),
      otherSources: summary.takeNumber('T_NGUONKHAC'),
    }),
  };
}

/** Whoever held the consultation, else whoever prescribed, else whoever wrote the notes; the first of several. */
function responsible(
  services: readonly ServiceLine[],
  medications: readonly MedicationLine[],
  notes: readonly ClinicalNote[],
): string | undefined {
  const consultation = services.find(
    (service) => service.group === consultationGroup && service.practitioner !== undefined,
  );
  const stated =
    consultation?.practitioner ??
    medications.find((line) => line.practitioner !== undefined)?.practitioner ??
    notes.find((note) => note.practitioner !== undefined)?.practitioner;
  return stated === undefined ? undefined : splitValues(stated)[0];
}

function leftOver(record: EnvelopeRecord): VisitContent['otherTables'] {
  const tables = [...record.tables.values()].flatMap((table) => {
    const rows = table.rows.filter((row, index) => !isEmpty(row, index)).map((row) => row.toRecord());
    return rows.length > 0 ? [[table.name, rows] as const] : [];
  });
  return tables.length > 0 ? Object.fromEntries(tables) : undefined;
}

/** The number of a line says nothing that its place does not; beside other fields it tells which line they belong to. */
const isEmpty = (row: FieldRow, index: number): boolean =>
  row.size === 0 || (row.size === 1 && row.get('STT') === String(index + 1));
