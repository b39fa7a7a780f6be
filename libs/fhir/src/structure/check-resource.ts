/**
 * Whether JSON is the resource it says it is: elements, cardinality, types, forms of primitives, codes of required bindings and
 * periods. Looks up tables instead of walking StructureDefinitions: some microseconds a resource, on the road of every message.
 */
import { epochOf, parseDateTime } from '#domain/dates.js';
import { isObject, type Json, type JsonObject } from '../reading/json.js';
import { readingFault, type ReadingFault, type ReadingFaultCode } from '../reading/reading-fault.js';
import { type ElementRule, isResourceType, type OwnerRules, rulesOf } from './element-tables.js';

/** A resource with more faults than this is wrong as a whole. */
const mostFaults = 50;
const mostDepth = 60;

const date = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const dateTime =
  /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;
const instant =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$/;

/** Forms of the primitives that are written as JSON strings. */
const forms: Readonly<Record<string, RegExp>> = {
  string: /\S/,
  markdown: /\S/,
  xhtml: /\S/,
  code: /^\S+(\s\S+)*$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  uri: /^\S*$/,
  url: /^\S*$/,
  canonical: /^\S*$/,
  oid: /^urn:oid:[0-2](\.(0|[1-9]\d*))+$/,
  uuid: /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  date,
  dateTime,
  instant,
  time: /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?$/,
  base64Binary: /^[A-Za-z0-9+/=\s]*$/,
};
const numeric: ReadonlySet<string> = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);

/** Elements that every resource may have. */
const inResources = new Map<string, ElementRule>(
  (
    [
      ['id', 'id', false],
      ['meta', 'Meta', false],
      ['implicitRules', 'uri', false],
      ['language', 'code', false],
      ['text', 'Narrative', false],
      ['contained', 'Resource', true],
      ['extension', 'Extension', true],
      ['modifierExtension', 'Extension', true],
    ] as const
  ).map(([name, type, many]) => [name, { name, type, many, required: false, choice: '' }]),
);
/** Elements that every other element may have. */
const inElements = new Map<string, ElementRule>(
  (
    [
      ['id', 'string', false],
      ['extension', 'Extension', true],
      ['modifierExtension', 'Extension', true],
    ] as const
  ).map(([name, type, many]) => [name, { name, type, many, required: false, choice: '' }]),
);

/** Faults of a resource, at most fifty. */
export function checkResource(resource: Json | undefined, path: string): readonly ReadingFault[] {
  const faults: ReadingFault[] = [];
  new Check(faults, path).resource(resource, 0);
  return faults;
}

/** Where the check is: names and indices from the resource on. Becomes a path only when there is a fault to show. */
type Trail = (string | number)[];

class Check {
  readonly #trail: Trail = [];

  constructor(
    private readonly faults: ReadingFault[],
    private readonly root: string,
  ) {}

  resource(value: Json | undefined, depth: number): void {
    const type = isObject(value) ? value['resourceType'] : undefined;
    if (!isObject(value) || typeof type !== 'string' || !isResourceType(type)) return this.#add('not-fhir');
    const rules = rulesOf(type);
    if (rules) this.#object(value, rules, inResources, depth);
  }

  #object(value: JsonObject, rules: OwnerRules, common: ReadonlyMap<string, ElementRule>, depth: number): void {
    if (depth > mostDepth) return this.#add('too-deep');
    let choices: Set<string> | undefined;
    let count = 0;
    for (const name in value) {
      count += 1;
      if (name === 'resourceType' && common === inResources) continue;
      if (this.faults.length >= mostFaults) return;
      const extension = name.startsWith('_');
      const plain = extension ? name.slice(1) : name;
      const rule = rules.elements.get(plain) ?? common.get(plain);
      if (!rule) {
        this.#add('unknown-element', name);
        continue;
      }
      if (rule.choice !== '' && !extension) {
        choices ??= new Set();
        if (choices.has(rule.choice)) this.#add('more-than-one', rule.choice);
        choices.add(rule.choice);
      }
      this.#trail.push(name);
      this.#element(value[name], rule, extension, depth);
      this.#trail.pop();
    }
    if (count === 0) this.#add('empty');
    for (const { label, names } of rules.required) {
      if (!names.some((name) => value[name] !== undefined || value[`_${name}`] !== undefined))
        this.#add('required', label);
    }
    if (rules === periodRules) this.#period(value);
  }

  #element(value: Json | undefined, rule: ElementRule, extension: boolean, depth: number): void {
    if (!Array.isArray(value)) {
      if (rule.many) this.#add('wrong-type');
      else if (extension) this.#extended(value, depth);
      else this.#value(value, rule, depth);
      return;
    }
    const items = value as readonly Json[];
    if (!rule.many) return this.#add('not-repeating');
    if (items.length === 0) return this.#add('empty');
    for (let index = 0; index < items.length; index += 1) {
      if (this.faults.length >= mostFaults) return;
      const item = items[index];
      // Lists of primitives and of their extensions hold null in each other's places.
      if (item === null && (extension || rule.type in forms || numeric.has(rule.type))) continue;
      this.#trail.push(index);
      if (extension) this.#extended(item, depth);
      else this.#value(item, rule, depth);
      this.#trail.pop();
    }
  }

  /** `_name`: id and extensions of a primitive. */
  #extended(value: Json | undefined, depth: number): void {
    if (!isObject(value)) return this.#add('wrong-type');
    this.#object(value, noRules, inElements, depth + 1);
  }

  #value(value: Json | undefined, rule: ElementRule, depth: number): void {
    const { type } = rule;
    const form = forms[type];
    if (form) {
      if (typeof value !== 'string') this.#add('wrong-type');
      else if (!form.test(value)) this.#add(value.trim() === '' ? 'empty' : 'wrong-form');
      else if (rule.codes && !rule.codes.has(value)) this.#add('unknown-code');
      else if ((type === 'date' || type === 'dateTime' || type === 'instant') && !onCalendar(value))
        this.#add('wrong-form');
      return;
    }
    if (type === 'boolean') {
      if (typeof value !== 'boolean') this.#add('wrong-type');
      return;
    }
    if (numeric.has(type)) return this.#number(value, type);
    if (type === 'Resource') return this.resource(value, depth + 1);
    const rules = rulesOf(type);
    if (!rules || !isObject(value)) return this.#add('wrong-type');
    this.#object(value, rules, inElements, depth + 1);
    if (rule.codes) this.#bound(value, rule.codes);
  }

  #number(value: Json | undefined, type: string): void {
    if (typeof value !== 'number') return this.#add('wrong-type');
    if (!Number.isFinite(value)) return this.#add('not-a-number');
    if (type === 'decimal') return;
    const least = type === 'positiveInt' ? 1 : type === 'unsignedInt' ? 0 : -2_147_483_648;
    if (!Number.isInteger(value) || value < least || value > 2_147_483_647) this.#add('wrong-form');
  }

  /** A concept of a required binding has one of its codes, unless it has words alone. */
  #bound(concept: JsonObject, codes: ReadonlySet<string>): void {
    const codings = concept['coding'];
    if (!Array.isArray(codings)) return;
    const listed = (codings as readonly Json[]).map((one) => (isObject(one) ? one['code'] : undefined));
    if (listed.length > 0 && !listed.some((code) => typeof code === 'string' && codes.has(code)))
      this.#add('unknown-code', 'coding');
  }

  #period({ start, end }: JsonObject): void {
    const begins = typeof start === 'string' ? parseDateTime(start) : undefined;
    const ends = typeof end === 'string' ? parseDateTime(end) : undefined;
    // A day reaches to its end.
    if (begins && ends && epochOf(begins) > epochOf(ends) + (ends.length === 10 ? 86_399_999 : 0))
      this.#add('period-reversed');
  }

  /** @param name of the element, where it is not the one the check is at */
  #add(code: ReadingFaultCode, name?: string): void {
    if (this.faults.length >= mostFaults) return;
    let path = this.root;
    for (const step of this.#trail) path += typeof step === 'number' ? `[${step}]` : `.${step}`;
    this.faults.push(readingFault(name === undefined ? path : shown(path, name), code));
  }
}

const noRules: OwnerRules = { elements: new Map(), required: [] };
const periodRules = rulesOf('Period');

/** Names are shown only when they look like names: what stands there came from outside. */
function shown(path: string, name: string): string {
  return /^_?[A-Za-z][A-Za-z0-9]{0,63}(\[x\])?$/.test(name) ? `${path}.${name}` : path;
}

/** 30 February has the form of a day and is none. */
function onCalendar(value: string): boolean {
  if (value.length < 10) return true;
  const day = Number(value.slice(8, 10));
  return day <= 28 || day <= new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
}
