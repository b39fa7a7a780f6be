import type {
  AllergyIntolerance,
  Condition,
  Encounter,
  FamilyMemberHistory,
  Immunization,
  MedicationRequest,
  Observation,
  Organization,
  Patient,
  Procedure,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import type {
  DocumentVersion,
  RecordDocument,
  ResidentDocument,
  ScreeningDocument,
  VisitDocument,
} from './documents.js';
import type { TranslationContext } from './elements.js';
import { encounterContent } from './encounters/encounter-content.js';
import { encounterConditionOf, encounterOf } from './encounters/encounter.js';
import { encounterObservationOf } from './encounters/observation.js';
import { medicationRequestOf, procedureOf } from './encounters/orders.js';
import { organizationOf } from './facilities/organization.js';
import { immunizationOf } from './immunizations/immunization-of.js';
import { serviceRequestOf, taskOf } from './referrals/referral.js';
import { historyContent } from './residents/history-content.js';
import {
  allergyOf,
  familyHistoryOf,
  historyConditionOf,
  historyObservationOf,
  riskFactorOf,
} from './residents/history.js';
import { patientOf } from './residents/patient.js';

/** Every kind of resource a document can become. */
export type RecordResource =
  | AllergyIntolerance
  | Condition
  | Encounter
  | FamilyMemberHistory
  | Immunization
  | MedicationRequest
  | Observation
  | Organization
  | Patient
  | Procedure
  | ServiceRequest
  | Task;

/** The FHIR resources of a document, the one that stands for the whole first. Pure. */
export function resourcesOf(
  document: RecordDocument,
  version: DocumentVersion,
  context: TranslationContext,
): readonly RecordResource[] {
  const meta = { versionId: String(version.version), lastUpdated: version.lastUpdated };
  return translate(document, version.id, context).map((resource) => {
    const { resourceType, id, ...rest } = resource;
    return { resourceType, id, meta, ...rest } as RecordResource;
  });
}

function translate(document: RecordDocument, id: string, context: TranslationContext): readonly RecordResource[] {
  switch (document.kind) {
    case 'resident':
      return residentResources(document, context);
    case 'visit':
    case 'screening':
      return encounterResources(id, document, context);
    case 'immunization':
      return [immunizationOf(id, document, context)];
    case 'referral':
      return [serviceRequestOf(id, document, context), taskOf(id, document, context)];
    case 'facility':
      return [organizationOf(document)];
    default:
      return document satisfies never;
  }
}

function residentResources(document: ResidentDocument, context: TranslationContext): readonly RecordResource[] {
  const history = historyContent(document);
  const patient = patientOf(document, context);
  if (!history) return [patient];
  return [
    patient,
    ...history.conditions.map((part) => historyConditionOf(document, history, part)),
    ...history.allergies.map((part) => allergyOf(document, history, part)),
    ...history.riskFactors.map((part) => riskFactorOf(document, history, part)),
    ...history.observations.map((part) => historyObservationOf(document, history, part)),
    ...history.relatives.map((part) => familyHistoryOf(document, history, part)),
  ];
}

function encounterResources(
  id: string,
  document: VisitDocument | ScreeningDocument,
  context: TranslationContext,
): readonly RecordResource[] {
  const content = encounterContent(document);
  return [
    encounterOf(id, document, content, context),
    ...content.conditions.map((part) => encounterConditionOf(id, document, content, part)),
    ...content.observations.map((part) => encounterObservationOf(id, document, content, part, context)),
    ...(document.kind === 'visit'
      ? [
          ...content.medications.map((part) => medicationRequestOf(id, document, part)),
          ...content.procedures.map((part) => procedureOf(id, document, part, context)),
        ]
      : []),
  ];
}
