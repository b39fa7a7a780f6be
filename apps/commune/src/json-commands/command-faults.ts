import type { ErrorObject } from 'ajv';
import type { Fault } from '#station-formats/station-message.js';
import { writable } from './command-schema.js';

/** A form with more wrong fields than this is wrong as a whole. */
const mostFaults = 100;

/** Faults of a command that does not fit its schema, one per field, the first hundred. Values are never repeated: they may be personal. */
export function faultsOfSchema(errors: readonly ErrorObject[]): readonly Fault[] {
  return errors.slice(0, mostFaults).map((error) => {
    const path = pathOf(error);
    const { code, vi, en } = explain(error);
    return { path, code, severity: 'error', text: { vi: `${path}: ${vi}`, en: `${path}: ${en}` } };
  });
}

/** A value of the right form that means nothing: a day that is on no calendar, a number with white space. */
export function wrongValue(path: string): Fault {
  return {
    path,
    code: 'not-valid',
    severity: 'error',
    text: { vi: `${path}: giá trị không hợp lệ.`, en: `${path}: not a valid value.` },
  };
}

function pathOf(error: ErrorObject): string {
  const parameters = error.params as { readonly missingProperty?: string; readonly additionalProperty?: string };
  const field = parameters.missingProperty ?? parameters.additionalProperty;
  return [...error.instancePath.split('/').slice(1), ...(field === undefined ? [] : [field])].join('/');
}

function explain(error: ErrorObject): { readonly code: string; readonly vi: string; readonly en: string } {
  const parameters = error.params as {
    readonly limit?: number;
    readonly type?: string;
    readonly allowedValues?: readonly string[];
    readonly pattern?: string;
  };
  switch (error.keyword) {
    case 'required':
      return { code: 'required', vi: 'bắt buộc phải có.', en: 'is required.' };
    case 'additionalProperties':
      return { code: 'unknown-field', vi: 'trường không được biết đến.', en: 'is not a known field.' };
    case 'enum':
      return {
        code: 'unknown-code',
        vi: `phải là một trong: ${parameters.allowedValues?.join(', ')}.`,
        en: `must be one of: ${parameters.allowedValues?.join(', ')}.`,
      };
    case 'type':
      return { code: 'wrong-type', vi: `phải là kiểu ${parameters.type}.`, en: `must be of type ${parameters.type}.` };
    case 'minimum':
    case 'maximum':
      return {
        code: 'out-of-range',
        vi: `ngoài khoảng cho phép (giới hạn ${parameters.limit}).`,
        en: `is out of range (limit ${parameters.limit}).`,
      };
    case 'minLength':
    case 'maxLength':
    case 'maxItems':
      return {
        code: 'wrong-length',
        vi: `sai độ dài (giới hạn ${parameters.limit}).`,
        en: `has a wrong length (limit ${parameters.limit}).`,
      };
    case 'pattern':
      if (parameters.pattern === writable)
        return {
          code: 'not-text',
          vi: 'có ký tự điều khiển hoặc ký tự hỏng.',
          en: 'has control characters or broken characters.',
        };
      return {
        code: 'wrong-form',
        vi: `sai định dạng (mẫu ${parameters.pattern}).`,
        en: `has a wrong form (pattern ${parameters.pattern}).`,
      };
    default:
      return { code: 'not-valid', vi: 'không hợp lệ.', en: 'is not valid.' };
  }
}
