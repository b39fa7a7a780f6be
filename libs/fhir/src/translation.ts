import type { Resource } from '@medplum/fhirtypes';
import type {
  DocumentVersion,
  ImmunizationDocument,
  RecordDocument,
  ResidentDocument,
  ScreeningDocument,
  VisitDocument,
} from './documents.js';
import type { TranslationContext } from './elements.js';
import { diagnosticReportOf } from './encounters/diagnostic-report.js';
import { encounterContent } from './encounters/encounter-content.js';
import { encounterConditionOf, encounterOf } from './encounters/encounter.js';
import { encounterObservationOf } from './encounters/observation.js';
import { medicationRequestOf, procedureOf } from './encounters/orders.js';
import { locationOf } from './facilities/location.js';
import { organizationOf } from './facilities/organization.js';
import { practitionerOf, practitionerRolesOf } from './practitioners/practitioner.js';
import { episodeOfCareOf } from './programmes/episode-of-care.js';
import { immunizationOf } from './immunizations/immunization-of.js';
import { serviceRequestOf, taskOf } from './referrals/referral.js';
import { keptResource, withKept } from './kept.js';
import { keptPart, resourceId } from './resource-ids.js';
import { consentOf } from './residents/consent.js';
import { historyContent } from './residents/history-content.js';
import {
  allergyOf,
  familyHistoryOf,
  historyConditionOf,
  historyObservationOf,
  riskFactorOf,
} from './residents/history.js';
import { patientOf } from './residents/patient.js';

/** What a document can become: kept resources may be of any type. */
export type RecordResource = Resource;

/** The FHIR resources of a document, the one that stands for the whole first. Pure. */
export function resourcesOf(
  document: RecordDocument,
  version: DocumentVersion,
  context: TranslationContext,
): readonly RecordResource[] {
  const meta = { versionId: String(version.version), lastUpdated: version.lastUpdated };
  return translate(document, version.id, context).map((resource) => {
    const { resourceType, id, meta: sender, ...rest } = resource;
    return { resourceType, id, meta: { ...sender, ...meta }, ...rest } as RecordResource;
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
      return [immunizationResource(id, document, context)];
    case 'referral':
      return [
        withKept(serviceRequestOf(id, document, context), document.state.issue?.paper.kept, document.resident),
        taskOf(id, document, context),
      ];
    case 'programme':
      return [episodeOfCareOf(id, document, context)].filter((one) => one !== undefined);
    case 'practitioner':
      return [practitionerOf(id, document), ...practitionerRolesOf(id, document, context)];
    case 'facility':
      return [organizationOf(document), locationOf(document)];
    case 'resource':
      return [keptResource(document.kept.resource, id, document.resident)];
    default:
      return document satisfies never;
  }
}

/** What was told as FHIR says its identifiers itself. */
function immunizationResource(id: string, document: ImmunizationDocument, context: TranslationContext): RecordResource {
  const made = immunizationOf(id, document, context);
  const { kept } = document.immunization;
  if (!kept) return made;
  const { identifier: _, ...rest } = made;
  return withKept(rest, kept, document.resident);
}

function residentResources(document: ResidentDocument, context: TranslationContext): readonly RecordResource[] {
  const history = historyContent(document);
  const { resident } = document;
  const patient = withKept(patientOf(document, context), document.details.kept, resident);
  const consents = (document.consents ?? []).map((statement) => consentOf(document, statement, context));
  if (!history) return [patient, ...consents];
  return [
    patient,
    ...consents,
    ...history.conditions.map((part) =>
      withKept(historyConditionOf(document, history, part), part.item.kept, resident),
    ),
    ...history.allergies.map((part) => withKept(allergyOf(document, history, part), part.item.kept, resident)),
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
  const { resident } = document;
  const encounter = encounterOf(id, document, content, context);
  return [
    document.kind === 'visit' ? withKept(encounter, document.visit.kept, resident) : encounter,
    ...content.conditions.map((part) =>
      withKept(encounterConditionOf(id, document, content, part), part.kept, resident),
    ),
    ...content.observations.map((part) =>
      withKept(encounterObservationOf(id, document, content, part, context), part.kept, resident),
    ),
    ...(document.kind === 'visit'
      ? [
          ...content.medications.map((part) =>
            withKept(medicationRequestOf(id, document, part), part.line.kept, resident),
          ),
          ...content.procedures.map((part) =>
            withKept(procedureOf(id, document, part, context), part.line.kept, resident),
          ),
          ...content.reports.map((part) =>
            withKept(diagnosticReportOf(id, document, part, context), part.kept, resident),
          ),
          ...(document.visit.keptResources ?? []).map(({ key, resource }) =>
            keptResource(resource, resourceId(id, keptPart(key)), resident),
          ),
        ]
      : []),
  ];
}
