import { healthRecordStructure, repeatingElements } from '../health-record/known-elements.js';
import { declarationLine, writeEmpty, writeText, type EmptyStyle, type ValueStyle } from './xml-text.js';

/** Child elements by name: a text, an element with children, or several of one name. */
export interface ElementContent {
  readonly [name: string]: string | ElementContent | readonly ElementContent[];
}

export interface HealthRecordStyle {
  readonly byteOrderMark: boolean;
  readonly declaration: boolean;
  readonly lineEnd: '' | '\n' | '\r\n';
  readonly values: ValueStyle;
  readonly empty: EmptyStyle;
}

export const tidyHealthRecord: HealthRecordStyle = {
  byteOrderMark: false,
  declaration: true,
  lineEnd: '',
  values: 'escaped',
  empty: 'pair',
};

/**
 * Writes a personal health record (QĐ 831): the children of `DATA` (`HEADER`, `BODY`, `SECURITY`), in the order of the form, every
 * tag of an element that is there written even when it is empty, as the form asks. Elements that the form does not know come last.
 *
 * @throws RangeError for texts that XML cannot hold.
 */
export function writeHealthRecord(data: ElementContent, style: HealthRecordStyle = tidyHealthRecord): Buffer {
  const text = [...(style.declaration ? [declarationLine] : []), writeElement('DATA', data, style)].join(
    style.lineEnd || '\n',
  );
  return Buffer.from(style.byteOrderMark ? `\uFEFF${text}` : text, 'utf8');
}

function writeElement(name: string, content: ElementContent[string], style: HealthRecordStyle): string {
  if (typeof content === 'string') {
    return content === '' ? writeEmpty(name, style.empty) : `<${name}>${writeText(content, style.values)}</${name}>`;
  }
  if (isList(content)) return content.map((item) => writeElement(name, item, style)).join(style.lineEnd);
  const known = healthRecordStructure.get(name) ?? [];
  const names = [...known, ...Object.keys(content).filter((child) => !known.includes(child))];
  const children = names.flatMap((child) => {
    const value = content[child];
    if (value !== undefined) return [writeElement(child, value, style)];
    return repeatingElements.has(child) || healthRecordStructure.has(child) ? [] : [writeEmpty(child, style.empty)];
  });
  return [`<${name}>`, ...children.filter((child) => child !== ''), `</${name}>`].join(style.lineEnd);
}

const isList = (content: ElementContent | readonly ElementContent[]): content is readonly ElementContent[] =>
  Array.isArray(content);
