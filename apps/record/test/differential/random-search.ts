/** Random searches whose values are mostly those that some resource has. */
import { toTypedValue, type TypedValue } from '@medplum/core';
import type { Identifier, Resource, SearchParameter } from '@medplum/fhirtypes';
import {
  amountsOf,
  type Asked,
  groupsOf,
  type NaiveSearch,
  parametersOf,
  plain,
  tokensOf,
  valuesOf,
} from './naive-search.js';
import type { Random } from './random.js';

const prefixes = ['', '', 'eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sa', 'eb'] as const;
const escape = (text: string): string => text.replace(/[,|$\\]/g, '\\$&');

export class RandomSearch {
  constructor(
    private readonly naive: NaiveSearch,
    private readonly random: Random,
  ) {}

  /** A type there are resources of; those with many parameters of their own oftener. */
  type(): string {
    const usual = [
      'Patient',
      'Encounter',
      'Condition',
      'Observation',
      'Observation',
      'MedicationRequest',
      'Immunization',
      'ServiceRequest',
      'Task',
    ];
    return this.random.chance(0.7) ? this.random.pick(usual) : this.random.pick(this.naive.resources).resourceType;
  }

  /** @param links how often a chain may go on */
  criterion(type: string, links = 2): Asked | undefined {
    const usable = parametersOf(type);
    const own = this.naive.resources.filter((one) => one.resourceType === type);
    if (links > 0 && this.random.chance(0.12)) return this.#has(type, links);
    const model = own.length > 0 ? this.random.pick(own) : undefined;
    const said = model ? usable.filter((one) => one.type === 'composite' || valuesOf(model, one).length > 0) : [];
    const parameter = this.random.pick(said.length > 0 && this.random.chance(0.85) ? said : usable);
    if (parameter.type === 'reference' && links > 0 && this.random.chance(0.4)) {
      const chained = this.#chained(type, parameter, links);
      if (chained) return chained;
    }
    return this.#simple(parameter, model);
  }

  #has(type: string, links: number): Asked | undefined {
    const referring = this.naive.resources.flatMap((other) =>
      this.random.chance(0.05)
        ? parametersOf(other.resourceType).flatMap((parameter) =>
            parameter.type === 'reference' &&
            parameter.code !== undefined &&
            this.naive.references(other, parameter.code).some((name) => name.startsWith(`${type}/`))
              ? [{ source: other.resourceType, parameter }]
              : [],
          )
        : [],
    );
    if (referring.length === 0) return undefined;
    const { source, parameter } = this.random.pick(referring);
    const inner = this.criterion(source, links - 1);
    // Not having, and having what is not so, are asked otherwise.
    return inner && { key: `_has:${source}:${parameter.code}:${inner.key}`, value: inner.value };
  }

  #chained(type: string, parameter: SearchParameter, links: number): Asked | undefined {
    const { code } = parameter;
    const names = this.naive.resources
      .filter((one) => one.resourceType === type)
      .flatMap((one) => this.naive.references(one, code));
    if (names.length === 0) return undefined;
    const [target = ''] = this.random.pick(names).split('/');
    const inner = this.criterion(target, links - 1);
    // One of few types need not be named.
    const few = (parameter.target ?? []).length <= 3 && this.random.chance(0.3);
    return inner && { key: `${code}${few ? '' : `:${target}`}.${inner.key}`, value: inner.value };
  }

  #simple(parameter: SearchParameter, model: Resource | undefined): Asked | undefined {
    const { code, type } = parameter;
    if (type === 'composite') return this.#composite(parameter, model);
    const ofAll = code === '_id' || code === '_lastUpdated';
    if (!ofAll && this.random.chance(0.08)) return { key: `${code}:missing`, value: String(this.random.chance(0.5)) };
    const values = model ? valuesOf(model, parameter) : [];
    const count = this.random.chance(0.2) ? 2 : 1;
    const [target] = model && type === 'reference' ? this.naive.references(model, code) : [];
    const modifier = ofAll ? '' : this.#modifier(type, values, target);
    const asked = Array.from({ length: count }, () =>
      this.#value(type, values.length > 0 ? this.random.pick(values) : undefined, modifier),
    ).filter((one) => one !== undefined);
    return asked.length === 0 ? undefined : { key: `${code}${modifier}`, value: asked.join(',') };
  }

  #modifier(kind: string, values: readonly TypedValue[], target: string | undefined): string {
    if (this.random.chance(0.6)) return '';
    const known: Readonly<Record<string, readonly string[]>> = {
      token: [':not', ':text', ':below', ':above', ...(values.some(typedNumber) ? [':of-type'] : [])],
      string: [':exact', ':contains'],
      uri: [':below', ':above'],
      reference: [':identifier', ...(target === undefined ? [] : [`:${target.split('/')[0]}`])],
    };
    return this.random.pick(known[kind] ?? ['']);
  }

  /** Of parts that one group of the model has, or now and then of several. */
  #composite(parameter: SearchParameter, model: Resource | undefined): Asked | undefined {
    const groups = model ? groupsOf(model, parameter) : [];
    if (groups.length === 0) return undefined;
    const group = this.random.pick(groups);
    const parts = group.map(({ kind, values }, index) => {
      const among = this.random.chance(0.8) ? values : (this.random.pick(groups)[index]?.values ?? []);
      return this.#value(kind, among.length > 0 ? this.random.pick(among) : undefined, '');
    });
    return parts.includes(undefined) ? undefined : { key: parameter.code ?? '', value: parts.join('$') };
  }

  #value(kind: string, found: TypedValue | undefined, modifier: string): string | undefined {
    const asked = this.#written(kind, found, modifier);
    // White space at the ends of a value says nothing.
    return asked === undefined || asked.trim() === '' || asked.trim() !== asked ? undefined : asked;
  }

  #written(kind: string, found: TypedValue | undefined, modifier: string): string | undefined {
    switch (kind) {
      case 'token':
        return this.#token(found, modifier);
      case 'string': {
        const text = textOf(found) ?? 'a';
        if (modifier === ':exact') return escape(text);
        // With its marks or without.
        const words = this.random.chance(0.7) ? plain(text) : text.split(/[^\p{L}\p{N}\p{M}]+/u);
        const from = this.random.below(Math.max(1, words.length));
        const asked = words.slice(from, from + 1 + this.random.below(3)).join(' ');
        const cut = asked.slice(0, 1 + this.random.below(asked.length));
        return plain(cut).length === 0 ? undefined : cut;
      }
      case 'uri': {
        const uri = typeof found?.value === 'string' ? found.value : 'http://example.org/x';
        if (modifier === ':below') return escape(uri.replace(/\/[^/]*$/, ''));
        return escape(modifier === ':above' ? `${uri}/x` : uri);
      }
      case 'reference':
        return this.#reference(found, modifier);
      case 'date':
        return this.#date(found);
      case 'number':
      case 'quantity':
        return this.#quantity(found);
      default:
        return undefined;
    }
  }

  #token(found: TypedValue | undefined, modifier: string): string | undefined {
    if (modifier === ':text') {
      const words = plain(JSON.stringify(found?.value ?? 'a').replaceAll('\\u', ' '));
      return words.length === 0 ? undefined : this.random.pick(words);
    }
    const typed = modifier === ':of-type' && found ? typedNumber(found) : undefined;
    if (typed) return typed.map(escape).join('|');
    const tokens = found ? tokensOf(found).filter(({ code }) => code !== undefined && code !== '') : [];
    if (tokens.length === 0) return this.random.pick(['final', 'I10', 'male', 'x']);
    const { system, code = '' } = this.random.pick(tokens);
    const asked = escape(modifier === ':below' ? this.#above(code) : modifier === ':above' ? `${code}.1` : code);
    if (found && !['CodeableConcept', 'Coding', 'Identifier'].includes(found.type)) return asked;
    const choice = this.random.below(4);
    if (choice === 0) return `${escape(system ?? '')}|${asked}`;
    if (choice === 1 && system !== undefined && modifier === '') return `${escape(system)}|`;
    return asked;
  }

  /** Category of a code of ICD-10, or a block that ends with it. */
  #above(code: string): string {
    const category = code.slice(0, 3);
    return /^[A-Z]\d\d$/.test(category) && this.random.below(2) === 0
      ? `${category.slice(0, 1)}00-${category}`
      : category;
  }

  #reference(found: TypedValue | undefined, modifier: string): string | undefined {
    const { reference, identifier } = (typeof found?.value === 'object' ? found.value : {}) as {
      readonly reference?: string;
      readonly identifier?: { readonly system?: string; readonly value?: string };
    };
    if (modifier === ':identifier') {
      if (!identifier?.value) return 'x';
      const value = escape(identifier.value);
      return this.random.chance(0.5) ? value : `${escape(identifier.system ?? '')}|${value}`;
    }
    if (typeof found?.value === 'string') return escape(found.value);
    const name = reference ?? 'Patient/nobody';
    if (/^[A-Z]\w+\/[A-Za-z0-9\-.]{1,64}$/.test(name))
      return this.random.chance(0.5) ? name : name.slice(name.indexOf('/') + 1);
    return /^https?:/.test(name) ? escape(name) : undefined;
  }

  #date(found: TypedValue | undefined): string {
    const written = JSON.stringify(found?.value ?? '');
    const [text = '2026-03-01', time, fraction = '', zone = '+07:00'] =
      /\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?(\.\d+)?(Z|[-+]\d\d:\d\d)?/.exec(written) ?? [];
    const shortened = this.random.pick([text.slice(0, 4), text.slice(0, 7), text.slice(0, 10), text.slice(0, 10)]);
    const whole = `${text.slice(0, 10)}${time}${this.random.chance(0.5) ? fraction : ''}${zone}`;
    const asked = time !== undefined && this.random.chance(0.4) ? whole : shortened;
    return `${this.random.pick([...prefixes, 'ap'])}${asked}`;
  }

  #quantity(found: TypedValue | undefined): string {
    const [amount] = found ? amountsOf(found) : [];
    const known = amount === undefined ? 5 : Number.isFinite(amount.low) ? amount.low : amount.high;
    const number = this.random.chance(0.6) ? known : Math.round(known);
    const prefix = this.random.pick([...prefixes, 'ap']);
    const units = ['mmol/L', 'umol/L', 'g', 'kg', 'm', 'mm[Hg]', amount?.code ?? 'x'];
    const choice = this.random.below(3);
    const unit = escape(this.random.pick(units));
    if (/\|/.test(unit) || choice === 0 || found?.type === 'decimal' || found?.type === 'integer')
      return `${prefix}${number}`;
    return choice === 1 ? `${prefix}${number}||${unit}` : `${prefix}${number}|http://unitsofmeasure.org|${unit}`;
  }
}

/** System and code of the type of an identifier, and its value. */
function typedNumber({ type, value }: TypedValue): readonly [string, string, string] | undefined {
  if (type !== 'Identifier') return undefined;
  const { value: number, type: kind } = value as Identifier;
  const coding = kind?.coding?.find(({ system, code }) => system !== undefined && code !== undefined);
  return number === undefined || !coding ? undefined : [coding.system ?? '', coding.code ?? '', number];
}

function textOf(found: TypedValue | undefined): string | undefined {
  if (found === undefined) return undefined;
  if (typeof found.value === 'string') return found.value;
  const fields = found.value as Readonly<Record<string, unknown>>;
  const texts = ['text', 'family', 'given', 'city', 'line'].flatMap((name) => fields[name] ?? []).map(String);
  return texts[0] === undefined ? undefined : (toTypedValue(texts[0]).value as string);
}
