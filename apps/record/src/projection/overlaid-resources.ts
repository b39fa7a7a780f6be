/**
 * Resources that say other than the content they are made of, because what their sender said was laid over it. Where the columns
 * of their table cannot say it too, they are searched by what they say themselves.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { RecordDocument } from '#fhir/documents.js';
import { elementsAt, type FoundElement } from '#fhir/search-parameters/elements-at.js';
import { type SearchParameter, searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { codeSystems } from '#fhir/systems.js';
import { resourcesOf } from '#fhir/translation.js';
import { definitions } from '../search/definitions.js';
import type { IndexedParameter } from '../search/definitions/type-definition.js';
import { amountsOf, referenceOf, spansOf, stringsOf, type Token, tokensOf } from '../search/matching/element-values.js';

export interface OverlaidResource {
  readonly resource: Resource;
  /** Says what the columns of its table cannot, other codes of `code` aside. */
  readonly beyond: boolean;
}

/** By `Type part`. */
export type OverlaidResources = ReadonlyMap<string, OverlaidResource>;

const none: OverlaidResources = new Map();

/** Whose row it is follows from whose document it is. */
const byDocument: ReadonlySet<IndexedParameter['kind']> = new Set(['patient', 'encounter', 'focus', 'target']);

const unnamed = { facilityName: (): undefined => undefined };

export function overlaidResources(document: RecordDocument): OverlaidResources {
  if (!hasOverlays(document)) return none;
  const id = document.kind === 'resident' ? document.resident : '';
  const version = { id, version: 1, lastUpdated: '' };
  const made = new Map(
    resourcesOf(withoutOverlays(document), version, unnamed).map((one) => [`${one.resourceType} ${one.id}`, one]),
  );
  const overlaid = new Map<string, OverlaidResource>();
  for (const resource of resourcesOf(document, version, unnamed)) {
    const plain = made.get(`${resource.resourceType} ${resource.id}`);
    const definition = definitions.get(resource.resourceType);
    if (!plain || !definition) continue;
    const differing = Object.entries(definition.parameters).filter(
      ([name, { kind }]) => !byDocument.has(kind) && saidOf(resource, name) !== saidOf(plain, name),
    );
    if (differing.length === 0) continue;
    const beyond = differing.some(([name]) => !inColumns.has(name)) || !fitsColumns(resource);
    const part = (resource.id ?? '').slice(id === '' && resource.id === '' ? 0 : id.length + 1);
    overlaid.set(`${resource.resourceType} ${part}`, { resource, beyond });
  }
  return overlaid;
}

/** What columns take from the resource itself, if they can. */
const inColumns: ReadonlySet<string> = new Set([
  'code',
  'combo-code',
  'code-value-quantity',
  'combo-code-value-quantity',
  'clinical-status',
  'verification-status',
]);

const statusSystems = [
  ['clinical-status', codeSystems.conditionClinical],
  ['verification-status', codeSystems.conditionVerification],
] as const;

/** As many codes as there are columns, and statuses of the systems that the columns are of. */
function fitsColumns(resource: Resource): boolean {
  const most = resource.resourceType === 'Observation' ? 2 : 1;
  if (tokensAt(resource, 'code').length > most) return false;
  return (
    resource.resourceType !== 'Condition' ||
    statusSystems.every(([name, system]) => {
      const [only, ...more] = tokensAt(resource, name);
      return only?.system === system && only.code !== undefined && more.length === 0;
    })
  );
}

/** Tokens that a search by the parameter could find. */
export function tokensAt(resource: Resource, name: string): readonly Token[] {
  const parameter = searchParametersOf(resource.resourceType).get(name);
  return parameter ? elementsAt(resource, parameter.paths).flatMap(tokensOf) : [];
}

/** What a search by the parameter could find. */
function saidOf(resource: Resource, name: string): string {
  const parameter = searchParametersOf(resource.resourceType).get(name);
  return parameter ? JSON.stringify(elementsAt(resource, parameter.paths).map((one) => saying(parameter, one))) : '';
}

function saying({ kind, components }: SearchParameter, element: FoundElement): unknown {
  switch (kind) {
    case 'token':
      return tokensOf(element);
    case 'date':
      return spansOf(element);
    case 'reference': {
      const { type, id, url } = referenceOf(element) ?? {};
      return [type, id, url];
    }
    case 'quantity':
    case 'number':
      return amountsOf(element);
    case 'composite':
      // The components stand for themselves: see combo-code and combo-value-quantity.
      return components.length;
    default:
      return stringsOf(element);
  }
}

/** Looks only where overlays can be: every document passes here. */
function hasOverlays(document: RecordDocument): boolean {
  switch (document.kind) {
    case 'visit': {
      const { kept, diagnoses, keptObservations, medications, services, results, notes } = document.visit;
      return (
        kept !== undefined ||
        keptObservations !== undefined ||
        [diagnoses, medications, services, results, notes].some((list) => list.some((one) => one.kept !== undefined))
      );
    }
    case 'immunization':
      return document.immunization.kept !== undefined;
    case 'referral':
      return document.state.issue?.paper.kept !== undefined;
    case 'resident': {
      const { diseases = [], disabilities = [], allergies = [] } = document.history ?? {};
      return (
        document.details.kept !== undefined ||
        [diseases, disabilities, allergies].some((list) => list.some((one) => one.kept !== undefined))
      );
    }
    case 'screening':
    case 'facility':
    case 'resource':
    case 'programme':
    case 'practitioner':
      return false;
    default:
      return document satisfies never;
  }
}

function withoutOverlays(document: RecordDocument): RecordDocument {
  return JSON.parse(
    JSON.stringify(document, (name, value: unknown) =>
      name === 'kept' || name === 'keptObservations' || name === 'keptResources' ? undefined : value,
    ),
  ) as RecordDocument;
}
