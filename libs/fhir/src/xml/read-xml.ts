/** FHIR's XML (R4 §2.6.1) as its JSON. */
import type { Resource } from '@medplum/fhirtypes';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Bilingual } from '#domain/bilingual.js';
import { isResourceType } from '../structure/element-tables.js';
import { type Child, childrenOf, namespace, xhtml } from './xml-structure.js';

/** Not FHIR's XML. The text holds names of elements, never their content. */
export class NotFhirXml extends Error {
  override readonly name = 'NotFhirXml';
  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

const mostDepth = 100;

type Json = Record<string, unknown>;

/** An element that was begun. */
interface Open {
  readonly child: Child;
  /** Whose children stand in it; a resource's type once that is known. */
  owner: string;
  readonly value: Json;
  readonly children: ReadonlyMap<string, Child>;
}

/**
 * @throws NotFhirXml for what is no well-formed XML, has a document type, is nested too deep, or has elements that R4 does not know
 */
export function fromXml(text: string): Resource {
  const reading = new Reading();
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.on('error', () => {
    throw new NotFhirXml({
      vi: `XML sai cú pháp ở dòng ${parser.line}, cột ${parser.column}`,
      en: `Not well-formed XML at line ${parser.line}, column ${parser.column}`,
    });
  });
  parser.on('doctype', () => {
    throw new NotFhirXml({ vi: 'XML không được có DOCTYPE', en: 'The XML must have no document type' });
  });
  parser.on('opentag', (tag) => reading.open(tag));
  parser.on('closetag', (tag) => reading.close(tag));
  parser.on('text', (characters) => reading.characters(characters));
  parser.on('cdata', (characters) => reading.characters(characters));
  parser.write(text).close();
  return reading.result();
}

class Reading {
  readonly #open: Open[] = [];
  #resource: Json | undefined;
  /** Of the narrative that is being read. */
  #narrative: { depth: number; readonly parts: string[] } | undefined;

  open(tag: SaxesTagNS): void {
    if (this.#narrative) return this.#openNarrative(tag);
    const parent = this.#open.at(-1);
    if (this.#open.length >= mostDepth)
      throw new NotFhirXml({ vi: 'XML lồng quá sâu', en: 'The XML is nested too deep' });
    if (parent && tag.local === 'div' && tag.uri === xhtml) {
      this.#narrative = { depth: 0, parts: [] };
      return this.#openNarrative(tag);
    }
    if (tag.uri !== namespace) throw unknown(tag.name);
    if (!parent) {
      if (!isResourceType(tag.local)) throw unknown(tag.name);
      this.#open.push(opened({ name: '', type: tag.local, many: false }, { resourceType: tag.local }));
      return;
    }
    if (parent.child.type === 'Resource' && parent.owner === 'Resource') {
      if (!isResourceType(tag.local)) throw unknown(tag.name);
      parent.owner = tag.local;
      this.#open.push(opened({ name: '', type: tag.local, many: false }, { resourceType: tag.local }));
      return;
    }
    const child = parent.children.get(tag.local);
    if (!child) throw unknown(`${parent.owner}.${tag.local}`);
    const attributes = Object.fromEntries(
      Object.values(tag.attributes)
        .filter(({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns')
        .map(({ local, value }) => [local, value]),
    );
    this.#open.push(opened(child, attributes));
  }

  close(tag: SaxesTagNS): void {
    if (this.#narrative) return this.#closeNarrative(tag);
    const closed = this.#open.pop();
    if (!closed) return;
    const parent = this.#open.at(-1);
    if (!parent) this.#resource = closed.value;
    else if (closed.child.name === '') parent.value['resource'] = closed.value;
    else put(parent.value, closed);
  }

  characters(text: string): void {
    if (this.#narrative) this.#narrative.parts.push(escaped(text));
    else if (text.trim() !== '')
      throw new NotFhirXml({ vi: 'Có chữ giữa các phần tử', en: 'There is text between the elements' });
  }

  result(): Resource {
    if (!this.#resource) throw new NotFhirXml({ vi: 'Không có tài nguyên', en: 'There is no resource' });
    return this.#resource as unknown as Resource;
  }

  #openNarrative(tag: SaxesTagNS): void {
    const narrative = this.#narrative;
    if (!narrative) return;
    narrative.depth += 1;
    const attributes = Object.values(tag.attributes).map(({ name, value }) => ` ${name}="${escaped(value)}"`);
    narrative.parts.push(`<${tag.name}${attributes.join('')}${tag.isSelfClosing ? '/' : ''}>`);
  }

  #closeNarrative(tag: SaxesTagNS): void {
    const narrative = this.#narrative;
    if (!narrative) return;
    narrative.depth -= 1;
    if (!tag.isSelfClosing) narrative.parts.push(`</${tag.name}>`);
    if (narrative.depth > 0) return;
    const parent = this.#open.at(-1);
    if (parent) parent.value['div'] = narrative.parts.join('');
    this.#narrative = undefined;
  }
}

function opened(child: Child, value: Json): Open {
  const owner = child.type;
  return { child, owner, value, children: new Map(childrenOf(owner).map((one) => [one.name, one])) };
}

const unknown = (name: string): NotFhirXml =>
  new NotFhirXml({
    vi: `Phần tử không có trong FHIR R4: ${name.slice(0, 100)}`,
    en: `Element not in FHIR R4: ${name.slice(0, 100)}`,
  });

const numeric: ReadonlySet<string> = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);
const isPrimitive = (type: string): boolean => /^[a-z]/.test(type) && type !== 'xhtml';

/** Into the element that holds it: primitives as values with what they carry besides under `_name`. */
function put(parent: Json, { child, value }: Open): void {
  const { name, type, many } = child;
  if (type === 'Resource') set(parent, name, value['resource'], many);
  else if (isPrimitive(type)) putPrimitive(parent, child, value);
  else set(parent, name, value, many);
}

function set(parent: Json, name: string, value: unknown, many: boolean): void {
  if (!many) {
    parent[name] = value;
    return;
  }
  const values = (parent[name] as unknown[] | undefined) ?? [];
  values.push(value);
  parent[name] = values;
}

function putPrimitive(parent: Json, { name, type, many }: Child, { value: text, ...more }: Json): void {
  const value = text === undefined ? undefined : primitive(type, text as string);
  const extra = Object.keys(more).length > 0 ? more : undefined;
  if (!many) {
    if (value !== undefined) parent[name] = value;
    if (extra) parent[`_${name}`] = extra;
    return;
  }
  // Both lists name every value, but one that would name nothing is left out.
  const values = parent[name] as unknown[] | undefined;
  const extras = parent[`_${name}`] as unknown[] | undefined;
  const before = values?.length ?? extras?.length ?? 0;
  const nothing = (): null[] => Array.from({ length: before }, () => null);
  if (value !== undefined || values) parent[name] = [...(values ?? nothing()), value ?? null];
  if (extra || extras) parent[`_${name}`] = [...(extras ?? nothing()), extra ?? null];
}

function primitive(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (!numeric.has(type)) return text;
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
