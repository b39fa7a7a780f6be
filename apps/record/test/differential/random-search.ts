/** Random searches whose values are mostly those that some resource has. */
import { toTypedValue, type TypedValue } from '@medplum/core';
import type { Resource, SearchParameter } from '@medplum/fhirtypes';
import {
  amountsOf,
  type Asked,
  type NaiveSearch,
  parametersOf,
  plain,
  spanOf,
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
    const usable = parametersOf(type).filter(({ code }) => !['_lastUpdated', 'phonetic'].includes(code));
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
    return inner && { key: `${code}:${target}.${inner.key}`, value: inner.value };
  }

  #simple(parameter: SearchParameter, model: Resource | undefined): Asked | undefined {
    const { code, type } = parameter;
    if (type === 'composite') return this.#composite(parameter, model);
    if (code !== '_id' && this.random.chance(0.08))
      return { key: `${code}:missing`, value: String(this.random.chance(0.5)) };
    const values = model ? valuesOf(model, parameter) : [];
    const count = this.random.chance(0.2) ? 2 : 1;
    const modifier = code === '_id' ? '' : this.#modifier(type);
    const asked = Array.from({ length: count }, () =>
      this.#value(type, values.length > 0 ? this.random.pick(values) : undefined, modifier),
    ).filter((one) => one !== undefined);
    return asked.length === 0 ? undefined : { key: `${code}${modifier}`, value: asked.join(',') };
  }

  #modifier(kind: string): string {
    if (this.random.chance(0.6)) return '';
    const known: Readonly<Record<string, readonly string[]>> = {
      token: [':not', ':text', ':below', ':above'],
      string: [':exact', ':contains'],
      uri: [':below', ':above'],
      reference: [':identifier'],
    };
    return this.random.pick(known[kind] ?? ['']);
  }

  #composite(parameter: SearchParameter, model: Resource | undefined): Asked | undefined {
    if (!model) return undefined;
    const codes = valuesOf(model, { ...parameter, expression: `${model.resourceType}.code` });
    const number = this.random.below(200);
    const value = {
      'code-value-quantity': `${this.random.pick(['gt', 'lt', 'ge'])}${number}`,
      'combo-code-value-quantity': `${this.random.pick(['gt', 'lt', 'ge'])}${number}||mm[Hg]`,
      'component-code-value-quantity': `${this.random.pick(['gt', 'lt'])}${number}`,
      'code-value-string': 'a',
      'code-value-concept': 'yes',
    }[parameter.code ?? ''];
    const [token] = codes.length > 0 ? tokensOf(this.random.pick(codes)) : [];
    const component =
      parameter.code?.startsWith('co') && this.random.chance(0.5) && parameter.code !== 'code-value-quantity';
    const code = component
      ? this.random.pick(['8480-6', '8462-4', 'http://loinc.org|8480-6'])
      : escape(token?.code ?? '');
    if (value === undefined || code === '') return undefined;
    return { key: parameter.code ?? '', value: `${code}$${value}` };
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
        const words = plain(text);
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
    const tokens = found ? tokensOf(found).filter(({ code }) => code !== undefined && code !== '') : [];
    if (tokens.length === 0) return this.random.pick(['final', 'I10', 'male', 'x']);
    const { system, code = '' } = this.random.pick(tokens);
    const asked = escape(modifier === ':below' ? code.slice(0, 3) : modifier === ':above' ? `${code}.1` : code);
    if (found && !['CodeableConcept', 'Coding', 'Identifier'].includes(found.type)) return asked;
    const choice = this.random.below(4);
    if (choice === 0) return `${escape(system ?? '')}|${asked}`;
    if (choice === 1 && system !== undefined && modifier === '') return `${escape(system)}|`;
    return asked;
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
    const text = /\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?/.exec(JSON.stringify(found?.value ?? ''))?.[0] ?? '2026-03-01';
    const shortened = this.random.pick([text.slice(0, 4), text.slice(0, 7), text.slice(0, 10), text.slice(0, 10)]);
    const asked = text.length > 10 && this.random.chance(0.3) ? `${text}+07:00` : shortened;
    spanOf(asked);
    return `${this.random.pick(prefixes)}${asked}`;
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

function textOf(found: TypedValue | undefined): string | undefined {
  if (found === undefined) return undefined;
  if (typeof found.value === 'string') return found.value;
  const fields = found.value as Readonly<Record<string, unknown>>;
  const texts = ['text', 'family', 'given', 'city', 'line'].flatMap((name) => fields[name] ?? []).map(String);
  return texts[0] === undefined ? undefined : (toTypedValue(texts[0]).value as string);
}
