/** What can be searched, by what, in which order: one table that drives parsing, SQL and the CapabilityStatement. */
import type { ResourceType } from '@medplum/fhirtypes';
import { keptTypes } from '#fhir/kept-types.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { codeSystems, immunizationSystem } from '#fhir/systems.js';

export const resourceTypes = [
  'Patient',
  'Encounter',
  'Condition',
  'Observation',
  'MedicationRequest',
  'Procedure',
  'AllergyIntolerance',
  'FamilyMemberHistory',
  'Immunization',
  'ServiceRequest',
  'Task',
  'DiagnosticReport',
  'Organization',
  'Location',
  'Provenance',
] as const;
export type ServedType = (typeof resourceTypes)[number];

interface Described {
  /** How the CapabilityStatement describes it, where the name does not. */
  readonly note?: string;
}

export interface TokenColumn {
  readonly code: string;
  /** The system of every code of the column, or the column that holds it. */
  readonly system: string | { readonly column: string };
}

export type Parameter = Described &
  (
    | { readonly kind: 'token'; readonly columns: readonly TokenColumn[]; readonly indexed?: boolean }
    /** Every resource of the type has the same value. */
    | { readonly kind: 'fixed'; readonly system: string; readonly code: string }
    | {
        readonly kind: 'date';
        readonly starts: string;
        readonly ends: string;
        /** Periods, some of them longer than a day: these are found by `stays_until`. */
        readonly longStays?: boolean;
        /** May be known by the year or month alone. */
        readonly partial?: boolean;
        /** Columns are milliseconds, not seconds. */
        readonly milliseconds?: boolean;
      }
    | { readonly kind: 'patient' }
    | { readonly kind: 'encounter' }
    | { readonly kind: 'focus' }
    | { readonly kind: 'target' }
    | { readonly kind: 'facility'; readonly column: string; readonly indexed?: boolean }
    | { readonly kind: 'person-name'; readonly words: 'any' | 'family' | 'given' }
    | { readonly kind: 'person-identifier' }
    | { readonly kind: 'phone' }
    | { readonly kind: 'kept-identifier' }
    /** Number unique within the facility of another column; the system ends in the facility's code. */
    | { readonly kind: 'facility-number'; readonly column: string; readonly facility: string; readonly system: string }
    | { readonly kind: 'facility-code' }
    | { readonly kind: 'facility-name' }
  );

/** A way through the rows of a type in key order, along an index. */
export interface Order {
  readonly from: string;
  /** What joins the tables of `from`. */
  readonly on?: string;
  /** `from` when few rows of `e` are known to be wanted: they come first. */
  readonly narrowFrom?: string;
  readonly key: readonly [string, ...string[]];
  /** Some rows are not on it, so it serves a criterion but not `_sort`. */
  readonly partial?: true;
}

export interface ReferenceElement {
  readonly element: string;
  /** Element inside, where the reference is not the element itself. */
  readonly inner?: string;
  readonly targets: readonly ResourceType[];
}

export interface TypeDefinition {
  readonly type: ResourceType;
  /** Rows of the table that are of the type, where it holds others too. */
  readonly only?: { readonly column: string; readonly value: string };
  readonly table: string;
  /** Expressions over `e` that name the row: document number, part (or event). */
  readonly number: string;
  readonly part: string;
  /** Number of the resident the row is about; absent where it is nobody's. */
  readonly resident?: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly orders: Readonly<Record<string, Order>>;
  /** The order there always is, by the row's own key. */
  readonly keyOrder: Order;
  /** The order by when the document last changed. */
  readonly updatedOrder: Order;
  /** Name in `orders` and direction, where the search does not say. */
  readonly defaultOrder: { readonly name: string; readonly descending: boolean };
  /** When the row last changed, in milliseconds. */
  readonly updated: string;
  readonly references: Readonly<Record<string, ReferenceElement>>;
}

const hl7 = 'http://hl7.org/fhir';
const ownSystem = { column: 'e.system' } as const;
const patient: Parameter = { kind: 'patient' };
const code: Parameter = { kind: 'token', columns: [{ code: 'e.code', system: ownSystem }], indexed: true };
const date: Parameter = { kind: 'date', starts: 'e.starts', ends: 'e.ends' };
const status = (resource: string, column: string): Parameter => ({
  kind: 'token',
  columns: [{ code: column, system: `${hl7}/${resource}` }],
});
const fixedStatus = (resource: string, value: string): Parameter => ({
  kind: 'fixed',
  system: `${hl7}/${resource}`,
  code: value,
});
const subject: ReferenceElement = { element: 'subject', targets: ['Patient'] };
const encounter: ReferenceElement = { element: 'encounter', targets: ['Encounter'] };
const facilityReference = (element: string): ReferenceElement => ({ element, targets: ['Organization'] });

const updatedOfDocument = '(select u.updated from document u where u.number = e.number)';

const byUpdate = (table: string): Omit<Order, 'key'> => ({
  from: `document d cross join ${table} e`,
  on: 'e.number = d.number',
  narrowFrom: `${table} e cross join document d`,
});

function partTable(
  table: string,
  dateName: string,
): Pick<
  TypeDefinition,
  'table' | 'number' | 'part' | 'updated' | 'resident' | 'orders' | 'keyOrder' | 'updatedOrder' | 'defaultOrder'
> {
  const keyOrder: Order = { from: `${table} e`, key: ['e.number', 'e.part'] };
  const updatedOrder: Order = { ...byUpdate(table), key: ['d.updated', 'e.number', 'e.part'] };
  return {
    table,
    number: 'e.number',
    part: 'e.part',
    updated: updatedOfDocument,
    resident: 'e.resident',
    orders: {
      [dateName]: { from: `${table} e`, key: ['e.starts', 'e.number', 'e.part'] },
      _lastUpdated: updatedOrder,
      _id: keyOrder,
    },
    keyOrder,
    updatedOrder,
    defaultOrder: { name: dateName, descending: true },
  };
}

function wholeTable(
  table: string,
): Pick<TypeDefinition, 'table' | 'number' | 'part' | 'updated' | 'orders' | 'keyOrder' | 'updatedOrder'> {
  const keyOrder: Order = { from: `${table} e`, key: ['e.number'] };
  const updatedOrder: Order = { ...byUpdate(table), key: ['d.updated', 'e.number'] };
  return {
    table,
    number: 'e.number',
    part: "''",
    updated: updatedOfDocument,
    orders: { _lastUpdated: updatedOrder, _id: keyOrder },
    keyOrder,
    updatedOrder,
  };
}

const patientTable = wholeTable('patient_entry');
const encounterTable = wholeTable('encounter_entry');
const referralTable = wholeTable('referral_entry');
const immunizationTable = wholeTable('immunization_entry');
const organizationTable = wholeTable('organization_entry');
const byStart = (table: string): Order => ({ from: `${table} e`, key: ['e.starts', 'e.number'] });

const byRecorded: Order = { from: 'touch e', key: ['e.recorded', 'e.event'] };
const byEvent: Order = { from: 'touch e', key: ['e.event'] };

const listed: readonly TypeDefinition[] = [
  {
    type: 'Patient',
    ...patientTable,
    resident: 'e.number',
    parameters: {
      identifier: { kind: 'person-identifier' },
      name: {
        kind: 'person-name',
        words: 'any',
        note: 'Begins at any word of the name; Vietnamese diacritics do not matter.',
      },
      family: { kind: 'person-name', words: 'family' },
      given: { kind: 'person-name', words: 'given' },
      birthdate: { kind: 'date', starts: 'e.birth_starts', ends: 'e.birth_ends', partial: true },
      gender: status('administrative-gender', 'e.gender'),
      phone: { kind: 'phone' },
      organization: { kind: 'facility', column: 'e.organization' },
    },
    orders: {
      ...patientTable.orders,
      name: {
        from: 'patient_name n cross join patient_entry e',
        on: 'e.number = n.number',
        key: ['n.text', 'n.number'],
        partial: true,
      },
      birthdate: { from: 'patient_entry e', key: ['e.birth_starts', 'e.number'], partial: true },
    },
    defaultOrder: { name: '_id', descending: false },
    references: { organization: facilityReference('managingOrganization') },
  },
  {
    type: 'Encounter',
    ...encounterTable,
    resident: 'e.resident',
    parameters: {
      patient,
      subject: patient,
      date: { ...date, longStays: true },
      class: { kind: 'token', columns: [{ code: 'e.class', system: codeSystems.actCode }] },
      type: { kind: 'token', columns: [{ code: 'e.care_type', system: codeSystems.careType }] },
      status: status('encounter-status', 'e.status'),
      'service-provider': { kind: 'facility', column: 'e.facility', indexed: true },
      identifier: {
        kind: 'facility-number',
        column: 'e.episode',
        facility: 'e.facility',
        system: 'urn:lien-tuyen:sid:episode-number:',
      },
    },
    orders: { date: byStart('encounter_entry'), ...encounterTable.orders },
    defaultOrder: { name: 'date', descending: true },
    references: {
      patient: subject,
      subject,
      'service-provider': facilityReference('serviceProvider'),
      diagnosis: { element: 'diagnosis', inner: 'condition', targets: ['Condition'] },
    },
  },
  {
    type: 'Condition',
    ...partTable('condition_entry', 'recorded-date'),
    parameters: {
      patient,
      subject: patient,
      code,
      category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.conditionCategory }] },
      'recorded-date': date,
      encounter: { kind: 'encounter' },
      'clinical-status': {
        kind: 'token',
        columns: [{ code: 'e.clinical_status', system: codeSystems.conditionClinical }],
      },
      'verification-status': {
        kind: 'token',
        columns: [{ code: 'e.verification_status', system: codeSystems.conditionVerification }],
      },
    },
    references: { patient: subject, subject, encounter },
  },
  {
    type: 'Observation',
    ...partTable('observation_entry', 'date'),
    parameters: {
      patient,
      subject: patient,
      code: {
        kind: 'token',
        columns: [
          { code: 'e.code', system: ownSystem },
          { code: 'e.other_code', system: { column: 'e.other_system' } },
        ],
        indexed: true,
      },
      category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.observationCategory }] },
      date,
      encounter: { kind: 'encounter' },
      status: fixedStatus('observation-status', 'final'),
    },
    references: { patient: subject, subject, encounter, performer: facilityReference('performer') },
  },
  {
    type: 'MedicationRequest',
    ...partTable('medication_request_entry', 'authoredon'),
    parameters: {
      patient,
      subject: patient,
      code,
      status: fixedStatus('CodeSystem/medicationrequest-status', 'completed'),
      intent: fixedStatus('CodeSystem/medicationrequest-intent', 'order'),
      authoredon: date,
      encounter: { kind: 'encounter' },
    },
    references: { patient: subject, subject, encounter },
  },
  {
    type: 'Procedure',
    ...partTable('procedure_entry', 'date'),
    parameters: {
      patient,
      subject: patient,
      code,
      date,
      status: fixedStatus('event-status', 'completed'),
      encounter: { kind: 'encounter' },
    },
    references: { patient: subject, subject, encounter },
  },
  {
    type: 'DiagnosticReport',
    ...partTable('diagnostic_report_entry', 'date'),
    parameters: {
      patient,
      subject: patient,
      code,
      category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.diagnosticSection }] },
      date,
      encounter: { kind: 'encounter' },
    },
    references: {
      patient: subject,
      subject,
      encounter,
      performer: facilityReference('performer'),
      result: { element: 'result', targets: ['Observation'] },
    },
  },
  {
    type: 'AllergyIntolerance',
    ...partTable('allergy_intolerance_entry', 'date'),
    parameters: {
      patient,
      code,
      date,
      category: { kind: 'token', columns: [{ code: 'e.category', system: `${hl7}/allergy-intolerance-category` }] },
      'clinical-status': {
        kind: 'token',
        columns: [{ code: 'e.clinical_status', system: codeSystems.allergyClinical }],
      },
    },
    references: { patient: { element: 'patient', targets: ['Patient'] } },
  },
  {
    type: 'FamilyMemberHistory',
    ...partTable('family_member_history_entry', 'date'),
    parameters: { patient, date, status: fixedStatus('history-status', 'partial') },
    references: { patient: { element: 'patient', targets: ['Patient'] } },
  },
  {
    type: 'Immunization',
    ...immunizationTable,
    resident: 'e.resident',
    parameters: {
      patient,
      date,
      status: fixedStatus('event-status', 'completed'),
      'vaccine-code': {
        kind: 'token',
        columns: [
          { code: 'e.code', system: ownSystem },
          { code: 'e.other_code', system: { column: 'e.other_system' } },
        ],
      },
      identifier: { kind: 'token', columns: [{ code: 'e.identifier', system: immunizationSystem }] },
      performer: { kind: 'facility', column: 'e.facility' },
    },
    orders: { date: byStart('immunization_entry'), ...immunizationTable.orders },
    defaultOrder: { name: 'date', descending: true },
    references: {
      patient: { element: 'patient', targets: ['Patient'] },
      performer: { element: 'performer', inner: 'actor', targets: ['Organization'] },
    },
  },
  {
    type: 'ServiceRequest',
    ...referralTable,
    resident: 'e.resident',
    parameters: {
      patient,
      subject: patient,
      status: status('request-status', 'e.request_status'),
      intent: fixedStatus('request-intent', 'order'),
      requester: { kind: 'facility', column: 'e.requester', indexed: true },
      performer: { kind: 'facility', column: 'e.performer', indexed: true },
      identifier: {
        kind: 'facility-number',
        column: 'e.referral_number',
        facility: 'e.requester',
        system: 'urn:lien-tuyen:sid:referral-number:',
      },
      authored: date,
      code: { kind: 'fixed', system: codeSystems.snomed, code: '3457005' },
      category: { kind: 'fixed', system: codeSystems.snomed, code: '3457005' },
    },
    orders: { authored: byStart('referral_entry'), ...referralTable.orders },
    defaultOrder: { name: 'authored', descending: true },
    references: {
      patient: subject,
      subject,
      requester: facilityReference('requester'),
      performer: facilityReference('performer'),
    },
  },
  {
    type: 'Task',
    ...referralTable,
    resident: 'e.resident',
    parameters: {
      patient,
      subject: patient,
      status: status('task-status', 'e.task_status'),
      'business-status': { kind: 'token', columns: [{ code: 'e.state', system: codeSystems.referralState }] },
      intent: fixedStatus('task-intent', 'order'),
      owner: { kind: 'facility', column: 'e.performer', indexed: true },
      requester: { kind: 'facility', column: 'e.requester', indexed: true },
      focus: { kind: 'focus' },
      identifier: {
        kind: 'facility-number',
        column: 'e.referral_number',
        facility: 'e.requester',
        system: 'urn:lien-tuyen:sid:referral-number:',
      },
      'authored-on': date,
      modified: { kind: 'date', starts: 'e.modified_starts', ends: 'e.modified_ends' },
    },
    orders: {
      'authored-on': byStart('referral_entry'),
      modified: { from: 'referral_entry e', key: ['e.modified_starts', 'e.number'] },
      ...referralTable.orders,
    },
    defaultOrder: { name: 'authored-on', descending: true },
    references: {
      patient: { element: 'for', targets: ['Patient'] },
      subject: { element: 'for', targets: ['Patient'] },
      focus: { element: 'focus', targets: ['ServiceRequest'] },
      owner: facilityReference('owner'),
      requester: facilityReference('requester'),
    },
  },
  {
    type: 'Organization',
    ...organizationTable,
    parameters: {
      identifier: { kind: 'facility-code' },
      name: { kind: 'facility-name', note: 'Begins at any word of the name; Vietnamese diacritics do not matter.' },
      active: { kind: 'token', columns: [{ code: 'e.active', system: `${hl7}/special-values` }] },
    },
    defaultOrder: { name: '_id', descending: false },
    references: {},
  },
  {
    type: 'Location',
    ...organizationTable,
    parameters: {
      identifier: { kind: 'facility-code' },
      name: { kind: 'facility-name', note: 'Begins at any word of the name; Vietnamese diacritics do not matter.' },
      organization: { kind: 'facility', column: 'e.code' },
    },
    defaultOrder: { name: '_id', descending: false },
    references: { organization: facilityReference('managingOrganization') },
  },
  {
    type: 'Provenance',
    table: 'touch',
    number: 'e.document',
    part: 'e.event',
    updated: 'e.recorded',
    resident: 'e.resident',
    parameters: {
      target: { kind: 'target' },
      patient,
      recorded: {
        kind: 'date',
        starts: 'e.recorded',
        ends: 'e.recorded + 1',
        milliseconds: true,
        note: 'Known to the millisecond.',
      },
      agent: { kind: 'facility', column: 'e.facility' },
    },
    orders: { recorded: byRecorded, _lastUpdated: byRecorded, _id: byEvent },
    keyOrder: byEvent,
    updatedOrder: byRecorded,
    defaultOrder: { name: 'recorded', descending: true },
    references: {
      target: {
        element: 'target',
        targets: ['Patient', 'Task', ...keptTypes],
      },
    },
  },
];

/** Parameters by which resources kept whole can be found. */
const keptParameters: Readonly<Record<string, Parameter>> = {
  patient,
  subject: patient,
  identifier: { kind: 'kept-identifier' },
};

/** Resources of a type that were kept whole: those of no other table, whatever R4 knows. */
export function keptDefinition(type: string): TypeDefinition | undefined {
  if (!isResourceType(type)) return undefined;
  const { orders, ...table } = partTable('kept_entry', '_id');
  const { _id, _lastUpdated } = orders;
  return {
    type,
    ...table,
    only: { column: 'e.type', value: type },
    parameters: keptParameters,
    orders: { ...(_id && { _id }), ...(_lastUpdated && { _lastUpdated }) },
    defaultOrder: { name: '_id', descending: false },
    references: {},
  };
}

/** Every type that is served under its own name: those with tables of their own, and those that are kept as they were sent. */
export const definitions: ReadonlyMap<string, TypeDefinition> = new Map(
  [...listed, ...keptTypes.flatMap((type) => (isListed(type) ? [] : (keptDefinition(type) ?? [])))].map(
    (definition) => [definition.type, definition],
  ),
);

function isListed(type: string): boolean {
  return listed.some((definition) => definition.type === type);
}

/** R4 type of a parameter, for the CapabilityStatement. */
export function parameterType(parameter: Parameter): 'token' | 'date' | 'reference' | 'string' {
  switch (parameter.kind) {
    case 'token':
    case 'fixed':
    case 'person-identifier':
    case 'phone':
    case 'kept-identifier':
    case 'facility-number':
    case 'facility-code':
      return 'token';
    case 'date':
      return 'date';
    case 'patient':
    case 'encounter':
    case 'focus':
    case 'target':
    case 'facility':
      return 'reference';
    case 'person-name':
    case 'facility-name':
      return 'string';
    default:
      return parameter satisfies never;
  }
}
