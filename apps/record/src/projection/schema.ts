/**
 * Tables of the view. A document is the state of one aggregate; it is known by a number (twice the position of the event that
 * first named it, one more for a resident named by another aggregate's event), which keeps keys short and inserts in order.
 * Each resource type has a table of its own with one row per resource and the columns its searches need; `starts` and `ends`
 * are seconds since 1970, the end exclusive.
 *
 * `resident` is everywhere the record that goes on: where records are merged it is that of all of them; `document.told_of` is the
 * resident whom a document was told of.
 */
export interface EntryTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Column → SQL type. */
type Columns = Readonly<Record<string, string>>;

const part: Columns = { number: 'bigint not null', part: 'text not null', resident: 'bigint not null' };
const period: Columns = { starts: 'bigint not null', ends: 'bigint not null' };

/** 1 where the resource says what the columns cannot: it is searched by its row in `kept_entry`, the columns serve joins alone. */
const beyond: Columns = { beyond: 'integer not null' };

const columnsOf = {
  patient_entry: {
    number: 'bigint primary key',
    gender: 'text not null',
    birth_starts: 'bigint',
    birth_ends: 'bigint',
    organization: 'text not null',
  },
  // position: 0 where it begins with a word of the family name, 1 of the given names, -1 with others.
  patient_name: { number: 'bigint not null', text: 'text not null', position: 'integer not null' },
  patient_identifier: { number: 'bigint not null', system: 'text not null', value: 'text not null' },
  encounter_entry: {
    number: 'bigint primary key',
    resident: 'bigint not null',
    ...period,
    stays_until: 'bigint',
    class: 'text not null',
    care_type: 'text',
    status: 'text not null',
    facility: 'text not null',
    episode: 'text',
    ...beyond,
  },
  condition_entry: {
    ...part,
    ...period,
    system: 'text',
    code: 'text',
    category: 'text not null',
    clinical_status: 'text not null',
    verification_status: 'text not null',
  },
  observation_entry: {
    ...part,
    ...period,
    system: 'text',
    code: 'text',
    other_system: 'text',
    other_code: 'text',
    category: 'text not null',
    // The lowest and highest number it says, and their unit (UCUM).
    low: 'double precision',
    high: 'double precision',
    unit: 'text',
  },
  medication_request_entry: { ...part, ...period, system: 'text', code: 'text' },
  procedure_entry: { ...part, ...period, system: 'text', code: 'text' },
  diagnostic_report_entry: { ...part, ...period, system: 'text', code: 'text', category: 'text not null' },
  allergy_intolerance_entry: {
    ...part,
    ...period,
    system: 'text',
    code: 'text',
    clinical_status: 'text not null',
    category: 'text',
  },
  immunization_entry: {
    number: 'bigint primary key',
    resident: 'bigint not null',
    ...period,
    system: 'text',
    code: 'text',
    other_system: 'text',
    other_code: 'text',
    identifier: 'text not null',
    facility: 'text not null',
    ...beyond,
  },
  family_member_history_entry: { ...part, ...period },
  referral_entry: {
    number: 'bigint primary key',
    resident: 'bigint not null',
    ...period,
    modified_starts: 'bigint not null',
    modified_ends: 'bigint not null',
    referral_number: 'text not null',
    requester: 'text not null',
    performer: 'text not null',
    request_status: 'text not null',
    task_status: 'text not null',
    state: 'text not null',
    request_beyond: 'integer not null',
  },
  // Resources that no other table says all of; resident is null for what is about nobody.
  kept_entry: {
    number: 'bigint not null',
    part: 'text not null',
    resident: 'bigint',
    type: 'text not null',
    ...period,
  },
  // Words and codes of these: see self-described-rows.ts.
  kept_value: {
    number: 'bigint not null',
    part: 'text not null',
    type: 'text not null',
    parameter: 'text not null',
    value: 'text not null',
  },
  // What residents said of sharing: with a facility, or with all ('').
  consent_entry: { ...part, ...period, facility: 'text not null', shared: 'integer not null' },
  // Resources that tell of sensitive classes: ' hiv ', whole or in part, and the facilities that know them.
  sensitive_entry: {
    number: 'bigint not null',
    part: 'text not null',
    classes: 'text not null',
    whole: 'integer not null',
    facilities: 'text not null',
  },
  organization_entry: {
    number: 'bigint primary key',
    code: 'text not null',
    name: 'text not null',
    active: 'text not null',
  },
} as const satisfies Record<string, Columns>;

export type EntryTableName = keyof typeof columnsOf;

/** Tables whose rows name the resident beside the number of their document. */
export const tablesWithResident: readonly string[] = [
  'touch',
  ...Object.entries(columnsOf).flatMap(([name, columns]) => ('resident' in columns ? [name] : [])),
];

/** One value for each entry table. */
export function perEntryTable<T>(
  make: (table: EntryTable & { readonly name: EntryTableName }) => T,
): Readonly<Record<EntryTableName, T>> {
  const made = {} as Record<EntryTableName, T>;
  for (const name of Object.keys(columnsOf) as EntryTableName[])
    made[name] = make({ name, columns: Object.keys(columnsOf[name]) });
  return made;
}

export const documentTable: EntryTable = {
  name: 'document',
  columns: ['number', 'id', 'stream', 'kind', 'resident', 'told_of', 'version', 'updated', 'sensitive', 'body'],
};

export const touchTable: EntryTable = {
  name: 'touch',
  columns: [
    'event',
    'document',
    'resident',
    'told_of',
    'version',
    'type',
    'recorded',
    'occurred',
    'facility',
    'actor',
    'digest',
  ],
};

/** Events that touched documents besides that of their own stream. */
export const touchBesidesTable: EntryTable = { name: 'touch_besides', columns: ['document', 'event'] };

export const concernTable: EntryTable = { name: 'concern', columns: ['facility', 'resident'] };

const withPart = [
  'condition',
  'observation',
  'medication_request',
  'procedure',
  'diagnostic_report',
  'allergy_intolerance',
] as const;

export const schema: readonly string[] = [
  // body: JSON; null when retracted, and while a resident is known only by name in another aggregate's event.
  `create table document (
    number bigint primary key, id text not null unique, stream text not null, kind text not null, resident bigint, told_of bigint,
    version integer not null,
    updated bigint not null, sensitive integer not null, body text)`,
  'create index document_resident on document (resident, number)',
  'create index document_told_of on document (told_of)',
  'create index document_updated on document (updated, number)',
  `create table touch (
    event text primary key, document bigint not null, resident bigint, told_of bigint, version integer not null, type text not null,
    recorded bigint not null, occurred text not null, facility text, actor text, digest text)`,
  'create table touch_besides (document bigint not null, event text not null, primary key (document, event))',
  'create index touch_besides_event on touch_besides (event)',
  'create index touch_document on touch (document, version)',
  'create index touch_resident on touch (resident, recorded)',
  // Of whom the event was told: never moved, whatever became of the document and of the record.
  'create index touch_told_of on touch (told_of, recorded)',
  'create index touch_recorded on touch (recorded, event)',
  // Merged records, by their numbers: into which one each was joined, and which one goes on.
  'create table merged (number bigint primary key, into_number bigint not null, survivor bigint not null)',
  'create index merged_into on merged (into_number)',
  'create index merged_survivor on merged (survivor)',
  // Which facilities a resident's record is open to.
  'create table concern (facility text not null, resident bigint not null, primary key (facility, resident))',
  ...Object.entries(columnsOf).map(
    ([name, columns]) =>
      `create table ${name} (${Object.entries(columns)
        .map(([column, type]) => `${column} ${type}`)
        .join(', ')}${'part' in columns && name !== 'kept_value' ? ', primary key (number, part)' : ''})`,
  ),
  'create index patient_entry_birth on patient_entry (birth_starts, number)',
  'create index patient_name_text on patient_name (text, number)',
  'create index patient_name_number on patient_name (number)',
  'create index patient_identifier_value on patient_identifier (value, system)',
  'create index patient_identifier_number on patient_identifier (number)',
  'create index kept_resident on kept_entry (resident, type, starts)',
  'create index kept_type on kept_entry (type, starts, number, part)',
  'create index kept_value_value on kept_value (type, parameter, value, number)',
  'create index kept_value_number on kept_value (number)',
  'create index organization_code on organization_entry (code)',
  'create index encounter_resident on encounter_entry (resident, starts)',
  'create index encounter_starts on encounter_entry (starts, number)',
  'create index encounter_facility on encounter_entry (facility, starts, number)',
  'create index encounter_episode on encounter_entry (episode)',
  'create index encounter_stays on encounter_entry (stays_until, starts) where stays_until is not null',
  ...withPart.flatMap((name) => [
    `create index ${name}_resident on ${name}_entry (resident, code, starts)`,
    `create index ${name}_code on ${name}_entry (code, starts, number)`,
    `create index ${name}_starts on ${name}_entry (starts, number)`,
  ]),
  'create index observation_other_code on observation_entry (other_code, starts, number) where other_code is not null',
  'create index immunization_resident on immunization_entry (resident, starts)',
  'create index immunization_code on immunization_entry (code, starts, number)',
  'create index immunization_starts on immunization_entry (starts, number)',
  'create index immunization_identifier on immunization_entry (identifier)',
  'create index consent_resident on consent_entry (resident, facility)',
  'create index consent_refused on consent_entry (resident) where shared = 0',
  'create index consent_starts on consent_entry (starts, number, part)',
  'create index family_member_history_resident on family_member_history_entry (resident, starts)',
  'create index family_member_history_starts on family_member_history_entry (starts, number)',
  'create index referral_resident on referral_entry (resident, starts)',
  'create index referral_starts on referral_entry (starts, number)',
  'create index referral_modified on referral_entry (modified_starts, number)',
  'create index referral_requester on referral_entry (requester, starts, number)',
  'create index referral_performer on referral_entry (performer, starts, number)',
  'create index referral_number on referral_entry (referral_number)',
];

/** Documents by whom they are about, and rows by their document where no primary key begins with it. */
export const appliesBy: readonly string[] = [
  'document_resident',
  'document_told_of',
  'touch_document',
  'merged_into',
  'merged_survivor',
  'patient_name_number',
  'patient_identifier_number',
  'kept_value_number',
];
