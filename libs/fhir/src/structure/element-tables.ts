/** What HL7's definitions of R4 say of each element, from data/r4-elements.tsv (made by scripts/fhir-elements.mjs). */
import type { ResourceType } from '@medplum/fhirtypes';
import { readTable } from '../tables.js';

export interface ElementRule {
  readonly name: string;
  readonly required: boolean;
  readonly many: boolean;
  /** Primitive or data type, or the owner name of a nested element. */
  readonly type: string;
  /** Elements of which at most one may stand, `value` of `value[x]`. */
  readonly choice: string;
  /** Codes of a required binding, where all are known. */
  readonly codes?: ReadonlySet<string>;
}

export interface OwnerRules {
  readonly elements: ReadonlyMap<string, ElementRule>;
  /** Each needs one of its names. */
  readonly required: readonly { readonly label: string; readonly names: readonly string[] }[];
}

const codes = new Map(
  readTable('r4-codes.tsv').map((row) => [row['set'] ?? '', new Set((row['codes'] ?? '').split(' '))] as const),
);

const owners = readOwners();

/** Rules of a resource type, a data type, or the owner name of nested elements; `undefined` for what R4 does not know. */
export function rulesOf(owner: string): OwnerRules | undefined {
  return owners.get(owner);
}

/** Whether R4 has a resource type of this name. */
export function isResourceType(name: string): name is ResourceType {
  return owners.get('')?.elements.has(name) === true;
}

function readOwners(): ReadonlyMap<string, OwnerRules> {
  const byOwner = new Map<string, ElementRule[]>();
  for (const row of readTable('r4-elements.tsv')) {
    const set = codes.get(row['codes'] ?? '');
    const rule: ElementRule = {
      name: row['name'] ?? '',
      required: row['min'] !== '0',
      many: row['max'] === '*',
      type: row['type'] ?? '',
      choice: row['choice'] ?? '',
      ...(set && { codes: set }),
    };
    const owner = row['owner'] ?? '';
    const rules = byOwner.get(owner);
    if (rules) rules.push(rule);
    else byOwner.set(owner, [rule]);
  }
  return new Map(
    [...byOwner].map(([owner, rules]) => [
      owner,
      { elements: new Map(rules.map((rule) => [rule.name, rule])), required: requiredOf(rules) },
    ]),
  );
}

function requiredOf(rules: readonly ElementRule[]): OwnerRules['required'] {
  const groups = Map.groupBy(
    rules.filter((rule) => rule.required),
    (rule) => (rule.choice === '' ? rule.name : `${rule.choice}[x]`),
  );
  return [...groups].map(([label, group]) => ({ label, names: group.map((rule) => rule.name) }));
}
