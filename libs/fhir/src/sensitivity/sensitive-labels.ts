/**
 * Which resources of a document tell of a sensitive class. The same function labels what is served and what is indexed, so that a
 * search cannot find what a read would hide.
 */
import type { Coding } from '@medplum/fhirtypes';
import type { Diagnosis } from '#domain/codes.js';
import { type SensitiveClass, sensitiveClasses, sensitiveClassOf } from '#domain/sensitive-classes.js';
import { isAttended } from '#domain/referrals/referral-state.js';
import type { RecordDocument } from '../documents.js';
import { codeSystems } from '../systems.js';
import type { RecordResource } from '../translation.js';
import { classesIn, isAlsoPsychotropic } from './sensitive-content.js';

export interface SensitiveLabel {
  /** In the order of {@link sensitiveClasses}; never empty. */
  readonly classes: readonly SensitiveClass[];
  /** True: the resource as a whole. False: what it says of why and with which diagnosis; the rest may be shown. */
  readonly whole: boolean;
}

export interface DocumentLabels {
  /** Of each resource, in their order. */
  readonly resources: readonly (SensitiveLabel | undefined)[];
  /** Given where the document as a whole, and that it is there, tells of a class. */
  readonly document?: SensitiveLabel;
}

/** Resources that hold a visit or a referral together: of a class only in part, where their main diagnosis is not of it. */
const frames: ReadonlySet<string> = new Set(['Encounter', 'ServiceRequest', 'Task']);
/** Papers and summaries that repeat what others say. */
const summaries: ReadonlySet<string> = new Set(['Composition', 'DocumentReference', 'DiagnosticReport', 'Bundle']);
/** Who somebody is tells nothing of this kind. */
const neverSensitive: ReadonlySet<string> = new Set(['Patient', 'Organization', 'Location', 'Practitioner', 'Consent']);

/**
 * Labels by two rules. A document with a diagnosis of HIV, or with a main diagnosis of mental health, is of the class as a whole: what
 * was given and measured there tells it. Otherwise each resource is of the classes that its own content tells of; frames are then
 * shown without reasons and diagnoses, and beside a diagnosis of mental health free text and medicines given for it are of the class.
 * @param document one of which `mayBeSensitive` is true; of others there are no labels
 */
export function sensitiveLabels(document: RecordDocument, resources: readonly RecordResource[]): DocumentLabels {
  const { whole, beside } = diagnosedClasses(document, resources);
  if (whole.size > 0) {
    const label = labelOf(new Set([...whole, ...beside]), true);
    return {
      document: label,
      resources: resources.map(({ resourceType }) => (resourceType === 'Patient' ? undefined : label)),
    };
  }
  const own = resources.map((resource) => ownLabel(resource, beside));
  const classesOf = (wanted: (resource: RecordResource | undefined) => boolean): readonly SensitiveClass[] =>
    own.flatMap((label, index) => (wanted(resources[index]) ? (label?.classes ?? []) : []));
  const ofConditions = classesOf((resource) => resource?.resourceType === 'Condition');
  const ofAll = classesOf((resource) => !isFrame(resource));
  return {
    resources: resources.map((resource, index) => {
      const found = new Set(own[index]?.classes);
      const { resourceType } = resource;
      const told = frames.has(resourceType) ? ofConditions : summaries.has(resourceType) ? ofAll : undefined;
      if (told) for (const one of [...told, ...beside]) found.add(one);
      return found.size === 0 ? undefined : labelOf(found, !isFrame(resource));
    }),
  };
}

/** Security labels of R4 (v3-Confidentiality, v3-ActCode) for a sensitive resource. */
export function securityOf({ classes }: SensitiveLabel): Coding[] {
  const policy: Readonly<Record<SensitiveClass, Coding>> = {
    hiv: { system: codeSystems.actCode, code: 'HIV', display: 'HIV/AIDS information sensitivity' },
    'mental-health': {
      system: codeSystems.actCode,
      code: 'PSY',
      display: 'psychiatry disorder information sensitivity',
    },
  };
  return [
    { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R', display: 'restricted' },
    ...classes.map((one) => policy[one]),
  ];
}

const kept: Readonly<Record<string, readonly string[]>> = {
  Encounter: ['identifier', 'status', 'class', 'subject', 'period', 'serviceProvider'],
  ServiceRequest: [
    'identifier',
    'status',
    'intent',
    'category',
    'code',
    'subject',
    'authoredOn',
    'requester',
    'performer',
  ],
  Task: [
    'identifier',
    'status',
    'intent',
    'businessStatus',
    'focus',
    'for',
    'authoredOn',
    'lastModified',
    'requester',
    'owner',
  ],
};

/** A frame without whatever could tell why: only what is listed is left, and it says so (v3-ObservationValue SUBSETTED, REDACTED). */
export function redactedFrame<Resource extends RecordResource>(resource: Resource): Resource {
  const all = resource as unknown as Readonly<Record<string, unknown>>;
  const left = (kept[resource.resourceType] ?? []).flatMap((name) =>
    all[name] === undefined ? [] : [[name, all[name]]],
  );
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
  const { id, resourceType, meta } = resource;
  const security = [...(meta?.security ?? []).filter(isNoPolicy), { system, code: 'REDACTED', display: 'redacted' }];
  const tag = [{ system, code: 'SUBSETTED', display: 'subsetted' }];
  const { versionId, lastUpdated } = meta ?? {};
  return {
    resourceType,
    id,
    meta: { versionId, lastUpdated, security, tag },
    ...Object.fromEntries(left),
  } as Resource;
}

/** The class of what is left out is not told either. */
const isNoPolicy = ({ system }: Coding): boolean =>
  system !== codeSystems.actCode && !system?.endsWith('Confidentiality');

const isFrame = (resource: RecordResource | undefined): boolean => frames.has(resource?.resourceType ?? '');

function labelOf(classes: ReadonlySet<SensitiveClass>, whole: boolean): SensitiveLabel {
  return { classes: sensitiveClasses.filter((one) => classes.has(one)), whole };
}

interface Diagnosed {
  /** Classes the whole document is of. */
  readonly whole: ReadonlySet<SensitiveClass>;
  /** Classes of other diagnoses. */
  readonly beside: ReadonlySet<SensitiveClass>;
}

function diagnosedClasses(document: RecordDocument, resources: readonly RecordResource[]): Diagnosed {
  const whole = new Set<SensitiveClass>();
  const beside = new Set<SensitiveClass>();
  if (document.kind === 'resident') return { whole, beside };
  const diagnoses = diagnosesOf(document);
  for (const list of diagnoses) {
    const main = list.find(({ role }) => role === 'main') ?? list[0];
    for (const one of list) {
      const found = sensitiveClassOf(one.code);
      if (found) (found === 'hiv' || one === main ? whole : beside).add(found);
    }
  }
  if (document.kind === 'visit') for (const one of document.sensitive ?? []) whole.add(one);
  // Conditions may have been told otherwise than as diagnoses: kept as sent, or coded in another system.
  if (document.kind === 'visit' || document.kind === 'screening') {
    for (const resource of resources) {
      if (resource.resourceType !== 'Condition') continue;
      for (const one of classesIn(resource)) (one === 'hiv' ? whole : beside).add(one);
    }
  }
  return { whole, beside };
}

/** Each list with a main diagnosis of its own. */
function diagnosesOf(document: RecordDocument): readonly (readonly Pick<Diagnosis, 'code' | 'role'>[])[] {
  switch (document.kind) {
    case 'visit':
      return [document.visit.diagnoses, ...(document.visit.transfer ? [document.visit.transfer.diagnoses] : [])];
    case 'referral': {
      const { state } = document;
      return [
        ...(state.issue ? [state.issue.paper.diagnoses] : []),
        ...(isAttended(state) ? state.answers.map(({ diagnoses }) => diagnoses) : []),
        ...(state.status === 'referred-back' && state.back.paper ? [state.back.paper.diagnoses] : []),
      ];
    }
    default:
      return [];
  }
}

function ownLabel(resource: RecordResource, beside: ReadonlySet<SensitiveClass>): SensitiveLabel | undefined {
  if (neverSensitive.has(resource.resourceType)) return undefined;
  const found = new Set(classesIn(resource));
  if (beside.has('mental-health') && (isFreeText(resource) || isAlsoPsychotropic(resource))) found.add('mental-health');
  return found.size === 0 ? undefined : labelOf(found, true);
}

function isFreeText(resource: RecordResource): boolean {
  return resource.resourceType === 'Observation' && resource.valueString !== undefined;
}
