/** Whether a resource is what a search parameter asks for, told from the resource itself. Pure. */
import { foldName } from '#domain/residents/names.js';
import { elementsAt, type FoundElement } from '#fhir/search-parameters/elements-at.js';
import type { ComponentParameter, SearchParameter } from '#fhir/search-parameters/search-parameters.js';
import { icd10Systems } from '#fhir/reading/read-condition.js';
import { isOfIcd10 } from '#fhir/terminology/icd10.js';
import {
  compositeParts,
  type DateValue,
  dateValue,
  instantValue,
  invalidValue,
  type NumberValue,
  numberValue,
  parted,
  type QuantityValue,
  quantityValue,
  referenceValue,
  type TokenValue,
  tokenValue,
  unescaped,
} from '../parameter-values.js';
import {
  type Amount,
  amountsOf,
  beginningsOf,
  digitsOf,
  inUnit,
  referenceOf,
  spansOf,
  stringsOf,
  type Token,
  tokensOf,
  wordsOf,
} from './element-values.js';
import { fitsAmount, fitsSpan } from './prefixes.js';

export type Matcher = (resource: unknown) => boolean;
type ElementTest = (element: FoundElement) => boolean;

/** Modifiers that each kind of parameter understands here; a resource type is one of references besides. */
export const modifiersOf: Readonly<Record<SearchParameter['kind'], readonly string[]>> = {
  token: ['not', 'text', 'of-type', 'below', 'above', 'missing'],
  string: ['exact', 'contains', 'missing'],
  uri: ['below', 'above', 'missing'],
  reference: ['identifier', 'missing'],
  date: ['missing'],
  quantity: ['missing'],
  number: ['missing'],
  composite: [],
};

/** @throws FhirFault 400 for a value that is none of the parameter's kind */
export function matcherOf(
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Matcher {
  const { name, kind, paths } = parameter;
  if (kind === 'composite') {
    const tests = values.map((value) => compositeTest(parameter, value));
    return (resource) => elementsAt(resource, paths).some(({ value }) => tests.some((test) => test(value)));
  }
  if (modifier === 'missing') {
    const missing = missingValue(name, values);
    return (resource) => (elementsAt(resource, paths).length === 0) === missing;
  }
  const tests = values.map((value) => elementTest(name, kind, modifier, value));
  const found: Matcher = (resource) => {
    const elements = elementsAt(resource, paths);
    return tests.some((test) => elements.some(test));
  };
  return modifier === 'not' ? (resource) => !found(resource) : found;
}

export function missingValue(name: string, values: readonly string[]): boolean {
  if (values.length !== 1 || !['true', 'false'].includes(values[0] ?? ''))
    throw invalidValue(`${name}:missing`, 'phải là true hoặc false', 'must be true or false');
  return values[0] === 'true';
}

function compositeTest({ name, components }: SearchParameter, value: string): (group: unknown) => boolean {
  const parts = compositeParts(name, value, components.length);
  const tests = components.map(({ kind }, index) => elementTest(name, kind, undefined, parts[index] ?? ''));
  return (group) =>
    components.every(({ paths }: ComponentParameter, index) =>
      elementsAt(group, paths).some((one) => tests[index]?.(one)),
    );
}

function elementTest(
  name: string,
  kind: SearchParameter['kind'],
  modifier: string | undefined,
  value: string,
): ElementTest {
  switch (kind) {
    case 'token':
      return tokenTest(name, modifier, value);
    case 'string':
      return stringTest(name, modifier, value);
    case 'date':
      return dateTest(name, value);
    case 'number':
      return numberTest(numberValue(name, value));
    case 'quantity':
      return quantityTest(quantityValue(name, value));
    case 'uri':
      return uriTest(modifier, unescaped(value));
    case 'reference':
      return referenceTest(name, modifier, value);
    case 'composite':
      return () => false;
    default:
      return kind satisfies never;
  }
}

function tokenTest(name: string, modifier: string | undefined, value: string): ElementTest {
  if (modifier === 'text') {
    const words = folded(name, value);
    return (element) => wordsOf(element).some((one) => ` ${foldName(one)}`.includes(` ${words}`));
  }
  if (modifier === 'of-type') return identifierOfType(name, value);
  const asked = tokenValue(name, value);
  const fits =
    modifier === 'below'
      ? (token: Token) => isIcd10(token) && isBelow(token.code, asked.code)
      : modifier === 'above'
        ? (token: Token) => isIcd10(token) && isBelow(asked.code, token.code)
        : undefined;
  return (element) =>
    tokensOf(element).some((token) =>
      fits ? sameSystem(token, asked) && fits(token) : sameToken(token, asked, element.type),
    );
}

function sameSystem(token: Token, asked: TokenValue): boolean {
  return (
    asked.system === undefined || (asked.system === '' ? token.system === undefined : token.system === asked.system)
  );
}

function sameToken(token: Token, asked: TokenValue, type: string): boolean {
  if (!sameSystem(token, asked)) return false;
  if (asked.code === undefined) return token.code !== undefined;
  return token.code === asked.code || (type === 'ContactPoint' && token.code === digitsOf(asked.code));
}

const isIcd10 = ({ system }: Token): boolean => icd10Systems.includes(system ?? '');

const isBelow = (inner: string | undefined, outer: string | undefined): boolean =>
  inner !== undefined && outer !== undefined && isOfIcd10(inner, outer);

/** `system|code|value`: an identifier of a type. */
function identifierOfType(name: string, value: string): ElementTest {
  const [system = '', code = '', number = '', ...rest] = parted(value, '|').map(unescaped);
  if (code === '' || number === '' || rest.length > 0)
    throw invalidValue(`${name}:of-type`, 'phải là system|code|value', 'must be system|code|value');
  return (element) => {
    if (element.type !== 'Identifier') return false;
    const { type, value: own } = element.value as { readonly type?: unknown; readonly value?: unknown };
    return (
      own === number &&
      tokensOf({ value: type, type: 'CodeableConcept', systems: [] }).some(
        (one) => one.system === system && one.code === code,
      )
    );
  };
}

function stringTest(name: string, modifier: string | undefined, value: string): ElementTest {
  if (modifier === 'exact') {
    const exact = unescaped(value);
    return (element) => stringsOf(element).includes(exact);
  }
  const words = folded(name, value);
  return modifier === 'contains'
    ? (element) => stringsOf(element).some((one) => foldName(one).includes(words))
    : (element) => beginningsOf(element).some((one) => one.startsWith(words));
}

export function folded(name: string, value: string): string {
  const words = foldName(unescaped(value));
  if (words === '') throw invalidValue(name, 'trống', 'empty');
  return words;
}

function dateTest(name: string, value: string): ElementTest {
  const asked = dateValue(name, value);
  const exact: DateValue = instantValue(name, value);
  return (element) =>
    element.type === 'instant' && typeof element.value === 'string'
      ? fitsSpan({ starts: Date.parse(element.value), ends: Date.parse(element.value) + 1 }, exact)
      : spansOf(element).some((span) => fitsSpan(span, asked));
}

const numberTest =
  (asked: NumberValue): ElementTest =>
  (element) =>
    amountsOf(element).some((amount) => fitsAmount(amount, asked));

function quantityTest(asked: QuantityValue): ElementTest {
  const { system, unit } = asked;
  return (element) =>
    amountsOf(element).some((amount) => {
      const comparable: Amount | undefined =
        unit === undefined
          ? system === undefined || amount.system === system
            ? amount
            : undefined
          : inUnit(amount, system, unit);
      return comparable !== undefined && fitsAmount(comparable, asked);
    });
}

function uriTest(modifier: string | undefined, asked: string): ElementTest {
  const within = (outer: string, inner: string): boolean =>
    inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
  return ({ value }) => {
    if (typeof value !== 'string') return false;
    if (modifier === 'below') return within(asked, value);
    return modifier === 'above' ? within(value, asked) : value === asked;
  };
}

function referenceTest(name: string, modifier: string | undefined, value: string): ElementTest {
  if (modifier === 'identifier') {
    const asked = tokenValue(name, value);
    return (element) => {
      const identifier = referenceOf(element)?.identifier;
      return identifier !== undefined && sameToken(identifier, asked, 'Identifier');
    };
  }
  const asked = referenceValue(name, value);
  const type = modifier ?? asked.type;
  return (element) => {
    const found = referenceOf(element);
    if (!found) return false;
    // A canonical may name a version.
    if (found.url !== undefined)
      return asked.url !== undefined && (found.url === asked.url || found.url.split('|')[0] === asked.url);
    return (
      found.id !== undefined &&
      found.id === asked.id &&
      (type === undefined || found.type === type) &&
      (asked.type === undefined || asked.type === found.type)
    );
  };
}
