import type { AuditEvent, AuditEventEntity, Coding } from '@medplum/fhirtypes';
import { facilityReference, type TranslationContext } from '#fhir/elements.js';
import { actorSystem } from '#fhir/systems.js';
import { type AuditEntry, breakGlass, outcomeOf } from '#security/audit/audit-entry.js';
import type { RecordedAudit } from '#security/audit/audit-reader.js';

const terminology = 'http://terminology.hl7.org/CodeSystem';
export const restfulInteraction = 'http://hl7.org/fhir/restful-interaction';
export const ownRoute = 'urn:lien-tuyen:codesystem:route';
const dicom = 'http://dicom.nema.org/resources/ontology/DCM';

const rest: Coding = { system: `${terminology}/audit-event-type`, code: 'rest', display: 'RESTful Operation' };
const securityAlert: Coding = { system: dicom, code: '110113', display: 'Security Alert' };
export const emergencyOverride: Coding = { system: dicom, code: '110127', display: 'Emergency Override Started' };

/** Types an entry can have, by the code they are searched by. */
export const auditTypes = { rest, alert: securityAlert } as const;

/** Whose eyes an entry is shown to: a resident sees nothing of the others whose data the same answer held. */
export type AuditView = { readonly kind: 'whole' } | { readonly kind: 'resident'; readonly own: ReadonlySet<string> };

/** An entry of the audit trail as FHIR. */
export function auditEventOf({ seq, entry }: RecordedAudit, view: AuditView, context: TranslationContext): AuditEvent {
  const recorded = new Date(entry.recorded).toISOString();
  const alert = entry.interaction === breakGlass;
  const purpose = {
    coding: [{ system: `${terminology}/v3-ActReason`, code: entry.purpose }],
    ...(entry.emergency?.reason !== undefined && { text: entry.emergency.reason }),
  };
  return {
    resourceType: 'AuditEvent',
    id: String(seq),
    meta: { versionId: '1', lastUpdated: recorded },
    type: alert ? securityAlert : rest,
    subtype: [alert ? emergencyOverride : interactionCoding(entry)],
    action: entry.action,
    recorded,
    outcome: String(outcomeOf(entry)) as '0' | '4' | '8',
    outcomeDesc: `HTTP ${entry.status}`,
    purposeOfEvent: [purpose],
    agent: [agentOf(entry, context)],
    source: { observer: { display: 'Liên Tuyến' } },
    entity: entitiesOf(entry, view),
  };
}

function interactionCoding({ interaction }: AuditEntry): Coding {
  return interaction.includes(' ')
    ? { system: ownRoute, code: interaction }
    : { system: restfulInteraction, code: interaction };
}

function agentOf(entry: AuditEntry, context: TranslationContext): AuditEvent['agent'][number] {
  const [, resident] = /^resident:([^/]+)/.exec(entry.actor) ?? [];
  return {
    who:
      entry.facility !== undefined
        ? facilityReference(entry.facility, context)
        : resident !== undefined
          ? { reference: `Patient/${resident}` }
          : { identifier: { system: actorSystem, value: entry.actor } },
    altId: entry.holder,
    role: [{ coding: [{ system: 'urn:lien-tuyen:codesystem:caller-kind', code: entry.kind }] }],
    requestor: true,
  };
}

function entitiesOf(entry: AuditEntry, view: AuditView): AuditEventEntity[] {
  const shown = view.kind === 'whole' ? entry.residents : entry.residents.filter((id) => view.own.has(id));
  const patients = shown.map((id): AuditEventEntity => ({
    what: { reference: `Patient/${id}` },
    type: { system: `${terminology}/audit-entity-type`, code: '1', display: 'Person' },
    role: { system: `${terminology}/object-role`, code: '1', display: 'Patient' },
  }));
  // What was asked may name others.
  const whole = shown.length === entry.residents.length && view.kind === 'whole';
  const systemObject = { system: `${terminology}/audit-entity-type`, code: '2', display: 'System Object' };
  const asked: AuditEventEntity[] = [
    ...(entry.what !== undefined && shown.length === entry.residents.length
      ? [{ type: systemObject, role: objectRole('4', 'Domain Resource'), name: entry.what }]
      : []),
    ...(entry.query !== undefined && whole
      ? [{ type: systemObject, role: objectRole('24', 'Query'), query: Buffer.from(entry.query).toString('base64') }]
      : []),
  ];
  return [...patients, ...asked];
}

const objectRole = (code: string, display: string): Coding => ({ system: `${terminology}/object-role`, code, display });
