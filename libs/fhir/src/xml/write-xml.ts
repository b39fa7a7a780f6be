/** FHIR's XML (R4 §2.6.1), written from its JSON by the order of elements in HL7's definitions. */
import type { Resource } from '@medplum/fhirtypes';
import { rulesOf } from '../structure/element-tables.js';
import { childrenOf, namespace } from './xml-structure.js';

type Json = Readonly<Record<string, unknown>>;

/** The resource as a document. What R4 does not define is not written: there is no place for it. */
export function toXml(resource: Resource): string {
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n'];
  writeResource(resource as unknown as Json, ` xmlns="${namespace}"`, parts);
  return parts.join('');
}

function writeResource(resource: Json, attributes: string, parts: string[]): void {
  const type = String(resource['resourceType']);
  if (!rulesOf(type)) return;
  parts.push(`<${type}${attributes}>`);
  writeChildren(type, resource, parts);
  parts.push(`</${type}>`);
}

function writeChildren(owner: string, value: Json, parts: string[]): void {
  for (const { name, type } of childrenOf(owner)) {
    const given = value[name];
    const more = value[`_${name}`];
    if (given === undefined && more === undefined) continue;
    const values = listed(given);
    const extras = listed(more);
    for (let index = 0; index < Math.max(values.length, extras.length); index += 1)
      writeElement(name, type, values[index], extras[index], parts);
  }
}

function writeElement(name: string, type: string, value: unknown, more: unknown, parts: string[]): void {
  if (name === 'div' && type === 'xhtml') {
    parts.push(withNamespace(String(value)));
  } else if (type === 'Resource') {
    parts.push(`<${name}>`);
    if (isObject(value)) writeResource(value, '', parts);
    parts.push(`</${name}>`);
  } else if (isObject(value)) {
    const { id, url } = value;
    const attributes = `${attribute('id', id)}${type === 'Extension' ? attribute('url', url) : ''}`;
    const inner: string[] = [];
    writeChildren(type, value, inner);
    parts.push(around(name, attributes, inner));
  } else {
    const extra = isObject(more) ? more : {};
    const attributes = `${attribute('id', extra['id'])}${attribute('value', value)}`;
    const inner: string[] = [];
    for (const extension of listed(extra['extension']))
      writeElement('extension', 'Extension', extension, undefined, inner);
    parts.push(around(name, attributes, inner));
  }
}

const around = (name: string, attributes: string, inner: readonly string[]): string =>
  inner.length === 0 ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner.join('')}</${name}>`;

const attribute = (name: string, value: unknown): string =>
  value === undefined || value === null ? '' : ` ${name}="${escaped(String(value))}"`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#xA;',
  '\r': '&#xD;',
  '\t': '&#x9;',
};

/** Of an attribute, where white space would else become blanks. Characters that XML has no place for are left out. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"\n\r\t]/g, (sign) => entities[sign] ?? sign)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '');
}

/** The narrative is XHTML, and says so even where its JSON left it out. */
const withNamespace = (div: string): string =>
  /^<div[^>]*\sxmlns=/.test(div) ? div : div.replace(/^<div/, '<div xmlns="http://www.w3.org/1999/xhtml"');

const listed = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
