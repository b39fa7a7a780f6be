import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { type Concept, type ConceptProperty, displayOf, type Language, type ShippedCodeSystem } from './code-system.js';
import type { Terminology } from './terminology.js';

const designationUse = { system: 'http://terminology.hl7.org/CodeSystem/designation-usage', code: 'display' };

/**
 * Answer of `CodeSystem/$lookup` about a concept.
 * @param wanted properties that are asked for; all where none is
 */
export function lookedUp(
  terminology: Terminology,
  system: ShippedCodeSystem,
  concept: Concept,
  wanted: readonly string[],
  language?: Language,
): Parameters {
  const wants = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
  const parents = concept.parent === undefined ? [] : [concept.parent];
  const children = wants('child') ? terminology.narrower(system, concept.code) : [];
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: system.title },
      { name: 'version', valueString: system.version },
      { name: 'display', valueString: displayOf(concept, system, language) },
      ...(wants('designation') ? designations(concept) : []),
      ...parents.filter(() => wants('parent')).map((code) => relative('parent', system, code, language)),
      ...children.map((code) => relative('child', system, code, language)),
      ...(concept.properties ?? []).filter(({ code }) => wants(code)).map(propertyPart),
    ],
  };
}

function designations({ vi, en }: Concept): readonly ParametersParameter[] {
  return (
    [
      ['vi', vi],
      ['en', en],
    ] as const
  ).flatMap(([language, value]) =>
    value === undefined
      ? []
      : [
          {
            name: 'designation',
            part: [
              { name: 'language', valueCode: language },
              { name: 'use', valueCoding: designationUse },
              { name: 'value', valueString: value },
            ],
          },
        ],
  );
}

function relative(
  name: 'parent' | 'child',
  system: ShippedCodeSystem,
  code: string,
  language?: Language,
): ParametersParameter {
  const concept = system.concepts().get(code);
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: name },
      { name: 'value', valueCode: code },
      ...(concept ? [{ name: 'description', valueString: displayOf(concept, system, language) }] : []),
    ],
  };
}

function propertyPart({ code, value, kind }: ConceptProperty): ParametersParameter {
  const values = { code: { valueCode: value }, string: { valueString: value }, date: { valueDateTime: value } };
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: code },
      { name: 'value', ...values[kind] },
    ],
  };
}
