import { randomUUID } from 'node:crypto';
import type { CodeableConcept, Coding, Parameters, ValueSet } from '@medplum/fhirtypes';
import type { Language, ShippedCodeSystem } from '#fhir/terminology/code-system.js';
import { expanded } from '#fhir/terminology/expand.js';
import { lookedUp } from '#fhir/terminology/lookup.js';
import type { Terminology } from '#fhir/terminology/terminology.js';
import {
  type AskedCode,
  type Validation,
  validateAnyInSet,
  validateInSet,
  validateInSystem,
} from '#fhir/terminology/validate-code.js';
import type { ShippedValueSet } from '#fhir/terminology/value-set.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import type { OperationParameters } from '../http/operation-parameters.js';

/** Most concepts of one expansion; further ones by `offset`. */
const mostExpanded = 1_000;

/** Answers the operations of R4's terminology service over what is shipped. */
export class TerminologyService {
  constructor(readonly terminology: Terminology) {}

  /** @throws FhirFault 404 for a system or code that is not known here, 400 where none is asked for */
  lookup(parameters: OperationParameters): Parameters {
    const { system, version, code } = askedCode(parameters);
    if (system === undefined) throw required('system');
    const found = this.#codeSystem(system, parameters.text('version') ?? version);
    const concept = found.concepts().get(code);
    if (!concept) throw unknownCode(found, code);
    return lookedUp(this.terminology, found, concept, parameters.texts('property'), languageOf(parameters));
  }

  /**
   * @param id of the CodeSystem, where it is asked of one
   * @throws FhirFault 404 for a code system that is not known here
   */
  validateInSystem(parameters: OperationParameters, id?: string): Parameters {
    const language = languageOf(parameters);
    const asked = askedCodings(parameters);
    const url = parameters.text('url') ?? asked[0]?.system;
    const system =
      id === undefined
        ? this.#codeSystem(url ?? missing('url'), parameters.text('version'))
        : this.#byId(this.terminology.codeSystems(), id);
    const results = asked.map((one) => {
      const of = one.system === undefined ? system : this.terminology.codeSystem(one.system, one.version);
      return of === system ? validateInSystem(system, one, language) : otherSystem(one, system);
    });
    return answered(results.find(({ result }) => result) ?? results[0]);
  }

  /** As {@link validateInSystem}, of a ValueSet. */
  validateInSet(parameters: OperationParameters, id?: string): Parameters {
    const set = this.#valueSet(parameters, id);
    const language = languageOf(parameters);
    const asked = askedCodings(parameters);
    if (parameters.concept('codeableConcept'))
      return answered(validateAnyInSet(this.terminology, set, asked, language));
    const [one] = asked;
    if (one && one.system === undefined) throw required('system');
    return answered(one && validateInSet(this.terminology, set, one, language));
  }

  expand(parameters: OperationParameters, id?: string): ValueSet {
    const filter = parameters.text('filter');
    const language = languageOf(parameters);
    return expanded(
      this.terminology,
      this.#valueSet(parameters, id),
      {
        ...(filter !== undefined && { filter }),
        offset: parameters.count('offset') ?? 0,
        count: Math.min(parameters.count('count') ?? mostExpanded, mostExpanded),
        designations: parameters.flag('includeDesignations') ?? false,
        ...(language && { language }),
      },
      { timestamp: new Date().toISOString(), identifier: `urn:uuid:${randomUUID()}` },
    );
  }

  #codeSystem(url: string, version?: string): ShippedCodeSystem {
    const found = this.terminology.codeSystem(url, version);
    if (found) return found;
    throw unknownCanonical('hệ mã', 'code system', url, version);
  }

  #valueSet(parameters: OperationParameters, id?: string): ShippedValueSet {
    if (id !== undefined) return this.#byId(this.terminology.valueSets(), id);
    const url = parameters.text('url') ?? missing('url');
    const version = parameters.text('valueSetVersion');
    const found = this.terminology.valueSet(url, version);
    if (found) return found;
    throw unknownCanonical('tập giá trị', 'value set', url, version);
  }

  #byId<Shipped extends { readonly id: string }>(shipped: readonly Shipped[], id: string): Shipped {
    const found = shipped.find((one) => one.id === id);
    if (found) return found;
    throw notFound();
  }
}

/** `vi-VN` is Vietnamese; of a language that has no names here, the usual one is given. */
function languageOf(parameters: OperationParameters): Language | undefined {
  const asked = parameters.text('displayLanguage')?.slice(0, 2).toLowerCase();
  return asked === 'vi' || asked === 'en' ? asked : undefined;
}

/** The one code that is asked about. */
function askedCode(parameters: OperationParameters): AskedCode {
  const [only, ...more] = askedCodings(parameters);
  if (!only || more.length > 0) throw required('code');
  return only;
}

/** By `code`, `coding` or `codeableConcept`: one of them. */
function askedCodings(parameters: OperationParameters): readonly AskedCode[] {
  const code = parameters.text('code');
  const coding = parameters.coding('coding');
  const concept = parameters.concept('codeableConcept');
  if ([code, coding, concept].filter((one) => one !== undefined).length !== 1)
    throw new FhirFault(400, 'invalid', {
      vi: 'Cần đúng một trong: code, coding, codeableConcept.',
      en: 'Exactly one is needed of: code, coding, codeableConcept.',
    });
  if (coding) return [codingAsked(coding)];
  if (concept) return codingsOf(concept).map(codingAsked);
  return [
    {
      code: code ?? '',
      system: parameters.text('system'),
      version: parameters.text('systemVersion'),
      display: parameters.text('display'),
    },
  ];
}

function codingsOf({ coding }: CodeableConcept): readonly Coding[] {
  if (Array.isArray(coding)) return coding;
  throw new FhirFault(400, 'invalid', {
    vi: 'codeableConcept: cần ít nhất một coding.',
    en: 'codeableConcept: at least one coding is needed.',
  });
}

function codingAsked(coding: Coding): AskedCode {
  const { system, version, code, display } = coding as Readonly<Record<keyof Coding, unknown>>;
  if (typeof code !== 'string') throw required('code');
  const given = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { code, system: given(system), version: given(version), display: given(display) };
}

function otherSystem({ system = '', code }: AskedCode, { url }: ShippedCodeSystem): Validation {
  const shown = `${system}#${code}`.slice(0, 200);
  return { result: false, message: `${shown} không thuộc ${url} (${shown} is not of ${url}).` };
}

function answered(validation: Validation = { result: false }): Parameters {
  const { result, message, display } = validation;
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: result },
      ...(message === undefined ? [] : [{ name: 'message', valueString: message }]),
      ...(display === undefined ? [] : [{ name: 'display', valueString: display }]),
    ],
  };
}

function missing(name: string): never {
  throw required(name);
}

const required = (name: string): FhirFault =>
  new FhirFault(400, 'invalid', { vi: `Thiếu tham số ${name}.`, en: `Parameter ${name} is missing.` });

const unknownCode = ({ url, complete }: ShippedCodeSystem, code: string): FhirFault => {
  const shown = code.slice(0, 100);
  return new FhirFault(404, 'not-found', {
    vi: `Không có mã ${shown} ${complete ? 'trong' : 'trong phần máy chủ này có của'} ${url}.`,
    en: `No code ${shown} in ${complete ? '' : 'what is shipped here of '}${url}.`,
  });
};

function unknownCanonical(vi: string, en: string, url: string, version?: string): FhirFault {
  const shown = `${url}${version === undefined ? '' : `|${version}`}`.slice(0, 200);
  return new FhirFault(404, 'not-found', {
    vi: `Máy chủ không có ${vi} ${shown}.`,
    en: `No ${en} ${shown} is known here.`,
  });
}
