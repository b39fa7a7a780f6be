/** The children of each element in the order that XML wants, those that every element or resource has included. */
import { isResourceType, rulesOf } from '../structure/element-tables.js';

export const namespace = 'http://hl7.org/fhir';
export const xhtml = 'http://www.w3.org/1999/xhtml';

export interface Child {
  readonly name: string;
  /** Primitive or data type, or the owner name of a nested element. */
  readonly type: string;
  readonly many: boolean;
}

const one = (name: string, type: string): Child => ({ name, type, many: false });
const many = (name: string, type: string): Child => ({ name, type, many: true });

const ofResources: readonly Child[] = [
  one('id', 'id'),
  one('meta', 'Meta'),
  one('implicitRules', 'uri'),
  one('language', 'code'),
];
const ofDomainResources: readonly Child[] = [
  one('text', 'Narrative'),
  many('contained', 'Resource'),
  many('extension', 'Extension'),
  many('modifierExtension', 'Extension'),
];
const withoutText: ReadonlySet<string> = new Set(['Bundle', 'Binary', 'Parameters']);

/** Data types that carry modifiers, as the nested elements of resources do. */
const backboneTypes: ReadonlySet<string> = new Set(['Timing', 'Dosage', 'ElementDefinition', 'SubstanceAmount']);

const known = new Map<string, readonly Child[]>();

/** Children of a resource type, a data type, or the owner name of nested elements; none where R4 does not know it. */
export function childrenOf(owner: string): readonly Child[] {
  const children = known.get(owner) ?? made(owner);
  known.set(owner, children);
  return children;
}

function made(owner: string): readonly Child[] {
  const own = [...(rulesOf(owner)?.elements.values() ?? [])];
  // The url of an extension is an attribute.
  const children = own.filter(({ name }) => owner !== 'Extension' || name !== 'url');
  // An element that is of one resource type holds it as one of any type does.
  return [
    ...inheritedBy(owner),
    ...children.map(({ name, type, many: several }) => ({
      name,
      type: isResourceType(type) ? 'Resource' : type,
      many: several,
    })),
  ];
}

function inheritedBy(owner: string): readonly Child[] {
  if (isResourceType(owner)) return withoutText.has(owner) ? ofResources : [...ofResources, ...ofDomainResources];
  const extension = many('extension', 'Extension');
  return owner.includes('.') || backboneTypes.has(owner)
    ? [extension, many('modifierExtension', 'Extension')]
    : [extension];
}
