/** What an element says to a search, by its FHIR type (R4 search.html, tables of the parameter types). */
import { parseDateTime, parsePartialDate } from '#domain/dates.js';
import { foldName } from '#domain/residents/names.js';
import { type FoundElement, propertyOf } from '#fhir/search-parameters/elements-at.js';
import { canonicalQuantity } from '#fhir/units/canonical-units.js';
import { codeSystems } from '#fhir/systems.js';
import { endless, type Span, spanOf } from '../../projection/seconds.js';

export interface Token {
  readonly system?: string;
  readonly code?: string;
}

const textAt = (holder: unknown, name: string): string | undefined => {
  const value = propertyOf(holder, name);
  return typeof value === 'string' ? value : undefined;
};

const listAt = (holder: unknown, name: string): readonly unknown[] => {
  const value = propertyOf(holder, name);
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
};

/** Systems of the contact points whose values are numbers, however they are parted. */
const dialled: ReadonlySet<string | undefined> = new Set(['phone', 'fax', 'sms', 'pager']);

/** How a number to call is compared: by its digits, or as it is written where it has none. */
export function digitsOf(value: string): string {
  const digits = value.replace(/\D/g, '');
  return digits === '' ? value : digits;
}

export function tokensOf({ value, type, systems }: FoundElement): readonly Token[] {
  switch (type) {
    case 'CodeableConcept':
      return listAt(value, 'coding').map(coding);
    case 'Coding':
      return [coding(value)];
    case 'Identifier':
      return [token(textAt(value, 'system'), textAt(value, 'value'))];
    case 'ContactPoint': {
      const system = textAt(value, 'system');
      const written = textAt(value, 'value');
      return [token(system, written !== undefined && dialled.has(system) ? digitsOf(written) : written)];
    }
    case 'code':
      if (typeof value !== 'string') return [];
      return systems.length === 0 ? [{ code: value }] : systems.map((system) => ({ system, code: value }));
    case 'boolean':
      return typeof value === 'boolean' ? [{ system: 'http://hl7.org/fhir/special-values', code: String(value) }] : [];
    default:
      return typeof value === 'string' || typeof value === 'number' ? [{ code: String(value) }] : [];
  }
}

const coding = (value: unknown): Token => token(textAt(value, 'system'), textAt(value, 'code'));

const token = (system: string | undefined, code: string | undefined): Token => ({
  ...(system !== undefined && { system }),
  ...(code !== undefined && { code }),
});

/** What people call a token: `CodeableConcept.text`, displays, the text of an identifier's type. */
export function wordsOf({ value, type }: FoundElement): readonly string[] {
  const words =
    type === 'CodeableConcept'
      ? [textAt(value, 'text'), ...listAt(value, 'coding').map((one) => textAt(one, 'display'))]
      : type === 'Coding' || type === 'Reference'
        ? [textAt(value, 'display')]
        : type === 'Identifier'
          ? [textAt(propertyOf(value, 'type'), 'text')]
          : [];
  return words.filter((one) => one !== undefined);
}

const stringParts: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'country', 'postalCode'],
};

/** The strings of an element as they are written. */
export function stringsOf({ value, type }: FoundElement): readonly string[] {
  const parts = stringParts[type];
  if (!parts) return typeof value === 'string' ? [value] : [];
  return parts.flatMap((name) => listAt(value, name)).filter((one) => typeof one === 'string');
}

/** Where a folded string search may begin in an element: at every word; in a person's name, whose words may follow in a circle too. */
export function beginningsOf(element: FoundElement): readonly string[] {
  const parts = stringsOf(element).flatMap((one) => fromEachWord(foldName(one)));
  const wordings = element.type === 'HumanName' ? nameWordings(element.value).flatMap(rotationsOf) : [];
  return [...new Set([...wordings, ...parts])];
}

function fromEachWord(text: string): readonly string[] {
  const words = text.split(' ').filter((word) => word !== '');
  return words.map((_, index) => words.slice(index).join(' '));
}

/** A person's name as it may be written in one line, folded. */
export function nameWordings(name: unknown): readonly string[] {
  const given = listAt(name, 'given').filter((one) => typeof one === 'string');
  const wordings = [
    textAt(name, 'text'),
    [textAt(name, 'family'), ...given].filter((one) => one !== undefined).join(' '),
  ];
  return [...new Set(wordings.flatMap((one) => (one === undefined ? [] : [foldName(one)])))].filter(
    (one) => one !== '',
  );
}

/** `chau van binh`, `van binh chau`, `binh chau van`: a folded name, begun at each of its words. */
export function rotationsOf(wording: string): readonly string[] {
  const words = wording.split(' ').filter((word) => word !== '');
  return words.map((_, index) => [...words.slice(index), ...words.slice(0, index)].join(' '));
}

/** Seconds since 1970; none for what is no date. */
export function spansOf({ value, type }: FoundElement): readonly Span[] {
  switch (type) {
    case 'Period': {
      const starts = dateSpan(propertyOf(value, 'start'));
      const ends = dateSpan(propertyOf(value, 'end'));
      if (!starts && !ends) return [];
      return [{ starts: starts?.starts ?? -endless, ends: ends?.ends ?? endless }];
    }
    case 'Timing':
      return [
        ...listAt(value, 'event').map(dateSpan),
        ...spansOf({ value: propertyOf(propertyOf(value, 'repeat'), 'boundsPeriod'), type: 'Period', systems: [] }),
      ].filter((one) => one !== undefined);
    default:
      return [dateSpan(value)].filter((one) => one !== undefined);
  }
}

function dateSpan(value: unknown): Span | undefined {
  if (typeof value !== 'string') return undefined;
  if (parsePartialDate(value)) return spanOf(value);
  return parseDateTime(value) === undefined ? undefined : spanOf(value);
}

export interface Amount {
  /** Inclusive, but where a comparator says it is not known how far. */
  readonly low: number;
  readonly high: number;
  readonly system?: string;
  readonly code?: string;
  readonly unit?: string;
}

export function amountsOf({ value, type }: FoundElement): readonly Amount[] {
  switch (type) {
    case 'Range': {
      const [low, high] = [propertyOf(value, 'low'), propertyOf(value, 'high')];
      const lowest = numberAt(low);
      const highest = numberAt(high);
      if (lowest === undefined && highest === undefined) return [];
      return [{ low: lowest ?? -Infinity, high: highest ?? Infinity, ...unitAt(low ?? high) }];
    }
    case 'SampledData':
      return amountsOf({ value: propertyOf(value, 'origin'), type: 'Quantity', systems: [] });
    case 'Money': {
      const amount = numberAt(value);
      const currency = textAt(value, 'currency');
      return amount === undefined
        ? []
        : [
            {
              low: amount,
              high: amount,
              system: 'urn:iso:std:iso:4217',
              ...(currency !== undefined && { code: currency }),
            },
          ];
    }
    default: {
      const amount = typeof value === 'number' ? value : numberAt(value);
      if (amount === undefined) return [];
      const comparator = textAt(value, 'comparator') ?? '';
      return [
        {
          low: comparator.startsWith('<') ? -Infinity : amount,
          high: comparator.startsWith('>') ? Infinity : amount,
          ...unitAt(value),
        },
      ];
    }
  }
}

function numberAt(holder: unknown): number | undefined {
  const value = propertyOf(holder, 'value');
  return typeof value === 'number' ? value : undefined;
}

function unitAt(quantity: unknown): Pick<Amount, 'system' | 'code' | 'unit'> {
  const [system, code, unit] = [textAt(quantity, 'system'), textAt(quantity, 'code'), textAt(quantity, 'unit')];
  return {
    ...(system !== undefined && { system }),
    ...(code !== undefined && { code }),
    ...(unit !== undefined && { unit }),
  };
}

/** The amount in the unit asked for; `undefined` where its own cannot be brought to it. */
export function inUnit(amount: Amount, system: string | undefined, unit: string): Amount | undefined {
  const same = amount.code === unit && (system === undefined || amount.system === system);
  if (same || (system === undefined && amount.unit === unit)) return amount;
  if (amount.system !== codeSystems.ucum || amount.code === undefined) return undefined;
  if (system !== undefined && system !== codeSystems.ucum) return undefined;
  const one = canonicalQuantity(1, unit);
  const low = canonicalQuantity(amount.low, amount.code);
  const high = canonicalQuantity(amount.high, amount.code);
  if (!one || !low || !high || one.unit !== low.unit) return undefined;
  const zero = canonicalQuantity(0, unit)?.value ?? 0;
  const back = (value: number): number => Number(((value - zero) / (one.value - zero)).toPrecision(12));
  return { ...amount, low: back(low.value), high: back(high.value) };
}

export interface FoundReference {
  readonly type?: string;
  readonly id?: string;
  /** As written, where it is none of this server's. */
  readonly url?: string;
  readonly identifier?: Token;
}

export function referenceOf({ value, type }: FoundElement): FoundReference | undefined {
  if (type !== 'Reference') return typeof value === 'string' ? localOrUrl(value) : undefined;
  const written = textAt(value, 'reference');
  const identifier = propertyOf(value, 'identifier');
  if (written === undefined && identifier === undefined) return undefined;
  return {
    ...(written !== undefined && localOrUrl(written)),
    ...(identifier !== undefined && { identifier: token(textAt(identifier, 'system'), textAt(identifier, 'value')) }),
  };
}

function localOrUrl(written: string): FoundReference {
  const local = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.+)?$/.exec(written);
  return local ? { type: local[1] ?? '', id: local[2] ?? '' } : { url: written };
}
