import { foldName } from '#domain/residents/names.js';
import { type Concept, displayOf, type Language, type ShippedCodeSystem } from './code-system.js';
import type { Terminology } from './terminology.js';
import type { ShippedValueSet } from './value-set.js';

export interface AskedCode {
  readonly system?: string | undefined;
  readonly version?: string | undefined;
  readonly code: string;
  readonly display?: string | undefined;
}

export interface Validation {
  readonly result: boolean;
  /** Why not, or what to heed though it is. Vietnamese, then English. */
  readonly message?: string;
  readonly display?: string;
}

/** Whether a code is of a code system, and its display one of its words. */
export function validateInSystem(
  system: ShippedCodeSystem,
  { code, display }: AskedCode,
  language?: Language,
): Validation {
  const concept = system.concepts().get(code);
  if (!concept) return unlisted(system, code);
  const known = displayOf(concept, system, language);
  if (display === undefined || isWordFor(concept, display)) return { result: true, display: known };
  return {
    result: false,
    display: known,
    message: `Tên gọi không đúng với mã ${code} (the display is not one of code ${code}).`,
  };
}

/** Of a fragment, a code that could be one of the system's is let pass, with a warning (as its missing display shows). */
function unlisted({ url, complete, mayBe }: ShippedCodeSystem, code: string): Validation {
  const shown = code.slice(0, 100);
  if (!complete && mayBe?.(code) === true)
    return {
      result: true,
      message: `Mã ${shown} không có trong phần của ${url} mà máy chủ này có, nhưng có thể đúng (code ${shown} is not in the fragment of ${url} that is shipped here; it may be valid).`,
    };
  return { result: false, message: `Không có mã ${shown} trong ${url} (no code ${shown} in ${url}).` };
}

/** Whether a code is of a value set; a code system that is not shipped cannot be told, which counts as not. */
export function validateInSet(
  terminology: Terminology,
  set: ShippedValueSet,
  asked: AskedCode,
  language?: Language,
): Validation {
  const system = terminology.codeSystem(asked.system ?? '', asked.version);
  if (!system) {
    const shown = `${asked.system ?? ''}${asked.version === undefined ? '' : `|${asked.version}`}`.slice(0, 200);
    return { result: false, message: `Máy chủ không có hệ mã ${shown} (code system ${shown} is not known here).` };
  }
  const including = set.includes.filter((one) => terminology.codeSystem(one.system) === system);
  const included = including.some(({ codes }) => codes === undefined || codes.includes(asked.code));
  if (included) return validateInSystem(system, asked, language);
  const shown = `${system.url}#${asked.code.slice(0, 100)}`;
  return { result: false, message: `${shown} không thuộc ${set.url} (${shown} is not in ${set.url}).` };
}

/** Any of the codings counts. */
export function validateAnyInSet(
  terminology: Terminology,
  set: ShippedValueSet,
  codings: readonly AskedCode[],
  language?: Language,
): Validation {
  const results = codings.map((one) => validateInSet(terminology, set, one, language));
  return (
    results.find(({ result }) => result) ??
    results[0] ?? { result: false, message: 'Không có mã nào (there is no coding).' }
  );
}

/** Case, diacritics and punctuation aside. */
function isWordFor({ vi, en, also = [] }: Concept, display: string): boolean {
  const asked = foldName(display);
  return [vi, en, ...also].some(
    (word) => word !== undefined && (word === display || (asked !== '' && foldName(word) === asked)),
  );
}
