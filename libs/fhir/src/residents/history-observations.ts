import type { Coding, Observation } from '@medplum/fhirtypes';
import type { HealthHistory } from '#domain/residents/resident-content.js';
import { text, ucumQuantity } from '../elements.js';
import type { PartNames } from '../resource-ids.js';
import { codeSystems } from '../systems.js';

/** One statement of the health record about a person's past, as an observation. */
export interface HistoryObservationPart {
  readonly part: string;
  readonly codings: readonly Coding[];
  readonly words: string;
  readonly category: 'social-history' | 'survey';
  readonly value: Pick<Observation, 'valueString' | 'valueQuantity' | 'valueInteger' | 'valueBoolean'>;
}

type Value = string | number | boolean;
type Section = Partial<Readonly<Record<string, Value>>>;

interface Statement {
  readonly section: 'birth' | 'exposure' | 'reproductive' | 'whole';
  readonly field: string;
  readonly vi: string;
  readonly en: string;
  /** The code that the map of QĐ 831 to FHIR gives it. */
  readonly loinc?: string;
  /** UCUM */
  readonly unit?: string;
}

export const historyStatements: readonly Statement[] = [
  { section: 'birth', field: 'delivery', vi: 'Kiểu đẻ', en: 'mode of delivery' },
  { section: 'birth', field: 'preterm', vi: 'Đẻ thiếu tháng', en: 'born preterm' },
  { section: 'birth', field: 'asphyxia', vi: 'Bị ngạt lúc đẻ', en: 'asphyxia at birth' },
  {
    section: 'birth',
    field: 'weight',
    vi: 'Cân nặng lúc đẻ',
    en: 'birth weight',
    loinc: '8339-4',
    unit: 'g',
  },
  {
    section: 'birth',
    field: 'length',
    vi: 'Chiều dài lúc đẻ',
    en: 'length at birth',
    loinc: '89269-5',
    unit: 'cm',
  },
  {
    section: 'birth',
    field: 'defects',
    vi: 'Dị tật bẩm sinh',
    en: 'congenital defects',
    loinc: '32386-5',
  },
  {
    section: 'birth',
    field: 'other',
    vi: 'Vấn đề lúc sinh khác',
    en: 'other problems at birth',
    loinc: '32416-0',
  },
  { section: 'exposure', field: 'substances', vi: 'Yếu tố tiếp xúc', en: 'exposure' },
  { section: 'exposure', field: 'duration', vi: 'Thời gian tiếp xúc', en: 'duration of exposure' },
  { section: 'exposure', field: 'latrine', vi: 'Loại hố xí gia đình', en: 'latrine of the household' },
  { section: 'exposure', field: 'other', vi: 'Nguy cơ khác', en: 'other risks' },
  {
    section: 'reproductive',
    field: 'contraception',
    vi: 'Biện pháp tránh thai',
    en: 'contraception',
    loinc: '8659-5',
  },
  { section: 'reproductive', field: 'lastPregnancy', vi: 'Kỳ thai cuối', en: 'last pregnancy' },
  { section: 'reproductive', field: 'pregnancies', vi: 'Số lần có thai', en: 'pregnancies' },
  { section: 'reproductive', field: 'miscarriages', vi: 'Số lần sảy thai', en: 'miscarriages' },
  { section: 'reproductive', field: 'abortions', vi: 'Số lần phá thai', en: 'abortions' },
  {
    section: 'reproductive',
    field: 'births',
    vi: 'Số lần sinh đẻ',
    en: 'births',
    loinc: '11640-0',
  },
  { section: 'reproductive', field: 'vaginalBirths', vi: 'Số lần đẻ thường', en: 'vaginal births' },
  {
    section: 'reproductive',
    field: 'caesareanBirths',
    vi: 'Số lần đẻ mổ',
    en: 'caesarean births',
    loinc: '68497-7',
  },
  { section: 'reproductive', field: 'difficultBirths', vi: 'Số lần đẻ khó', en: 'difficult births' },
  { section: 'reproductive', field: 'termBirths', vi: 'Số lần đẻ đủ tháng', en: 'term births' },
  { section: 'reproductive', field: 'pretermBirths', vi: 'Số lần đẻ non', en: 'preterm births' },
  {
    section: 'reproductive',
    field: 'livingChildren',
    vi: 'Số con hiện sống',
    en: 'living children',
    loinc: '11638-4',
  },
  { section: 'reproductive', field: 'gynaecologicalDiseases', vi: 'Bệnh phụ khoa', en: 'gynaecological diseases' },
  {
    section: 'whole',
    field: 'surgeries',
    vi: 'Tiền sử phẫu thuật',
    en: 'history of surgery',
    loinc: '10167-5',
  },
  { section: 'whole', field: 'otherProblems', vi: 'Vấn đề khác', en: 'other problems' },
  {
    section: 'whole',
    field: 'tetanusDosesOfMother',
    vi: 'Số mũi uốn ván mẹ đã tiêm',
    en: 'doses against tetanus of the mother',
  },
];

export function historyObservations(history: HealthHistory, names: PartNames): readonly HistoryObservationPart[] {
  return historyStatements.flatMap(({ section, field, vi, en, loinc, unit }) => {
    const holder = (section === 'whole' ? history : history[section]) as Section | undefined;
    const written = holder?.[field];
    const value = typeof written === 'string' ? text(written) : written;
    if (value === undefined) return [];
    return [
      {
        part: names.name('h', statementCode({ section, field })),
        codings: [
          ...(loinc === undefined ? [] : [{ system: codeSystems.loinc, code: loinc }]),
          { system: codeSystems.healthHistory, code: statementCode({ section, field }), display: en },
        ],
        words: vi,
        category: section === 'exposure' ? 'social-history' : 'survey',
        value: valueElement(value, unit),
      },
    ];
  });
}

/** Code of a statement in the code system of this project. */
export const statementCode = ({ section, field }: Pick<Statement, 'section' | 'field'>): string =>
  section === 'whole' ? field : `${section}.${field}`;

function valueElement(value: Value, unit: string | undefined): HistoryObservationPart['value'] {
  if (typeof value === 'string') return { valueString: value };
  if (typeof value === 'boolean') return { valueBoolean: value };
  return unit === undefined ? { valueInteger: value } : { valueQuantity: ucumQuantity(value, unit, unit) };
}
