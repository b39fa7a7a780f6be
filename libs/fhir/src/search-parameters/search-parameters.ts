/**
 * The search parameters of R4, from data/r4-search-parameters.tsv (made of HL7's definitions by scripts/fhir-elements.mjs): kinds,
 * what a reference may lead to, and where in a resource the values are.
 */
import { readTable } from '../tables.js';

export type ParameterKind = 'token' | 'date' | 'reference' | 'string' | 'quantity' | 'number' | 'uri' | 'composite';

export interface SearchParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Values are at any of these; of a composite, its groups. */
  readonly paths: readonly ElementPath[];
  /** Resource types a reference may lead to; `*` for any. */
  readonly targets: readonly string[];
  /** Of a composite: the parts inside a group. */
  readonly components: readonly ComponentParameter[];
}

export interface ComponentParameter {
  readonly kind: ParameterKind;
  readonly paths: readonly ElementPath[];
}

/** Property names from a resource (or a group of a composite) to a value. */
export interface ElementPath {
  readonly steps: readonly PathStep[];
  /** FHIR type of what is there. */
  readonly type: string;
  /** Only references to this type count. */
  readonly target?: string;
  /** The value itself does not matter, but that there is one that is not false. */
  readonly exists: boolean;
  /** Code systems of a `code`. */
  readonly systems: readonly string[];
}

export interface PathStep {
  readonly name: string;
  /** Only items whose element has this value. */
  readonly where?: { readonly name: string; readonly value: string };
}

const byType = readParameters();

const none: ReadonlyMap<string, SearchParameter> = new Map();

/** Search parameters of a resource type by name, those of every resource (`_id`, `_tag` …) among them. */
export function searchParametersOf(type: string): ReadonlyMap<string, SearchParameter> {
  return byType.get(type) ?? none;
}

function readParameters(): ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> {
  const read = new Map<string, Map<string, SearchParameter>>();
  for (const row of readTable('r4-search-parameters.tsv')) {
    const type = row['type'] ?? '';
    const ofType = read.get(type) ?? new Map<string, SearchParameter>();
    read.set(type, ofType);
    const name = row['name'] ?? '';
    ofType.set(name, {
      name,
      kind: row['kind'] as ParameterKind,
      paths: words(row['paths']).map(readPath),
      targets: words(row['targets']),
      components: (row['components'] ?? '')
        .split(';')
        .filter((one) => one !== '')
        .map((one) => {
          const [kind, ...paths] = words(one);
          return { kind: kind as ParameterKind, paths: paths.map(readPath) };
        }),
    });
  }
  return read;
}

/** `telecom[system=phone]:ContactPoint`, `subject:Reference@Patient`, `deceasedBoolean:boolean!`, `status:code<http://…`. */
function readPath(written: string): ElementPath {
  const colon = /:(?=[A-Za-z.]*(?:[@!<]|$))/.exec(written)?.index ?? written.length;
  const steps = written.slice(0, colon);
  const [described = '', ...systems] = written.slice(colon + 1).split('<');
  const [type = '', target] = described.replace('!', '').split('@');
  return {
    steps: steps === '' ? [] : steps.split('.').map(readStep),
    type,
    ...(target !== undefined && { target }),
    exists: described.includes('!'),
    systems,
  };
}

function readStep(written: string): PathStep {
  const [, name = '', of, value = ''] = /^([^[]+)(?:\[([^=]+)=([^\]]+)\])?$/.exec(written) ?? [];
  return { name, ...(of !== undefined && { where: { name: of, value } }) };
}

function words(cell: string | undefined): readonly string[] {
  return (cell ?? '').split(' ').filter((word) => word !== '');
}
