import type { Bilingual } from '#domain/bilingual.js';
import type { FaultSeverity } from '../station-message.js';
import type { FieldSchema } from '../schema/envelope-tables.js';
import { isMoment, readBirthDate } from '../values/dates.js';
import { splitValues } from '../values/lists.js';
import { readNumber, readWithin } from '../values/numbers.js';
import { compactCard, readInsuranceNumber, readPersonNumber } from '../values/person-numbers.js';

export interface ValueFault {
  readonly code: string;
  readonly severity: FaultSeverity;
  readonly text: Bilingual;
}

const facilityCode = /^[0-9]{2}[0-9A-Z]{3}$/;
const icd10 = /^[A-Z][0-9]{2}(?:\.[0-9A-Z]{1,3})?[*†+]?$/;
/** QĐ 4750 table 1: at most twelve codes in MA_BENH_KT. */
const mostComorbidities = 12;

const warning = (code: string, field: FieldSchema, vi: string, en: string): ValueFault => ({
  code,
  severity: 'warning',
  text: { vi: `${field.label.vi} (${field.name}) ${vi}`, en: `The ${field.label.en} (${field.name}) ${en}` },
});

/** What is wrong with a value by the tables; the value is not empty. Says nothing of the value itself but its field. */
export function checkValue(field: FieldSchema, value: string): ValueFault | undefined {
  if (field.maxLength !== undefined && value.length > field.maxLength) {
    return warning(
      'too-long',
      field,
      `dài quá ${field.maxLength} ký tự.`,
      `is longer than ${field.maxLength} characters.`,
    );
  }
  switch (field.kind) {
    case 'text':
      return undefined;
    case 'number':
      return readNumber(value) === undefined
        ? warning('not-a-number', field, 'không phải là số.', 'is not a number.')
        : undefined;
    case 'weight':
      return readWithin(value, 0.3, 400) === undefined
        ? warning('implausible', field, 'không phải là cân nặng hợp lý (kg).', 'is not a plausible weight (kg).')
        : undefined;
    case 'date':
      return checkMoment(field, value);
    case 'dates':
      return splitValues(value)
        .map((part) => checkMoment(field, part))
        .find((fault) => fault !== undefined);
    case 'birth':
      return readBirthDate(value) === undefined
        ? warning('not-a-date', field, 'không phải là ngày có thật (năm tháng ngày).', 'is not a real date (yyyymmdd).')
        : undefined;
    case 'facility':
      return facilityCode.test(value.toUpperCase())
        ? undefined
        : warning(
            'not-a-facility-code',
            field,
            'không đúng dạng mã cơ sở 5 ký tự.',
            'is not a five-character facility code.',
          );
    case 'cards':
      return splitValues(value).every((card) => readInsuranceNumber(compactCard(card)) !== undefined)
        ? undefined
        : warning(
            'bad-card-number',
            field,
            'không đúng dạng 15 ký tự hoặc 10 số.',
            'does not have 15 characters or 10 digits.',
          );
    case 'person-number':
      return readPersonNumber(value) === undefined
        ? warning(
            'bad-person-number',
            field,
            'không phải 12 số, 9 số hoặc số hộ chiếu.',
            'is not 12 digits, 9 digits or a passport number.',
          )
        : undefined;
    case 'icd10':
      return icd10.test(value)
        ? undefined
        : warning('not-icd-10', field, 'không đúng dạng mã ICD-10.', 'is not written like an ICD-10 code.');
    case 'icd10s':
      return checkComorbidities(field, splitValues(value));
    default:
      return field.codes && !field.codes.has(value) ? unknownCode(field, field.codes) : undefined;
  }
}

/** So many codes are named, or a reader loses the thread. */
const mostNamed = 10;

function unknownCode(field: FieldSchema, codes: ReadonlySet<string>): ValueFault {
  const named = codes.size <= mostNamed ? ` (${[...codes].join(', ')})` : '';
  return warning(
    'unknown-code',
    field,
    `có mã không nằm trong danh mục${named}.`,
    `holds a code that is not in its list${named}.`,
  );
}

function checkMoment(field: FieldSchema, value: string): ValueFault | undefined {
  if (!isMoment(value)) {
    return warning(
      'not-a-date',
      field,
      'không phải là ngày có thật (năm tháng ngày giờ phút).',
      'is not a real date (yyyymmdd, yyyymmddHHMM).',
    );
  }
  if (value.length === 8 && field.maxLength === 12) {
    return {
      ...warning('time-missing', field, 'chưa có giờ phút.', 'has no hour and minute.'),
      severity: 'information',
    };
  }
  return undefined;
}

function checkComorbidities(field: FieldSchema, codes: readonly string[]): ValueFault | undefined {
  if (!codes.every((code) => icd10.test(code))) {
    return warning(
      'not-icd-10',
      field,
      'có mã không đúng dạng ICD-10.',
      'holds a code that is not written like ICD-10.',
    );
  }
  return codes.length > mostComorbidities
    ? warning('too-many-codes', field, `có quá ${mostComorbidities} mã.`, `holds more than ${mostComorbidities} codes.`)
    : undefined;
}
